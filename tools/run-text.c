// SPDX-License-Identifier: MIT
/*
 * What axle run tells people: a block of lines, and tables of times on demand.
 * Nothing is computed here but sums and shares; names from files are made
 * printable on the way out.
 */
#include "run.h"
#include "summary.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_VALUES 4
#define NAME_MAX_TEXT 256

static void print_device(const struct run *run)
{
	const struct axl_entry *entry = axl_device_entry(run->runner.device);

	printf("device   %s (%s)\n", entry->name,
	       entry->product[0] ? entry->product : entry->driver);
}

static void print_network(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	const struct axt_compile_stats *stats = &run->network.report.stats;
	char data[32], arena[32], macs[32];

	printf("network  %s\n         ", run->path);
	if (run->network.compiled)
		printf("nodes %llu, multiply-adds %s, ",
		       (unsigned long long)stats->file_nodes,
		       text_count(macs, sizeof(macs), stats->macs));
	printf("operations %u\n         weights %s, arena %s\n",
	       header->op_count,
	       text_size(data, sizeof(data), header->data_size),
	       text_size(arena, sizeof(arena), header->arena_size));
}

static void print_inputs(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	char text[TENSOR_TEXT_MAX], name[NAME_MAX_TEXT];

	for (uint32_t i = 0; i < header->input_count; i++) {
		struct port port = network_input(&run->network, i);
		const struct given *given = run_given(run, port.name);

		printf("input    %s %s, %s\n",
		       text_clean(name, sizeof(name), port.name),
		       tensor_text(text, &port.tensor),
		       given ? given->path : "not given: pseudo-random");
	}
}

static void print_first(const struct tensor *tensor)
{
	uint64_t count = tensor_elements(tensor);
	char value[32];

	for (uint64_t i = 0; i < count && i < FIRST_VALUES; i++)
		printf(" %s", summary_value(value, sizeof(value),
					    tensor_value(tensor, i)));
	puts(count > FIRST_VALUES ? " ..." : "");
}

static void print_summary(const struct tensor *tensor)
{
	struct summary summary = summary_of(tensor);
	char min[32], max[32], mean[32];

	if (!tensor_elements(tensor)) {
		puts("         empty");
		return;
	}
	printf("         min %s, max %s, mean %s",
	       summary_value(min, sizeof(min), summary.min),
	       summary_value(max, sizeof(max), summary.max),
	       summary_value(mean, sizeof(mean), summary.mean));
	if (summary.nans)
		printf(", %llu NaN", (unsigned long long)summary.nans);
	fputs("\n         first", stdout);
	print_first(tensor);
}

static void print_outputs(const struct run *run)
{
	const struct axt_header *header =
		axt_program_header(run->network.program);
	char text[TENSOR_TEXT_MAX], name[NAME_MAX_TEXT];

	for (uint32_t i = 0; i < header->output_count; i++) {
		struct port port = run_output(run, i);

		printf("output   %s %s%s%s\n",
		       text_clean(name, sizeof(name), port.name),
		       tensor_text(text, &port.tensor), run->files ? ", " : "",
		       run->files ? run->files[i] : "");
		if (!run->files)
			print_summary(&port.tensor);
	}
}

static void print_times(const struct run *run)
{
	struct run_times times = run_times(run);
	char import[32], prepare[32], median[32], min[32], max[32];

	printf("time     %s %s, preparation %s, run %s",
	       run->network.compiled ? "import" : "reading",
	       text_time(import, sizeof(import), run->import_ns),
	       text_time(prepare, sizeof(prepare), run->prepare_ns),
	       text_time(median, sizeof(median), times.median));
	if (run->repeat > 1)
		printf("\n         (median of %u runs, %s to %s)", run->repeat,
		       text_time(min, sizeof(min), times.min),
		       text_time(max, sizeof(max), times.max));
	putchar('\n');
}

static uint64_t total_ns(const struct run *run)
{
	uint32_t count = axt_program_header(run->network.program)->op_count;
	uint64_t total = 0;

	for (uint32_t i = 0; i < count; i++)
		total += run->op_ns[i];
	return total;
}

static void text_share(char *out, size_t size, uint64_t part, uint64_t all)
{
	snprintf(out, size, "%.1f %%",
		 all ? 100 * (double)part / (double)all : 0);
}

static void add_op(struct table *table, const struct run *run, uint32_t number,
		   uint64_t total)
{
	const struct axt_program *program = run->network.program;
	char index[16], name[NAME_MAX_TEXT], op[256], time[32], share[32];
	char shape[TENSOR_TEXT_MAX];
	const char *cells[] = { index, name, op, shape, time, share };
	const struct axt_tensor *output;
	struct axt_op_view view;
	struct tensor tensor;

	axt_program_op(program, number, &view);
	snprintf(index, sizeof(index), "%u", number);
	text_clean(name, sizeof(name),
		   axt_program_name(program, view.op->name));
	run_op_text(run, number, op, sizeof(op));
	output = axt_program_tensor(program, view.outputs[0]);
	tensor_shape(&tensor, output->type, output->rank, output->dims);
	tensor_text(shape, &tensor);
	text_time(time, sizeof(time), run->op_ns[number] / run->repeat);
	text_share(share, sizeof(share), run->op_ns[number], total);
	table_add(table, cells);
}

static void print_ops(const struct run *run)
{
	static const struct column columns[] = {
		{ "#", 0, true }, { "NAME", 2, false, 8 }, { "OPERATION", 0 },
		{ "OUTPUT", 1 },  { "TIME", 0, true },	   { "SHARE", 0, true },
	};
	uint32_t count = axt_program_header(run->network.program)->op_count;
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	uint64_t total = total_ns(run);

	for (uint32_t i = 0; i < count; i++)
		add_op(table, run, i, total);
	putchar('\n');
	table_print(table, stdout, terminal_width());
	table_destroy(table);
}

/* All operations of one code. */
struct code_sum {
	const char *name;
	uint32_t count;
	uint64_t ns;
};

static int compare_sums(const void *a, const void *b)
{
	const struct code_sum *x = a, *y = b;

	if (x->ns != y->ns)
		return x->ns < y->ns ? 1 : -1;
	return (x->count < y->count) - (x->count > y->count);
}

static void sum_codes(const struct run *run, struct code_sum *sums)
{
	uint32_t count = axt_program_header(run->network.program)->op_count;
	struct axt_op_view view;

	for (uint32_t i = 0; i < count; i++) {
		axt_program_op(run->network.program, i, &view);
		sums[view.op->code].name = view.info->name;
		sums[view.op->code].count++;
		sums[view.op->code].ns += run->op_ns[i];
	}
	qsort(sums, AXT_CODE_END, sizeof(*sums), compare_sums);
}

static void print_codes(const struct run *run)
{
	static const struct column columns[] = {
		{ "OPERATION", 0 },
		{ "COUNT", 0, true },
		{ "TIME", 0, true },
		{ "SHARE", 0, true },
	};
	struct table *table = table_create(columns, ARRAY_SIZE(columns));
	struct code_sum sums[AXT_CODE_END] = { 0 };
	uint64_t total = total_ns(run);

	sum_codes(run, sums);
	for (int i = 0; i < AXT_CODE_END; i++) {
		char count[16], time[32], share[32];
		const char *cells[] = { sums[i].name, count, time, share };

		if (!sums[i].count)
			continue;
		snprintf(count, sizeof(count), "%u", sums[i].count);
		text_time(time, sizeof(time), sums[i].ns / run->repeat);
		text_share(share, sizeof(share), sums[i].ns, total);
		table_add(table, cells);
	}
	putchar('\n');
	table_print(table, stdout, terminal_width());
	table_destroy(table);
}

void run_print_text(const struct run *run)
{
	print_device(run);
	print_network(run);
	print_inputs(run);
	print_outputs(run);
	print_times(run);
	if (run->op_ns) {
		print_ops(run);
		print_codes(run);
	}
}
