// SPDX-License-Identifier: MIT
#include "data.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

void *data_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *data = NULL;
	long length;

	if (!file)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0) {
		length = ftell(file);
		rewind(file);
		data = malloc((size_t)length + 1);
		*size = data ? fread(data, 1, (size_t)length, file) : 0;
	}
	fclose(file);
	return data;
}

struct axt_onnx_tensor *data_tensor(const char *folder, const char *kind,
				    unsigned int number)
{
	struct axt_onnx_report report = { 0 };
	struct axt_onnx_tensor *tensor = NULL;
	char path[PATH_MAX + 64];
	void *data;
	size_t size;

	snprintf(path, sizeof(path), "%s/test_data_set_0/%s_%u.pb", folder,
		 kind, number);
	data = data_read(path, &size);
	if (!data)
		return NULL;
	if (axt_onnx_tensor_open(data, size, &tensor, &report))
		tensor = NULL;
	axt_onnx_report_clear(&report);
	free(data);
	return tensor;
}
