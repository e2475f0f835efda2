// SPDX-License-Identifier: MIT
/* Programs and EXEC: R40, R41, R47 to R51, R58 and the spans. */
#include "both.h"
#include "program.h"

#include <axt/program.h>

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 1024u /* elements of a tensor */
#define BYTES (COUNT * sizeof(float))
#define GUARD 0xa7
#define SIDE 192u /* of matrices */
#define LONG_STEPS 8000u

/* y = max(a + b, 0): program_relu(). */
struct rig {
	struct host h;
	struct host_queue q;
	void *blob;
	size_t size;
	uint32_t ops;
	uint64_t scratch;
	uint8_t *a, *b, *y, *arena; /* each with guards of 64 bytes */
	struct vnpu_profile *spans;
	struct vnpu_binding *bindings;
	struct vnpu_desc exec;
};

static bool build(struct rig *r, uint32_t count, unsigned int steps)
{
	r->blob = program_relu(count, steps, &r->size);
	if (!r->blob)
		return false;
	r->ops = ((const struct axt_header *)r->blob)->op_count;
	return true;
}

static int load(struct rig *r, uint32_t number)
{
	uint8_t *copy = host_alloc(&r->h, r->size, 8);
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PROGRAM_LOAD,
		.object = htole32(number),
		.data.address = htole64(host_address(copy)),
		.data.size = htole64(r->size),
	};
	int ret;

	memcpy(copy, r->blob, r->size);
	ret = host_command(&r->h, &cmd);
	r->scratch = le64toh(r->h.result.value);
	/* R40: it may change once the command is done. */
	memset(copy, 0xff, r->size);
	return ret;
}

static uint8_t *buffer(struct rig *r, uint64_t size)
{
	uint8_t *at = host_alloc(&r->h, size + 128, 64);

	memset(at, GUARD, size + 128);
	return at + 64;
}

static bool guarded(const uint8_t *at, uint64_t size)
{
	bool ok = true;

	for (unsigned int i = 0; i < 64; i++)
		ok &= at[-1 - (int)i] == GUARD && at[size + i] == GUARD;
	return ok;
}

static void bind(struct vnpu_binding *b, const void *at, uint64_t size,
		 uint16_t kind, uint16_t index)
{
	*b = (struct vnpu_binding){
		.place.address = htole64(host_address(at)),
		.size = htole64(size),
		.kind = htole16(kind),
		.index = htole16(index),
	};
}

static void bind_all(struct rig *r, uint64_t bytes)
{
	bind(&r->bindings[0], r->y, bytes, VNPU_BIND_OUTPUT, 0);
	bind(&r->bindings[1], r->b, bytes, VNPU_BIND_INPUT, 1);
	bind(&r->bindings[2], r->arena, r->scratch, VNPU_BIND_SCRATCH, 0);
	bind(&r->bindings[3], r->a, bytes, VNPU_BIND_INPUT, 0);
	bind(&r->bindings[4], r->spans, r->ops * sizeof(*r->spans),
	     VNPU_BIND_SPANS, 0);
}

/* A device with the program, of inputs and an output of count elements. */
static bool open_built(struct rig *r, uint32_t which, uint32_t count,
		       const struct axm_inproc_option *options)
{
	uint64_t bytes = count * sizeof(float);
	float *a, *b;

	if (!host_create(&r->h, which, options) || !host_boot(&r->h) ||
	    host_simple(&r->h, VNPU_CMD_CONTEXT_CREATE, 0, 0) ||
	    !host_queue_open(&r->h, &r->q, 3, 0) || load(r, 7))
		return false;
	r->a = buffer(r, bytes);
	r->b = buffer(r, bytes);
	r->y = buffer(r, bytes);
	r->arena = buffer(r, r->scratch);
	r->spans = host_alloc(&r->h, r->ops * sizeof(*r->spans), 64);
	r->bindings = host_alloc(&r->h, 8 * sizeof(*r->bindings), 16);
	a = (float *)r->a;
	b = (float *)r->b;
	for (uint32_t i = 0; i < count; i++) {
		a[i] = (float)i;
		b[i] = 512.0f - 2.0f * (float)i;
	}
	bind_all(r, bytes);
	r->exec.opcode = VNPU_OP_EXEC;
	r->exec.exec.bindings.address = htole64(host_address(r->bindings));
	r->exec.exec.program = htole32(7);
	r->exec.exec.count = htole32(4);
	return true;
}

static bool open_as(struct rig *r, uint32_t which, uint32_t count,
		    unsigned int steps)
{
	memset(r, 0, sizeof(*r));
	return build(r, count, steps) && open_built(r, which, count, NULL);
}

static bool rig_open_sized(struct rig *r, uint32_t count, unsigned int steps)
{
	return open_as(r, profile(), count, steps);
}

static bool rig_open(struct rig *r)
{
	return rig_open_sized(r, COUNT, 0);
}

static void rig_close(struct rig *r)
{
	host_close(&r->h);
	free(r->blob);
}

static bool result_ok(const struct rig *r)
{
	const float *y = (const float *)r->y;

	for (uint32_t i = 0; i < COUNT; i++)
		if (y[i] != (i < 512 ? 512.0f - (float)i : 0.0f))
			return false;
	return true;
}

static void a_program_runs(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_CHECK(r.scratch > 0);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_CHECK(result_ok(&r));
	TAP_CHECK(guarded(r.y, BYTES) && guarded(r.arena, r.scratch));
	TAP_CHECK(guarded(r.a, BYTES) && guarded(r.b, BYTES));
	/* Many in a row, and the program gone while they run. */
	for (int i = 0; i < 20; i++)
		*host_slot(&r.q) = r.exec;
	memset(r.y, 0, BYTES);
	host_submit(&r.q);
	TAP_EQUAL(host_wait(&r.q, r.q.tail, 5000), 0);
	TAP_CHECK(result_ok(&r));
	rig_close(&r);
}

static void larger_bindings_keep_their_rest(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	r.bindings[0].size = htole64(BYTES + 64);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_CHECK(result_ok(&r) && guarded(r.y, BYTES));
	rig_close(&r);
}

static void segments_are_gathered_and_scattered(void)
{
	struct vnpu_segment *in, *out;
	uint8_t *pages, *to;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	in = host_alloc(&r.h, 8 * sizeof(*in), 16);
	out = host_alloc(&r.h, 8 * sizeof(*in), 16);
	pages = host_alloc(&r.h, 8192, 64);
	to = host_alloc(&r.h, 8192, 64);
	memset(to, GUARD, 8192);
	for (unsigned int i = 0; i < 4; i++) {
		memcpy(pages + (3 - i) * 1536, r.a + i * 1024, 1024);
		in[i].address = htole64(host_address(pages + (3 - i) * 1536));
		out[i].address = htole64(host_address(to + (3 - i) * 1536));
		in[i].size = out[i].size = htole32(1024);
	}
	memset(r.a, 0, BYTES);
	r.bindings[3].place.address = htole64(host_address(in));
	r.bindings[3].place.segments = htole32(4);
	r.bindings[0].place.address = htole64(host_address(out));
	r.bindings[0].place.segments = htole32(4);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	for (unsigned int i = 0; i < 4; i++) {
		memcpy(r.y + i * 1024, to + (3 - i) * 1536, 1024);
		TAP_EQUAL(to[(3 - i) * 1536 + 1024], GUARD);
	}
	TAP_CHECK(result_ok(&r));
	rig_close(&r);
}

static void spans_cover_every_operation(void)
{
	uint64_t last = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_CHECK(host_get32(&r.h, VNPU_REG_CAP) & VNPU_CAP_SPANS);
	r.exec.exec.count = htole32(5);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_CHECK(result_ok(&r));
	for (uint32_t i = 0; i < r.ops; i++) {
		TAP_CHECK(le64toh(r.spans[i].start_ns) >= last);
		TAP_CHECK(le64toh(r.spans[i].end_ns) >=
			  le64toh(r.spans[i].start_ns));
		last = le64toh(r.spans[i].end_ns);
	}
	TAP_CHECK(last <= host_get64(&r.h, VNPU_REG_TIME));
	rig_close(&r);
}

struct wrong {
	const char *what;
	unsigned int binding, offset; /* of the byte */
	uint8_t byte;
	int want;
};

static const struct wrong wrongs[] = {
	{ "an input twice", 3, 26, 1, VNPU_ERR_BINDING },
	{ "an output that is not there", 0, 26, 1, VNPU_ERR_BINDING },
	{ "an unknown kind", 0, 24, 4, VNPU_ERR_BINDING },
	{ "an output as scratch", 0, 24, 2, VNPU_ERR_BINDING },
	{ "a second scratch", 2, 26, 1, VNPU_ERR_BINDING },
	{ "an input too small", 1, 17, 15, VNPU_ERR_BINDING },
	{ "a scratch too small", 2, 17, 0, VNPU_ERR_BINDING },
	{ "no input, spans instead", 1, 24, 3, VNPU_ERR_BINDING },
	{ "reserved bytes", 1, 28, 1, VNPU_ERR_FIELD },
	{ "flags of a place", 1, 12, 2, VNPU_ERR_FIELD },
	{ "too many segments", 1, 10, 2, VNPU_ERR_FIELD },
	{ "a place that is not aligned", 1, 0, 0x20, VNPU_ERR_ADDRESS },
	{ "a place that the bus refuses", 1, 5, 0x01, VNPU_ERR_DMA },
};

static void wrong_bindings_are_refused(void)
{
	struct vnpu_binding good[5];
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	memcpy(good, r.bindings, sizeof(good));
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];
		uint8_t *at = (uint8_t *)&r.bindings[w->binding];

		at[w->offset] = w->offset ? w->byte : at[0] | w->byte;
		if (!TAP_EQUAL(host_run(&r.q, &r.exec), w->want))
			tap_note("%s", w->what);
		TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
		memcpy(r.bindings, good, sizeof(good));
	}
	r.exec.exec.count = htole32(3);
	TAP_EQUAL(host_run(&r.q, &r.exec), VNPU_ERR_BINDING);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	r.exec.exec.count = 0;
	TAP_EQUAL(host_run(&r.q, &r.exec), VNPU_ERR_BINDING);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	r.exec.exec.count = htole32(1025);
	TAP_EQUAL(host_run(&r.q, &r.exec), VNPU_ERR_LIMIT);
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	r.exec.exec.count = htole32(4);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_CHECK(result_ok(&r) && guarded(r.y, BYTES));
	rig_close(&r);
}

static void random_bindings_do_no_harm(void)
{
	struct vnpu_binding good[5];
	struct rig r;

	srand(3);
	TAP_REQUIRE(rig_open(&r));
	memcpy(good, r.bindings, sizeof(good));
	for (int i = 0; i < 3000; i++) {
		uint8_t *bytes = (uint8_t *)r.bindings;
		int ret;

		for (int n = 1 + rand() % 3; n; n--) {
			unsigned int at = (unsigned int)rand() % sizeof(good);

			/* An address inside the arena is the driver's word. */
			if (at % sizeof(good[0]) >= 4)
				bytes[at] = (uint8_t)rand();
		}
		r.exec.exec.count = htole32((uint32_t)rand() % 6);
		ret = host_run(&r.q, &r.exec);
		if (ret < 0 || ret >= VNPU_ERR_COUNT) {
			TAP_EQUAL(ret, 0);
			break;
		}
		if (ret)
			TAP_REQUIRE(!host_queue_reset(&r.q, 0));
		memcpy(r.bindings, good, sizeof(good));
	}
	r.exec.exec.count = htole32(4);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_EQUAL(host_state(&r.h), VNPU_STATE_READY);
	rig_close(&r);
}

static void broken_programs_are_refused(void)
{
	struct rig r;

	srand(5);
	TAP_REQUIRE(rig_open(&r));
	((uint8_t *)r.blob)[r.size / 2] ^= 1;
	TAP_EQUAL(load(&r, 8), VNPU_ERR_PROGRAM);
	((uint8_t *)r.blob)[r.size / 2] ^= 1;
	r.size -= 8;
	TAP_EQUAL(load(&r, 8), VNPU_ERR_PROGRAM);
	r.size += 8;
	TAP_EQUAL(load(&r, 7), VNPU_ERR_EXISTS);
	TAP_EQUAL(load(&r, 8), 0);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_PROGRAM_UNLOAD, 0, 8), 0);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_PROGRAM_UNLOAD, 0, 8),
		  VNPU_ERR_ID);
	r.exec.exec.program = htole32(8);
	TAP_EQUAL(host_run(&r.q, &r.exec), VNPU_ERR_ID);
	rig_close(&r);
}

static void a_program_in_segments_is_loaded(void)
{
	struct vnpu_segment *list;
	struct vnpu_cmd cmd = {
		.opcode = VNPU_CMD_PROGRAM_LOAD,
		.object = htole32(9),
	};
	uint32_t n = 0;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	list = host_alloc(&r.h, 64 * sizeof(*list), 16);
	for (size_t at = 0; at < r.size; at += 100, n++) {
		size_t size = r.size - at < 100 ? r.size - at : 100;
		uint8_t *piece = host_alloc(&r.h, size, 8);

		memcpy(piece, (uint8_t *)r.blob + at, size);
		list[n].address = htole64(host_address(piece));
		list[n].size = htole32((uint32_t)size);
	}
	cmd.data.address = htole64(host_address(list));
	cmd.data.size = htole64(r.size);
	cmd.data.segments = htole32(n);
	TAP_EQUAL(host_command(&r.h, &cmd), 0);
	r.exec.exec.program = htole32(9);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	TAP_CHECK(result_ok(&r));
	cmd.object = htole32(10);
	cmd.data.size = htole64(r.size - 1);
	TAP_EQUAL(host_command(&r.h, &cmd), VNPU_ERR_ADDRESS);
	rig_close(&r);
}

static void private_memory_has_an_end(void)
{
	static const struct axm_inproc_option little[] = { { "private", "1M" },
							   { NULL, NULL } };
	int ret = 0;
	unsigned int n = 0;
	struct rig r;

	memset(&r, 0, sizeof(r));
	TAP_REQUIRE(build(&r, COUNT, 1000));
	TAP_REQUIRE(host_create(&r.h, profile(), little) && host_boot(&r.h));
	TAP_REQUIRE(!host_simple(&r.h, VNPU_CMD_CONTEXT_CREATE, 0, 0));
	while (!ret && n < 64)
		ret = load(&r, n++);
	TAP_EQUAL(ret, VNPU_ERR_NO_MEMORY);
	TAP_CHECK(n > 1);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_CONTEXT_DESTROY, 0, 0), 0);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_CONTEXT_CREATE, 0, 0), 0);
	TAP_EQUAL(load(&r, 0), 0);
	rig_close(&r);
}

static uint32_t add_matrix(struct axt_builder *builder, uint8_t place,
			   uint64_t offset)
{
	char name[] = { 'm', (char)('0' + place), offset ? 'b' : 'a', '\0' };
	struct axt_tensor tensor = {
		.type = AXT_F32,
		.rank = 2,
		.place = place,
		.name = axt_builder_add_name(builder, name),
		.dims = { SIDE, SIDE },
		.offset = offset,
	};

	return axt_builder_add_tensor(builder, &tensor);
}

static void add_product(struct axt_builder *builder, uint32_t a, uint32_t b,
			uint32_t out)
{
	const struct axt_matmul attributes = { .alpha = 1 };
	const uint32_t in[] = { a, b };

	axt_builder_add_op(builder, &(struct axt_op_parts){
					    .code = AXT_MATMUL,
					    .inputs = 2,
					    .outputs = 1,
					    .input = in,
					    .output = &out,
					    .attributes = &attributes,
				    });
}

/*
 * Products of matrices, one from the other, with the kernels that are the same
 * for every processor: seconds of work at the least, but each of them is short.
 */
static bool build_long(struct rig *r)
{
	struct axt_error error = { "" };
	struct axt_builder *builder;
	uint32_t in[2], product[2], out;
	int ret;

	memset(r, 0, sizeof(*r));
	if (axt_builder_create(&builder))
		return false;
	in[0] = add_matrix(builder, AXT_INPUT, 0);
	in[1] = add_matrix(builder, AXT_INPUT, 1);
	product[0] = add_matrix(builder, AXT_ARENA, 0);
	product[1] =
		add_matrix(builder, AXT_ARENA, SIDE * SIDE * sizeof(float));
	out = add_matrix(builder, AXT_OUTPUT, 0);
	add_product(builder, in[0], in[1], product[0]);
	for (unsigned int i = 0; i < LONG_STEPS; i++)
		add_product(builder, product[i % 2], in[1],
			    product[(i + 1) % 2]);
	add_product(builder, product[LONG_STEPS % 2], in[1], out);
	r->ops = LONG_STEPS + 2;
	ret = axt_builder_finish(builder, &r->blob, &r->size, &error);
	axt_builder_destroy(builder);
	if (ret)
		tap_note("%s", error.text);
	return !ret;
}

static void a_long_program_can_be_stopped(void)
{
	static const struct axm_inproc_option slow[] = { { "isa", "portable" },
							 { "stop-ms", "2000" },
							 { NULL, NULL } };
	uint64_t start;
	struct rig r;

	TAP_REQUIRE(build_long(&r));
	TAP_REQUIRE(open_built(&r, profile(), SIDE * SIDE, slow));
	r.exec.timeout_ms = htole32(50);
	start = host_now_ns();
	TAP_EQUAL(host_run(&r.q, &r.exec), VNPU_ERR_TIMEOUT);
	TAP_CHECK(host_now_ns() - start <
		  50000000 + 1000000ull * host_get32(&r.h, VNPU_REG_STOP_MS));
	TAP_EQUAL(host_queue_reset(&r.q, 0), 0);
	/* Unloaded and destroyed while it runs. */
	r.exec.timeout_ms = 0;
	*host_slot(&r.q) = r.exec;
	host_submit(&r.q);
	TAP_REQUIRE(host_wait_started(&r.q, VNPU_OP_EXEC, 0));
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_PROGRAM_UNLOAD, 0, 7), 0);
	host_sleep_us(5000);
	TAP_EQUAL(host_wait(&r.q, 1, 1), -1);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_QUEUE_DESTROY, 0, 3), 0);
	TAP_EQUAL(host_state(&r.h), VNPU_STATE_READY);
	rig_close(&r);
}

/* Long programs before it keep the device preparing: the EXEC waits. */
static void an_unloaded_program_is_waited_for(void)
{
	struct vnpu_cmd cmd = { .opcode = VNPU_CMD_PROGRAM_LOAD };
	struct rig large, r;
	unsigned int waited;
	void *copy;

	TAP_REQUIRE(build_long(&large) && rig_open(&r));
	copy = host_alloc(&r.h, large.size, 8);
	memcpy(copy, large.blob, large.size);
	cmd.data.address = htole64(host_address(copy));
	cmd.data.size = htole64(large.size);
	for (uint32_t i = 20; i < 26; i++) {
		cmd.object = htole32(i);
		TAP_REQUIRE(!host_command(&r.h, &cmd));
	}
	TAP_REQUIRE(!load(&r, 9));
	r.exec.exec.program = htole32(9);
	*host_slot(&r.q) = r.exec;
	host_submit(&r.q);
	waited = host_wait_started(&r.q, VNPU_OP_EXEC, 0);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_PROGRAM_UNLOAD, 0, 9), 0);
	tap_note("it was %s", waited ? "not done then" : "done before");
	TAP_EQUAL(host_wait(&r.q, 1, 5000), 0);
	TAP_CHECK(result_ok(&r));
	free(large.blob);
	rig_close(&r);
}

static void bindings_are_read_once(void)
{
	struct rig r;

	TAP_REQUIRE(rig_open_sized(&r, COUNT, 500));
	*host_slot(&r.q) = r.exec;
	host_submit(&r.q);
	host_sleep_us(300);
	memset(r.bindings, 0xff, 4 * sizeof(*r.bindings));
	TAP_EQUAL(host_wait(&r.q, 1, 5000) > 0 ? VNPU_ERR_FIELD : 0,
		  host_wait(&r.q, 1, 5000));
	rig_close(&r);
}

static void a_foreign_program_is_not_there(void)
{
	struct host_queue q;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	TAP_REQUIRE(!host_simple(&r.h, VNPU_CMD_CONTEXT_CREATE, 1, 0));
	TAP_REQUIRE(host_queue_open(&r.h, &q, 5, 1));
	TAP_EQUAL(host_run(&q, &r.exec), VNPU_ERR_ID);
	TAP_EQUAL(host_simple(&r.h, VNPU_CMD_PROGRAM_UNLOAD, 1, 7),
		  VNPU_ERR_ID);
	TAP_EQUAL(host_run(&r.q, &r.exec), 0);
	rig_close(&r);
}

static void copy_engines_run_no_programs(void)
{
	struct host_queue q;
	struct rig r;

	TAP_REQUIRE(rig_open(&r));
	host_queue_init(&r.h, &q, 5, 0);
	q.cmd.queue.engine = 1;
	TAP_REQUIRE(!host_queue_create(&q));
	TAP_EQUAL(host_run(&q, &(struct vnpu_desc){ 0 }), 0);
	TAP_EQUAL(host_run(&q, &r.exec), VNPU_ERR_OPCODE);
	rig_close(&r);
}

static void both_profiles_give_the_same_bytes(void)
{
	static const uint32_t profiles[] = { VNPU_PROFILE_EDGE,
					     VNPU_PROFILE_DATACENTER };
	uint8_t *first = NULL;

	for (size_t i = 0; i < 2; i++) {
		struct rig r;

		TAP_REQUIRE(open_as(&r, profiles[i], COUNT, 0));
		TAP_EQUAL(host_run(&r.q, &r.exec), 0);
		if (first)
			TAP_CHECK(!memcmp(first, r.y, BYTES));
		else if ((first = malloc(BYTES)))
			memcpy(first, r.y, BYTES);
		rig_close(&r);
	}
	free(first);
}

static const struct tap_case cases[] = {
	BOTH("R40 R49 a program runs and writes its outputs only",
	     a_program_runs),
	BOTH("R49 bytes beyond what a program needs are kept",
	     larger_bindings_keep_their_rest),
	BOTH("bindings in segments are gathered and scattered",
	     segments_are_gathered_and_scattered),
	BOTH("spans tell when each operation ran", spans_cover_every_operation),
	BOTH("R48 every way in which bindings are wrong is refused",
	     wrong_bindings_are_refused),
	BOTH("R49 random bindings do no harm", random_bindings_do_no_harm),
	BOTH("programs that are not valid are refused",
	     broken_programs_are_refused),
	BOTH("a program in segments is loaded",
	     a_program_in_segments_is_loaded),
	BOTH("programs that do not fit are NO_MEMORY",
	     private_memory_has_an_end),
	BOTH("R58 R39 R41 a long program is stopped, and may be unloaded",
	     a_long_program_can_be_stopped),
	BOTH("R41 a program that EXEC waits for may be unloaded",
	     an_unloaded_program_is_waited_for),
	BOTH("R47 bindings are read once", bindings_are_read_once),
	DATACENTER("R50 a program of another context is not there",
		   a_foreign_program_is_not_there),
	DATACENTER("copy engines run no programs",
		   copy_engines_run_no_programs),
	EDGE("R51 both profiles give the same bytes",
	     both_profiles_give_the_same_bytes),
};

TAP_MAIN(cases)
