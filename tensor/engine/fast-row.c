// SPDX-License-Identifier: MIT
/*
 * What is computed of contiguous rows: softmax and reductions over the last
 * dimensions, layer normalisation, and reductions over dimensions in front of
 * contiguous ones. A row is one part's; its sums are kept in some vectors,
 * always in the same order.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "fast-chain.h"
#include "fast.h"
#include "vec-math.h"

#define SUMS 4
#define CHUNK 512

struct rows {
	struct axt_nest nest; /* row, column; of normalisations */
	struct axt_chain chain;
	size_t rows;
	size_t length;
	size_t inner; /* columns that are reduced side by side */
	unsigned int kind;
	float epsilon;
};

/* All bits in the first lanes. */
VEC_INLINE veci lanes(size_t count)
{
	/* All bits, VEC times, then none: where it is read from counts. */
	static const int8_t bits[8 * VEC] = { [0 ... 4 * VEC - 1] = -1 };
	veci mask;

	memcpy(&mask, bits + 4 * (VEC - count), sizeof(mask));
	return mask;
}

/* The numbers from i on, fewer than a vector, and rest behind them. */
VEC_INLINE vec tail_of(const float *x, size_t i, size_t length, vec rest)
{
	return vec_select(lanes(length - i), vec_load_n(x + i, length - i),
			  rest);
}

/* term: of vector x_; the vectors behind whole ones are done last. */
#define SUM_ROW(result, from, length, term)                                    \
	do {                                                                   \
		vec sum_[SUMS] = { { 0 } }, x_;                                \
		size_t i_ = 0;                                                 \
		for (; i_ + SUMS * VEC <= (length); i_ += SUMS * VEC) {        \
			VEC_UNROLL                                             \
			for (int k_ = 0; k_ < SUMS; k_++) {                    \
				x_ = vec_load((from) + i_ + k_ * VEC);         \
				sum_[k_] += (term);                            \
			}                                                      \
		}                                                              \
		for (; i_ + VEC <= (length); i_ += VEC) {                      \
			x_ = vec_load((from) + i_);                            \
			sum_[0] += (term);                                     \
		}                                                              \
		(result) = vec_sum((sum_[0] + sum_[1]) + (sum_[2] + sum_[3])); \
		for (; i_ < (length); i_++) {                                  \
			x_ = vec_all((from)[i_]);                              \
			(result) += (term)[0];                                 \
		}                                                              \
	} while (0)

static float largest_of(const float *x, size_t length)
{
	vec most = vec_all(-INFINITY);
	size_t i = 0;

	for (; i + VEC <= length; i += VEC)
		most = vec_max(most, vec_load(x + i));
	if (i < length)
		most = vec_max(most, tail_of(x, i, length, vec_all(-INFINITY)));
	return vec_largest(most);
}

static float least_of(const float *x, size_t length)
{
	vec least = vec_all(-INFINITY);
	size_t i = 0;

	for (; i + VEC <= length; i += VEC)
		least = vec_max(least, -vec_load(x + i));
	if (i < length)
		least = vec_max(least,
				-tail_of(x, i, length, vec_all(INFINITY)));
	return -vec_largest(least);
}

static void softmax_row(const float *x, float *y, size_t length, bool is_log)
{
	float most = largest_of(x, length), total = 0;
	vec sum = { 0 };
	size_t i = 0;

	for (; i + VEC <= length; i += VEC) {
		vec d = vec_load(x + i) - most, e = vec_exp(d);

		vec_store(y + i, is_log ? d : e);
		sum += e;
	}
	if (i < length) {
		vec d = tail_of(x, i, length, vec_all(-INFINITY)) - most;
		vec e = vec_exp(d);

		vec_store_n(y + i, is_log ? d : e, length - i);
		/* Where all is -infinity, what is not there is no number. */
		sum += vec_as_float(vec_as_int(e) & lanes(length - i));
	}
	total = vec_sum(sum);
	total = is_log ? logf(total) : 1 / total;
	for (i = 0; i < length; i += VEC) {
		vec v = vec_load_tail(y + i, length - i);

		vec_store_tail(y + i, is_log ? v - total : v * total,
			       length - i);
	}
}

static void softmax_run(const void *state, const struct axt_call *call,
			unsigned int part, unsigned int parts)
{
	const struct rows *r = state;
	struct axt_range rows = axt_slice_of(r->rows, part, parts);

	for (size_t i = rows.begin; i < rows.end; i++)
		softmax_row((const float *)call->in[0].data + i * r->length,
			    (float *)call->out[0].data + i * r->length,
			    r->length, r->kind == 1);
}

static int finish(struct axt_plan *plan, const struct rows *from,
		  axt_plan_fn *run, double element_ns)
{
	struct rows *r = malloc(sizeof(*r));

	if (!r)
		return -ENOMEM;
	*r = *from;
	*plan = (struct axt_plan){
		.run = run,
		.state = r,
		.owned = r,
		.size = sizeof(*r),
		.parts_max = axt_parts(r->rows),
		.cost = FAST_OP_NS + (double)r->rows * (double)r->length *
					     (double)(r->inner ? r->inner : 1) *
					     element_ns,
	};
	return 0;
}

int fast_softmax(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_softmax *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	struct rows r = { .kind = a->kind };

	if (a->kind > 1 || a->axis + a->axes != x->rank ||
	    !axt_element_count(x))
		return -EOPNOTSUPP;
	r.rows = axt_span(x, 0, a->axis);
	r.length = axt_span(x, a->axis, x->rank);
	return finish(plan, &r, softmax_run, 16.0 / VEC);
}

static float reduce_row(const struct rows *r, const float *x)
{
	float result = 0;

	if (r->kind == AXT_REDUCE_MAX)
		return largest_of(x, r->length);
	if (r->kind == AXT_REDUCE_MIN)
		return least_of(x, r->length);
	if (r->kind == AXT_REDUCE_SUM_SQUARE || r->kind == AXT_REDUCE_L2)
		SUM_ROW(result, x, r->length, x_ * x_);
	else
		SUM_ROW(result, x, r->length, x_);
	if (r->kind == AXT_REDUCE_MEAN)
		return result / (float)r->length;
	return r->kind == AXT_REDUCE_L2 ? sqrtf(result) : result;
}

static void reduce_run(const void *state, const struct axt_call *call,
		       unsigned int part, unsigned int parts)
{
	const struct rows *r = state;
	struct axt_range rows = axt_slice_of(r->rows, part, parts);
	float *y = call->out[0].data;

	for (size_t i = rows.begin; i < rows.end; i++)
		y[i] = reduce_row(r, (const float *)call->in[0].data +
					     i * r->length);
}

/* One row of results from some rows above each other. */
static void reduce_down(const struct rows *r, const float *x, float *y,
			size_t count)
{
	float factor = r->kind == AXT_REDUCE_MEAN ? 1 / (float)r->length : 1;
	bool max = r->kind == AXT_REDUCE_MAX, min = r->kind == AXT_REDUCE_MIN;

	for (size_t c = 0; c < count; c += VEC) {
		vec total = vec_load_tail(x + c, count - c);

		for (size_t i = 1; i < r->length; i++) {
			vec v = vec_load_tail(x + i * r->inner + c, count - c);

			total = max ? vec_max(total, v) :
				min ? vec_min(total, v) :
				      total + v;
		}
		vec_store_tail(y + c, total * factor, count - c);
	}
}

static void reduce_down_run(const void *state, const struct axt_call *call,
			    unsigned int part, unsigned int parts)
{
	const struct rows *r = state;
	struct axt_range rows = axt_slice_of(r->rows, part, parts);

	for (size_t i = rows.begin; i < rows.end; i++)
		reduce_down(r,
			    (const float *)call->in[0].data +
				    i * r->length * r->inner,
			    (float *)call->out[0].data + i * r->inner,
			    r->inner);
}

/* Reduced dimensions, but those of 1, must be neighbours. */
static bool reduced_span(const struct axt_tensor *x, unsigned int axes,
			 unsigned int *first, unsigned int *end)
{
	*first = x->rank;
	*end = 0;
	for (unsigned int d = 0; d < x->rank; d++) {
		if (!(axes >> d & 1) || x->dims[d] == 1)
			continue;
		*first = d < *first ? d : *first;
		*end = d + 1;
	}
	for (unsigned int d = *first; d < *end; d++)
		if (!(axes >> d & 1) && x->dims[d] != 1)
			return false;
	return *first < *end;
}

#define MANY 256 /* rows above each other whose plain sum is too inexact */

int fast_reduce(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_reduce *a = call->attributes;
	const struct axt_tensor *x = call->in[0].tensor;
	struct rows r = { .kind = a->kind };
	unsigned int first, end, simple;

	simple = 1u << AXT_REDUCE_SUM | 1u << AXT_REDUCE_MEAN |
		 1u << AXT_REDUCE_MAX | 1u << AXT_REDUCE_MIN;
	if (x->type != AXT_F32 || !axt_element_count(x) ||
	    !reduced_span(x, a->axes, &first, &end))
		return -EOPNOTSUPP;
	r.rows = axt_span(x, 0, first);
	r.length = axt_span(x, first, end);
	r.inner = axt_span(x, end, x->rank);
	if (r.inner == 1) {
		simple |= 1u << AXT_REDUCE_L2 | 1u << AXT_REDUCE_SUM_SQUARE;
		if (!(simple >> a->kind & 1))
			return -EOPNOTSUPP;
		return finish(plan, &r, reduce_run, 4 * FAST_BYTE_NS);
	}
	if (!(simple >> a->kind & 1) || r.length > MANY)
		return -EOPNOTSUPP;
	return finish(plan, &r, reduce_down_run, 4 * FAST_BYTE_NS);
}

static void normalize_row(const struct rows *r, const float *x, float *y,
			  size_t row, const struct axt_bases *bases)
{
	_Alignas(64) float value[CHUNK + VEC];
	float mean, sum = 0, factor;
	vec middle;

	SUM_ROW(sum, x, r->length, x_);
	mean = sum / (float)r->length;
	middle = vec_all(mean);
	SUM_ROW(sum, x, r->length, (x_ - middle) * (x_ - middle));
	factor = 1 / sqrtf(sum / (float)r->length + r->epsilon);
	for (size_t i = 0; i < r->length; i += CHUNK) {
		size_t left = r->length - i;
		struct fast_tile tile = { value, CHUNK, 1,
					  left < CHUNK ? left : CHUNK };

		for (size_t j = 0; j < tile.cols; j += VEC)
			vec_store(value + j,
				  (vec_load_tail(x + i + j, left - j) - mean) *
					  factor);
		fast_chain(&r->chain, &r->nest, bases, row, i, &tile);
		for (size_t j = 0; j < tile.cols; j += VEC)
			vec_store_tail(y + i + j, vec_load(value + j),
				       tile.cols - j);
	}
}

static void normalize_run(const void *state, const struct axt_call *call,
			  unsigned int part, unsigned int parts)
{
	const struct rows *r = state;
	struct axt_range rows = axt_slice_of(r->rows, part, parts);
	struct axt_bases bases;

	axt_chain_bases(&r->chain, &r->nest, call, NULL, 0, &bases);
	for (size_t i = rows.begin; i < rows.end; i++)
		normalize_row(r,
			      (const float *)call->in[0].data + i * r->length,
			      (float *)call->out[0].data + i * r->length, i,
			      &bases);
}

int fast_normalize(const struct axt_call *call, struct axt_plan *plan)
{
	const struct axt_normalize *a = call->attributes;
	const struct axt_tensor *y = call->out[0].tensor;
	struct rows r = { .epsilon = a->epsilon };

	if (a->kind != AXT_LAYER_NORM || !axt_element_count(y) || !a->axis ||
	    !axt_nest_init(&r.nest, y, false))
		return -EOPNOTSUPP;
	for (unsigned int i = 1; i < call->op->inputs; i++)
		if (call->in[i].tensor &&
		    !axt_chain_input(&r.chain, &r.nest, call, i,
				     i == 1 ? AXT_MUL : AXT_ADD, false))
			return -EOPNOTSUPP;
	if (!axt_chain_posts(&r.chain, &r.nest, call, false) ||
	    !axt_nest_merge(&r.nest, a->axis, y->rank) ||
	    !axt_nest_merge(&r.nest, 0, a->axis))
		return -EOPNOTSUPP;
	r.rows = r.nest.dim[0];
	r.length = r.nest.dim[1];
	return finish(plan, &r, normalize_run, 1);
}
