// SPDX-License-Identifier: MIT
/*
 * libFuzzer: an array of NumPy from somebody else. What can be read is looked
 * at, and must be the same when it has been written and read again.
 */
#include "../../tools/tensor.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const struct tensor *tensor)
{
	struct tensor again;
	struct why why;
	size_t header;
	char *file;

	file = malloc(NPY_HEADER_MAX + tensor->size);
	if (!file)
		return;
	header = npy_header(file, tensor);
	memcpy(file + header, tensor->data, tensor->size);
	if (npy_parse(file, header + tensor->size, &again, &why) != 0)
		abort();
	if (again.type != tensor->type || again.rank != tensor->rank ||
	    memcmp(again.dims, tensor->dims, sizeof(again.dims)) != 0 ||
	    again.size != tensor->size ||
	    memcmp(again.data, tensor->data, tensor->size) != 0)
		abort();
	tensor_fini(&again);
	free(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tensor tensor;
	double sum = 0;
	struct why why;

	if (npy_parse(data, size, &tensor, &why) == 0) {
		for (uint64_t i = 0; i < tensor_elements(&tensor); i++)
			sum += tensor_value(&tensor, i);
		/* Not to be optimised away. */
		__asm__ volatile("" ::"r"(&sum) : "memory");
		read_again(&tensor);
	}
	tensor_fini(&tensor);
	return 0;
}
