// SPDX-License-Identifier: MIT
/*
 * The compiler's entry points: import, lower, optimise, plan, emit. They own
 * the graph and the program in between, and the importer's report until it is
 * copied to the caller's.
 */
#include "compile.h"
#include "emit.h"
#include "lower.h"
#include "plan.h"

#include <axt/compile.h>
#include <axt/shape.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond what the import took; weights may be copied once or twice. */
#define MEMORY_MORE ((size_t)1 << 30)
#define MEMORY_TIMES 4
#define OPTIONS_MAX 65536

struct job {
	const struct axt_compile_options *options;
	struct axt_onnx_options import;
	struct axt_onnx_shape_option *shapes;
	struct axt_onnx_binding *bindings;
	struct axt_onnx_report report;
	struct axt_onnx_graph *graph;
	struct axt_ir ir;
	struct axt_compile_stats stats;
};

static int fail(struct axt_report *report, int err, const char *text,
		const char *what)
{
	snprintf(report->text, sizeof(report->text), "%s%s", text, what);
	return err;
}

void axt_report_clear(struct axt_report *report)
{
	free(report->issues);
	memset(report, 0, sizeof(*report));
}

static int take_shapes(struct job *job, struct axt_report *report)
{
	size_t count = job->options->shape_count;

	job->shapes = calloc(count + 1, sizeof(*job->shapes));
	if (!job->shapes)
		return fail(report, -ENOMEM, "out of memory", "");
	for (size_t i = 0; i < count; i++)
		if (axt_onnx_parse_shape(job->options->shapes[i],
					 &job->shapes[i]))
			return fail(report, -EINVAL, "no shape like x=1,3,48: ",
				    job->options->shapes[i]);
	job->import.shapes = job->shapes;
	job->import.shape_count = count;
	return 0;
}

static int take_constant(const struct axt_constant *constant,
			 struct axt_onnx_binding *binding)
{
	static const uint8_t types[] = {
		[AXT_F32] = AXT_ONNX_F32,   [AXT_I8] = AXT_ONNX_I8,
		[AXT_I32] = AXT_ONNX_I32,   [AXT_I64] = AXT_ONNX_I64,
		[AXT_BOOL] = AXT_ONNX_BOOL, [AXT_U8] = AXT_ONNX_U8,
	};

	if (!constant->name || constant->type >= sizeof(types) ||
	    !types[constant->type] || constant->rank > AXT_RANK_MAX)
		return -EINVAL;
	binding->name = constant->name;
	binding->type = types[constant->type];
	binding->shape.rank = constant->rank;
	for (uint32_t i = 0; i < constant->rank; i++) {
		if (constant->dims[i] > AXT_DIM_MAX)
			return -EINVAL;
		binding->shape.dim[i] = constant->dims[i];
	}
	binding->data = constant->data;
	binding->if_needed = constant->if_needed;
	return 0;
}

static int take_constants(struct job *job, struct axt_report *report)
{
	size_t count = job->options->constant_count;

	job->bindings = calloc(count + 1, sizeof(*job->bindings));
	if (!job->bindings)
		return fail(report, -ENOMEM, "out of memory", "");
	for (size_t i = 0; i < count; i++)
		if (take_constant(&job->options->constants[i],
				  &job->bindings[i]))
			return fail(report, -EINVAL,
				    "a constant has a wrong type or shape", "");
	job->import.bindings = job->bindings;
	job->import.binding_count = count;
	return 0;
}

static int take_options(struct job *job, struct axt_report *report)
{
	const struct axt_compile_options *options = job->options;
	static const uint32_t flags = AXT_COMPILE_NO_FUSION | AXT_COMPILE_PLAIN;
	int err;

	if (options->size != sizeof(*options) || options->flags & ~flags ||
	    options->reserved || options->shape_count > OPTIONS_MAX ||
	    options->constant_count > OPTIONS_MAX)
		return fail(report, -EINVAL, "the options are of no known kind",
			    "");
	err = take_shapes(job, report);
	return err ? err : take_constants(job, report);
}

/* The importer's report, as the caller knows it. */
static int copy_report(const struct axt_onnx_report *from, int err,
		       struct axt_report *report)
{
	snprintf(report->text, sizeof(report->text), "%s", from->text);
	if (err && !report->text[0])
		fail(report, err,
		     err == -ENOMEM ? "out of memory" :
				      "it would take too much memory",
		     "");
	if (!from->count)
		return err;
	report->issues = calloc(from->count, sizeof(*report->issues));
	if (!report->issues)
		return fail(report, -ENOMEM, "out of memory", "");
	for (size_t i = 0; i < from->count; i++) {
		const struct axt_onnx_issue *issue = &from->issues[i];
		struct axt_issue *to = &report->issues[i];

		snprintf(to->node, sizeof(to->node), "%s", issue->node);
		snprintf(to->op, sizeof(to->op), "%s", issue->op);
		snprintf(to->reason, sizeof(to->reason), "%s", issue->reason);
		to->opset = issue->opset;
	}
	report->count = from->count;
	report->left_out = from->left_out;
	return err;
}

static int emit(struct job *job, void **blob, size_t *size,
		struct axt_report *report)
{
	struct axt_error error = { "" };
	const struct axt_header *header;
	int err = axt_emit(&job->ir, blob, size, &error);

	if (err)
		return fail(report, err == -ENOMEM ? err : -EINVAL,
			    "it makes no valid program: ", error.text);
	header = *blob;
	job->stats.ops = header->op_count;
	job->stats.data_bytes = header->data_size;
	job->stats.arena_bytes = header->arena_size;
	job->stats.file_nodes = job->graph->file_node_count;
	job->stats.nodes = job->graph->node_count;
	report->stats = job->stats;
	return 0;
}

/* With a graph, even if it is not whole: then only issues come of it. */
static int compile(struct job *job, void **blob, size_t *size,
		   struct axt_report *report)
{
	int err;

	axt_ir_init(&job->ir,
		    MEMORY_MORE + MEMORY_TIMES * job->graph->pool.used);
	err = axt_lower_graph(&job->ir, job->graph, &job->report);
	if (!err) {
		axt_optimise(&job->ir, job->options->flags);
		job->stats.macs = axt_count_macs(&job->ir);
		axt_plan_ports(&job->ir);
		err = job->ir.err;
	}
	if (!err)
		err = axt_plan(&job->ir);
	if (err)
		return copy_report(&job->report, err, report);
	return emit(job, blob, size, report);
}

typedef int import_fn(const void *source, size_t size,
		      const struct axt_onnx_options *options,
		      struct axt_onnx_graph **graph,
		      struct axt_onnx_report *report);

static int import_file(const void *source, size_t size,
		       const struct axt_onnx_options *options,
		       struct axt_onnx_graph **graph,
		       struct axt_onnx_report *report)
{
	return axt_onnx_import_file(source, options, graph, report);
}

static int run(import_fn *import, const void *source, size_t source_size,
	       const struct axt_compile_options *options, void **blob,
	       size_t *size, struct axt_report *report)
{
	static const struct axt_compile_options none = { .size = sizeof(none) };
	struct job job = { .options = options ? options : &none };
	int err;

	axt_report_clear(report);
	err = take_options(&job, report);
	if (!err) {
		job.import.partial = true;
		err = import(source, source_size, &job.import, &job.graph,
			     &job.report);
		if (job.graph)
			err = compile(&job, blob, size, report);
		else
			err = copy_report(&job.report, err, report);
	}
	axt_ir_fini(&job.ir);
	axt_onnx_graph_free(job.graph);
	axt_onnx_report_clear(&job.report);
	free(job.bindings);
	free(job.shapes);
	return err;
}

int axt_compile_onnx(const void *data, size_t size,
		     const struct axt_compile_options *options, void **blob,
		     size_t *blob_size, struct axt_report *report)
{
	return run(axt_onnx_import, data, size, options, blob, blob_size,
		   report);
}

int axt_compile_onnx_file(const char *path,
			  const struct axt_compile_options *options,
			  void **blob, size_t *blob_size,
			  struct axt_report *report)
{
	return run(import_file, path, 0, options, blob, blob_size, report);
}
