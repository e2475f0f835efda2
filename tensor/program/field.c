// SPDX-License-Identifier: MIT
/* What the tables of fields.c say about the members of attribute structs. */
#include "check.h"

#include <math.h>
#include <string.h>

static const uint8_t field_bytes[] = {
	[AXT_FIELD_U8] = 1,  [AXT_FIELD_U16] = 2, [AXT_FIELD_U32] = 4,
	[AXT_FIELD_I32] = 4, [AXT_FIELD_F32] = 4,
};

uint32_t axt_field_unsigned(const struct axt_field *field, const void *struct_,
			    uint32_t element)
{
	const uint8_t *from = struct_;
	uint32_t bytes = field_bytes[field->type];
	uint32_t value = 0;

	memcpy(&value, from + field->offset + element * bytes, bytes);
	return value;
}

static float as_float(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

uint32_t axt_field_used(const struct axt_field *field,
			const struct axt_check *check)
{
	const struct axt_field *count = check->view.info->fields;

	if (field->flags & AXT_FIELD_RANK)
		return check->in[0]->rank;
	if (!(field->flags & AXT_FIELD_COUNTED))
		return field->count;
	while (!(count->flags & AXT_FIELD_COUNT))
		count++;
	return axt_field_unsigned(count, check->view.attributes, 0);
}

static bool in_range(const struct axt_field *field, uint32_t value)
{
	float number = as_float(value);

	if (field->type == AXT_FIELD_I32)
		return !(field->flags & AXT_FIELD_NONZERO) || value;
	if (field->type != AXT_FIELD_F32)
		return value >= field->min && value <= field->max;
	if (field->flags & AXT_FIELD_POSITIVE)
		return isfinite(number) && number > 0;
	return !(field->flags & AXT_FIELD_FINITE) || isfinite(number);
}

static bool is_rest(const struct axt_field *field, uint32_t value)
{
	if (field->type == AXT_FIELD_F32)
		return as_float(value) == (float)field->rest;
	return value == field->rest;
}

static int check_field(const struct axt_check *check,
		       const struct axt_field *field)
{
	uint32_t used = axt_field_used(field, check);

	for (uint32_t i = 0; i < field->count; i++) {
		uint32_t value =
			axt_field_unsigned(field, check->view.attributes, i);

		if (i < used && !in_range(field, value))
			return axt_op_fail(check,
					   "attribute %s is out of range",
					   field->name);
		if (i >= used && !is_rest(field, value))
			return axt_op_fail(
				check,
				"attribute %s is not %u where it is unused",
				field->name, field->rest);
	}
	return 0;
}

int axt_check_fields(const struct axt_check *check)
{
	const struct axt_field *field = check->view.info->fields;
	int err = 0;

	for (; field && field->name && !err; field++)
		err = check_field(check, field);
	return err;
}
