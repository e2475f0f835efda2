/* SPDX-License-Identifier: MIT */
/*
 * The compiler: from an ONNX file, opset 6 to 17, to a tensor program. Any
 * bytes may be given. Functions return 0 or a negative errno:
 *
 *	EINVAL		the file is broken, or an option does not fit it
 *	EOPNOTSUPP	a good file that needs something that is not here;
 *			the report lists all of it
 *	EFBIG		the file, or what it would take in memory, is too big
 *	ENOMEM		out of memory
 *	others		the file could not be read
 *
 * Equal files and options give equal programs.
 */
#ifndef AXT_COMPILE_H
#define AXT_COMPILE_H

#include <axt/format.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A value for an input of the network, which becomes a constant by it. */
struct axt_constant {
	const char *name;
	uint32_t type; /* enum axt_type; no f16, bf16 */
	uint32_t rank;
	uint32_t dims[AXT_RANK_MAX];
	const void *data; /* row-major */
	/*
	 * Only where an operation must know it, as the axes of a reduction;
	 * else it stays an input.
	 */
	bool if_needed;
};

#define AXT_COMPILE_NO_FUSION 0x1u /* an operation per node, to compare */
#define AXT_COMPILE_PLAIN 0x2u /* no layout but row-major, to compare */

struct axt_compile_options {
	size_t size; /* sizeof(struct axt_compile_options) */
	const char *const *shapes; /* "x=1,3,48,320"; "x=" is a scalar */
	size_t shape_count;
	const struct axt_constant *constants;
	size_t constant_count;
	uint32_t flags; /* AXT_COMPILE_* */
	uint32_t reserved;
};

/* Something that is not supported. Control characters are replaced. */
struct axt_issue {
	char node[128]; /* its name, or its first output's */
	char op[64];
	int64_t opset;
	char reason[256];
};

/* What compilation made of the network. */
struct axt_compile_stats {
	uint64_t file_nodes; /* Constant included */
	uint64_t nodes; /* after folding */
	uint64_t ops; /* of the program */
	uint64_t macs; /* multiply-accumulates of one run */
	uint64_t data_bytes;
	uint64_t arena_bytes;
};

struct axt_report {
	char text[1024]; /* one line: what is wrong; empty after success */
	struct axt_issue *issues;
	size_t count; /* of issues */
	size_t left_out; /* more of them than are listed */
	struct axt_compile_stats stats; /* after success */
};

/* Frees the issues; a report starts zeroed and may be used again. */
void axt_report_clear(struct axt_report *report);

/*
 * The blob is aligned to 64 bytes and for the caller to free(). Options may be
 * NULL, the report may not.
 */
int axt_compile_onnx(const void *data, size_t size,
		     const struct axt_compile_options *options, void **blob,
		     size_t *blob_size, struct axt_report *report);
int axt_compile_onnx_file(const char *path,
			  const struct axt_compile_options *options,
			  void **blob, size_t *blob_size,
			  struct axt_report *report);

#ifdef __cplusplus
}
#endif

#endif
