// SPDX-License-Identifier: MIT
/*
 * The import, from bytes to a graph. It owns the graph until it is done; what
 * passes takes it over, on an error all of it is freed here. The unpacked
 * message stays in the graph's pool, as names and constants point into it.
 */
#include "build.h"
#include "context.h"
#include "report.h"
#include "simplify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* protobuf has no larger messages. */
#define FILE_MAX ((size_t)INT32_MAX)
#define MEMORY_LEAST ((size_t)256 << 20)
/* Elements that are computed on import, read and written. */
#define FOLD_BUDGET (INT64_C(1) << 26)

/* Why there is no row for it. */
static int no_row(struct axt_onnx_context *ctx, struct axt_onnx_node *node,
		  bool any)
{
	for (uint32_t i = 0; i < node->attr_count; i++)
		if (node->attr[i].kind == AXT_ONNX_ATTR_GRAPH)
			return axt_onnx_unsupported(ctx, "has a subgraph");
	if (*node->domain)
		return axt_onnx_unsupported(ctx, "is of the domain '%s'",
					    node->domain);
	return axt_onnx_unsupported(ctx, any ? "not in this opset" :
					       "unknown operation");
}

static int import_node(struct axt_onnx_context *ctx, struct axt_onnx_node *node)
{
	bool any = false;

	ctx->reason[0] = '\0';
	if (!*node->domain)
		node->op = axt_onnx_op_find(node->type, ctx->opset, &any);
	if (!node->op)
		return no_row(ctx, node, any);
	return axt_onnx_process(ctx, node);
}

/* An unsupported node is noted, anything else ends the import. */
static int note(struct axt_onnx_context *ctx, const struct axt_onnx_node *node,
		int err)
{
	if (err == -EOPNOTSUPP)
		err = axt_onnx_report_add(ctx->report, node->name, node->type,
					  ctx->opset, ctx->reason);
	if (ctx->full || err == -ENOMEM)
		return axt_onnx_report_full(ctx->report, &ctx->graph->pool);
	if (err)
		return axt_onnx_report_fail(ctx->report, err,
					    "node '%s' (%s, opset %lld): %s",
					    node->name, node->type,
					    (long long)ctx->opset, ctx->reason);
	return 0;
}

static int import_nodes(struct axt_onnx_graph *graph,
			struct axt_onnx_report *report)
{
	struct axt_onnx_context ctx = {
		.graph = graph,
		.report = report,
		.opset = graph->opset,
		.fold_budget = FOLD_BUDGET,
	};
	int err = 0;

	for (size_t i = 0; i < graph->node_count && !err; i++) {
		struct axt_onnx_node *node = graph->node[i];

		err = note(&ctx, node, import_node(&ctx, node));
	}
	if (!err)
		err = axt_onnx_report_close(report);
	graph->node = ctx.done;
	graph->node_count = ctx.done_count;
	return err;
}

static int find_opset(struct axt_onnx_graph *graph,
		      const Onnx__ModelProto *model,
		      struct axt_onnx_report *report)
{
	/* A file of other domains alone; its nodes are refused one by one. */
	graph->opset = model->n_opset_import ? 1 : -1;
	for (size_t i = 0; i < model->n_opset_import; i++)
		if (axt_onnx_is_domain(model->opset_import[i]->domain))
			graph->opset = model->opset_import[i]->version;
	if (!model->graph || graph->opset < 0)
		return axt_onnx_report_fail(report, -EINVAL,
					    "the file has no graph or no "
					    "opset");
	if (graph->opset < AXT_ONNX_OPSET_MIN ||
	    graph->opset > AXT_ONNX_OPSET_MAX)
		return axt_onnx_report_fail(report, -EOPNOTSUPP,
					    "opset %lld: only %d to %d are "
					    "supported",
					    (long long)graph->opset,
					    AXT_ONNX_OPSET_MIN,
					    AXT_ONNX_OPSET_MAX);
	return 0;
}

static int import(struct axt_onnx_graph *graph, const void *data, size_t size,
		  const struct axt_onnx_options *options,
		  struct axt_onnx_report *report)
{
	const Onnx__ModelProto *model;
	int err;

	err = axt_onnx_proto_model(&graph->pool, data, size, &model, report);
	if (!err)
		err = find_opset(graph, model, report);
	if (!err)
		err = axt_onnx_build(graph, model, options, report);
	if (err)
		return err;
	axt_onnx_sweep(graph);
	err = import_nodes(graph, report);
	if (err)
		return err;
	axt_onnx_sweep(graph);
	for (size_t i = 0; i < graph->output_count; i++)
		if (!graph->output[i].value->known)
			return axt_onnx_report_fail(report, -EINVAL,
						    "output '%s' has no shape",
						    graph->output[i].name);
	return 0;
}

int axt_onnx_import(const void *data, size_t size,
		    const struct axt_onnx_options *options,
		    struct axt_onnx_graph **out, struct axt_onnx_report *report)
{
	static const struct axt_onnx_options none;
	struct axt_onnx_graph *graph;
	size_t most;
	int err;

	axt_onnx_report_clear(report);
	if (size > FILE_MAX)
		return axt_onnx_report_fail(report, -EFBIG,
					    "the file has more than 2 GiB");
	graph = calloc(1, sizeof(*graph));
	if (!graph)
		return axt_onnx_report_fail(report, -ENOMEM, "out of memory");
	options = options ? options : &none;
	most = options->memory_max ? options->memory_max :
				     MEMORY_LEAST + 8 * size;
	axt_onnx_pool_init(&graph->pool, most);
	err = import(graph, data, size, options, report);
	if (err && !(err == -EOPNOTSUPP && options->partial && report->count)) {
		axt_onnx_graph_free(graph);
		return err;
	}
	*out = graph;
	return err;
}

/* Not mapped: a file that shrinks meanwhile must not crash us. */
static int read_all(int fd, void **data, size_t *size)
{
	struct stat st;
	char *bytes;
	ssize_t n;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > FILE_MAX)
		return -EFBIG;
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	*size = 0;
	do {
		n = read(fd, bytes + *size, (size_t)st.st_size - *size);
		*size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	if (n < 0) {
		free(bytes);
		return -errno;
	}
	*data = bytes;
	return 0;
}

int axt_onnx_import_file(const char *path,
			 const struct axt_onnx_options *options,
			 struct axt_onnx_graph **graph,
			 struct axt_onnx_report *report)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	void *data = NULL;
	size_t size = 0;

	axt_onnx_report_clear(report);
	err = fd < 0 ? -errno : read_all(fd, &data, &size);
	if (fd >= 0)
		close(fd);
	if (err)
		return axt_onnx_report_fail(report, err, "%s: %s", path,
					    strerror(-err));
	err = axt_onnx_import(data, size, options, graph, report);
	free(data);
	return err;
}
