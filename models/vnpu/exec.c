// SPDX-License-Identifier: MIT
/*
 * EXEC. Bindings are copied, checked, and translated once; from then on the
 * engine works on pointers: straight into the memory of the host or the device
 * where a binding lies there in one piece, else into private memory that is
 * copied in and out. All state here is the engine's thread's own.
 */
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 64u

/* A port of the program, and what is bound to it. */
struct port {
	const struct vnpu_binding *binding; /* NULL: nothing */
	uint64_t need;
	void *ptr;
	void *bounce; /* private memory of need bytes */
	struct axm_dma_window window; /* its length is 0: none */
};

struct vnpu_exec {
	_Alignas(ALIGN) uint8_t nothing[ALIGN]; /* where empty tensors are */
	struct vnpu_binding bindings[VNPU_BINDINGS_MAX];
	/* Inputs, outputs, scratch, spans: each kind after the one before. */
	struct port ports[VNPU_BINDINGS_MAX];
	unsigned int first[VNPU_BIND_SPANS + 2];
	const void *inputs[VNPU_BINDINGS_MAX];
	void *outputs[VNPU_BINDINGS_MAX];
	struct vnpu_run *run;
	int ended; /* what vnpu_breathe() said */
};

int vnpu_exec_create(struct vnpu_exec **out)
{
	*out = aligned_alloc(ALIGN, (sizeof(**out) + ALIGN - 1) & ~(ALIGN - 1));
	return *out ? 0 : -ENOMEM;
}

void vnpu_exec_destroy(struct vnpu_exec *exec)
{
	free(exec);
}

static uint64_t tensor_size(const struct axt_program *program, uint32_t number)
{
	return axt_program_tensor(program, number)->size;
}

static void list_ports(struct vnpu_exec *x, const struct axt_program *program)
{
	const struct axt_header *h = axt_program_header(program);
	unsigned int n = 0;

	x->first[VNPU_BIND_INPUT] = n;
	for (uint32_t i = 0; i < h->input_count; i++)
		x->ports[n++] = (struct port){
			.need = tensor_size(program,
					    axt_program_input(program, i)),
		};
	x->first[VNPU_BIND_OUTPUT] = n;
	for (uint32_t i = 0; i < h->output_count; i++)
		x->ports[n++] = (struct port){
			.need = tensor_size(program,
					    axt_program_output(program, i)),
		};
	x->first[VNPU_BIND_SCRATCH] = n;
	if (h->arena_size)
		x->ports[n++] = (struct port){ .need = h->arena_size };
	x->first[VNPU_BIND_SPANS] = n;
	x->ports[n++] = (struct port){
		.need = h->op_count * sizeof(struct vnpu_profile),
	};
	x->first[VNPU_BIND_SPANS + 1] = n;
}

static int check_place(struct vnpu_run *run, const struct vnpu_binding *b)
{
	uint64_t address = le64toh(b->place.address);
	struct vnpu_segment first;
	int ret = vnpu_place_check(&run->access, &b->place);

	if (ret)
		return ret;
	if (b->place.segments) {
		ret = axm_dma_read(run->e->v->dev, address, &first,
				   sizeof(first));
		if (ret)
			return vnpu_access_error(&run->access, ret, address,
						 false);
		address = le64toh(first.address);
	}
	return address % ALIGN ? VNPU_ERR_ADDRESS : 0;
}

static int check_binding(struct vnpu_run *run, const struct vnpu_binding *b)
{
	struct vnpu_exec *x = run->e->exec;
	unsigned int kind = le16toh(b->kind), index = le16toh(b->index);
	struct port *port;
	int ret = check_place(run, b);

	if (ret)
		return ret;
	if (kind > VNPU_BIND_SPANS ||
	    index >= x->first[kind + 1] - x->first[kind])
		return VNPU_ERR_BINDING;
	port = &x->ports[x->first[kind] + index];
	if (port->binding || le64toh(b->size) < port->need)
		return VNPU_ERR_BINDING;
	if (b->reserved)
		return VNPU_ERR_FIELD;
	port->binding = b;
	return VNPU_ERR_OK;
}

static int check_bindings(struct vnpu_run *run)
{
	struct vnpu_exec *x = run->e->exec;
	const struct vnpu_op_exec *o = &run->desc.exec;
	uint32_t count = le32toh(o->count);
	int ret = vnpu_place_read(&run->access, &o->bindings, x->bindings,
				  count * sizeof(x->bindings[0]));

	for (uint32_t i = 0; i < count && !ret; i++)
		ret = check_binding(run, &x->bindings[i]);
	for (unsigned int i = 0; i < x->first[VNPU_BIND_SPANS] && !ret; i++)
		if (!x->ports[i].binding)
			ret = VNPU_ERR_BINDING;
	return ret;
}

static bool is_kind(const struct vnpu_exec *x, const struct port *port,
		    unsigned int kind)
{
	unsigned int i = (unsigned int)(port - x->ports);

	return i >= x->first[kind] && i < x->first[kind + 1];
}

static void note(struct vnpu_run *run, const struct port *port)
{
	struct vnpu_engine_state *e = run->e;

	if (run->access.asid == VNPU_ASID_BUS)
		return;
	e->notes[e->note_count++] = (struct vnpu_note){
		.address = le64toh(port->binding->place.address),
		.size = port->need,
	};
}

/* Through private memory; what is read is read now. */
static int bounce(struct vnpu_run *run, struct port *port, bool in)
{
	struct vnpu_cursor c;
	uint8_t *to;
	int ret;

	to = port->bounce = vnpu_private_alloc(run->e->v, port->need);
	if (!to)
		return VNPU_ERR_NO_MEMORY;
	port->ptr = to;
	ret = vnpu_cursor_init(&c, &run->access, &port->binding->place,
			       port->need, !in);
	/* Outputs as well, so that what is not allowed fails at the start. */
	while (!ret && c.left) {
		struct vnpu_piece piece;

		ret = vnpu_cursor_next(&c, VNPU_CHUNK, &piece);
		if (!ret && in)
			ret = vnpu_piece_read(&run->access, &piece, to);
		to += piece.size;
	}
	return ret;
}

static int translate(struct vnpu_run *run, struct port *port)
{
	struct vnpu_exec *x = run->e->exec;
	bool in = is_kind(x, port, VNPU_BIND_INPUT);
	struct vnpu_piece piece;
	struct vnpu_cursor c;
	int ret;

	port->ptr = x->nothing;
	if (!port->binding || !port->need)
		return VNPU_ERR_OK;
	note(run, port);
	ret = vnpu_cursor_init(&c, &run->access, &port->binding->place,
			       port->need, !in);
	if (!ret)
		ret = vnpu_cursor_next(&c, port->need, &piece);
	if (ret)
		return ret;
	/* Spans are converted before anybody sees them. */
	if (piece.size < port->need || is_kind(x, port, VNPU_BIND_SPANS))
		return bounce(run, port, in);
	ret = vnpu_piece_map(&run->access, &piece, !in, &port->ptr,
			     &port->window);
	if (ret || (port->ptr && !((uintptr_t)port->ptr % ALIGN)))
		return ret;
	return bounce(run, port, in);
}

/*
 * The notes are made before the tables are let go of: a flush sees them, or has
 * ended before.
 */
static int translate_all(struct vnpu_run *run)
{
	struct vnpu_engine_state *e = run->e;
	struct vnpu_exec *x = e->exec;
	int ret = VNPU_ERR_OK;

	vnpu_asid_hold(&run->access);
	for (unsigned int i = 0; i < x->first[VNPU_BIND_SPANS + 1] && !ret; i++)
		ret = translate(run, &x->ports[i]);
	vnpu_asid_release(&run->access);
	return ret;
}

static int copy_out(struct vnpu_run *run, const struct port *port)
{
	const uint8_t *from = port->bounce;
	struct vnpu_cursor c;
	int ret = vnpu_cursor_init(&c, &run->access, &port->binding->place,
				   port->need, true);

	while (!ret && c.left) {
		struct vnpu_piece piece;

		vnpu_asid_hold(&run->access);
		ret = vnpu_cursor_next(&c, VNPU_CHUNK, &piece);
		if (!ret)
			ret = vnpu_piece_write(&run->access, &piece, from);
		vnpu_asid_release(&run->access);
		from += piece.size;
	}
	return ret;
}

static int copy_all_out(struct vnpu_run *run)
{
	struct vnpu_exec *x = run->e->exec;
	int ret = VNPU_ERR_OK;

	for (unsigned int i = 0; i < x->first[VNPU_BIND_SPANS + 1] && !ret;
	     i++) {
		const struct port *port = &x->ports[i];

		if (port->bounce && (is_kind(x, port, VNPU_BIND_OUTPUT) ||
				     is_kind(x, port, VNPU_BIND_SPANS)))
			ret = copy_out(run, port);
	}
	return ret;
}

static void release_all(struct vnpu_run *run)
{
	struct vnpu_exec *x = run->e->exec;
	struct vnpu *v = run->e->v;

	for (unsigned int i = 0; i < x->first[VNPU_BIND_SPANS + 1]; i++) {
		struct port *port = &x->ports[i];

		if (port->window.len)
			axm_dma_unmap(v->dev, &port->window);
		vnpu_private_free(v, port->bounce, port->need);
	}
}

static bool stopped(void *data)
{
	struct vnpu_exec *x = data;

	x->ended = vnpu_breathe(x->run);
	return x->ended;
}

/* From the clock of the processor to that of the device. */
static void convert_spans(struct vnpu *v, const struct port *port)
{
	uint64_t epoch = atomic_load(&v->epoch);
	struct vnpu_profile *span = port->bounce;
	uint64_t count = port->need / sizeof(*span);

	for (uint64_t i = 0; i < count; i++) {
		struct axt_engine_span s;

		memcpy(&s, &span[i], sizeof(s));
		span[i].start_ns = htole64(s.start_ns - epoch);
		span[i].end_ns = htole64(s.end_ns - epoch);
	}
}

static int compute(struct vnpu_run *run, struct vnpu_program *p)
{
	struct vnpu_exec *x = run->e->exec;
	unsigned int spans = x->first[VNPU_BIND_SPANS];
	unsigned int scratch = x->first[VNPU_BIND_SCRATCH];
	struct axt_engine_run r = {
		.inputs = x->inputs,
		.outputs = x->outputs,
		.arena = scratch < spans ? x->ports[scratch].ptr : x->nothing,
		.spans = x->ports[spans].bounce,
		.stopped = stopped,
		.stopped_data = x,
	};

	for (unsigned int i = 0; i < x->first[VNPU_BIND_OUTPUT]; i++)
		x->inputs[i] = x->ports[i].ptr;
	for (unsigned int i = x->first[VNPU_BIND_OUTPUT]; i < scratch; i++)
		x->outputs[i - x->first[VNPU_BIND_OUTPUT]] = x->ports[i].ptr;
	x->run = run;
	x->ended = 0;
	if (axt_engine_run(p->engine, &r))
		return x->ended ? x->ended : VNPU_ERR_INTERNAL;
	if (r.spans)
		convert_spans(run->e->v, &x->ports[spans]);
	return copy_all_out(run);
}

static int execute(struct vnpu_run *run, struct vnpu_program *p)
{
	int state = atomic_load(&p->state), ret;

	if (state == VNPU_PROGRAM_FAILED)
		return VNPU_ERR_NO_MEMORY;
	if (state == VNPU_PROGRAM_PREPARING) {
		ret = vnpu_breathe(run);
		return ret ? ret : VNPU_LATER;
	}
	list_ports(run->e->exec, p->program);
	ret = check_bindings(run);
	if (ret)
		return ret;
	ret = translate_all(run);
	if (!ret)
		ret = compute(run, p);
	release_all(run);
	return ret;
}

int vnpu_desc_exec(struct vnpu_run *run)
{
	return execute(run, run->q->program);
}

int vnpu_exec_hold(struct vnpu_run *run)
{
	struct vnpu_queue *q = run->q;

	if (!q->program)
		q->program = vnpu_program_get(
			run->e->v, le32toh(run->desc.exec.program), q->context);
	return q->program ? VNPU_ERR_OK : VNPU_ERR_ID;
}

void vnpu_exec_let_go(struct vnpu_queue *q)
{
	if (q->program)
		vnpu_program_put(q->program);
	q->program = NULL;
}
