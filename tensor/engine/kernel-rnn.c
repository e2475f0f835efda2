// SPDX-License-Identifier: MIT
/*
 * AXT_RNN: ONNX RNN, GRU and LSTM with layout 0. A part takes whole sequences:
 * one direction of one element of the batch. Its state and its gates are in
 * scratch memory. Gates are in ONNX's order: of a GRU z, r, h; of an LSTM
 * i, o, f, c, with peepholes i, o, f.
 */
#include "function.h"
#include "index.h"
#include "kernels.h"

#include <string.h>

enum {
	X,
	W,
	R,
	BIAS,
	LENGTHS,
	H0,
	C0,
	PEEPHOLES,
	INPUTS
};
enum {
	Y,
	H,
	C,
	OUTPUTS
};

#define GATES_MAX 4

static const unsigned int gate_counts[] = {
	[AXT_RNN_PLAIN] = 1,
	[AXT_RNN_GRU] = 3,
	[AXT_RNN_LSTM] = 4,
};

static const unsigned int function_counts[] = {
	[AXT_RNN_PLAIN] = 1,
	[AXT_RNN_GRU] = 2,
	[AXT_RNN_LSTM] = 3,
};

/* One sequence. */
struct rnn {
	const struct axt_rnn *attr;
	const void *in[INPUTS]; /* NULL: not given */
	void *out[OUTPUTS];
	size_t steps, batches, width, hidden, directions;
	size_t direction, batch;
	/* What belongs to the direction. */
	const float *w;
	const float *r;
	const float *w_bias;
	const float *r_bias;
	const float *peep;
	/* In scratch memory. */
	float *gate; /* gates * hidden */
	float *temp;
	float *h;
	float *c;
};

static void rnn_init(struct rnn *rnn, const struct axt_call *call)
{
	const struct axt_tensor *x = call->in[X].tensor;

	memset(rnn, 0, sizeof(*rnn));
	rnn->attr = call->attributes;
	for (unsigned int i = 0; i < INPUTS && i < call->op->inputs; i++)
		rnn->in[i] = call->in[i].data;
	for (unsigned int i = 0; i < OUTPUTS && i < call->op->outputs; i++)
		rnn->out[i] = call->out[i].data;
	rnn->steps = x->dims[0];
	rnn->batches = x->dims[1];
	rnn->width = x->dims[2];
	rnn->hidden = rnn->attr->hidden;
	rnn->directions = rnn->attr->direction == 2 ? 2 : 1;
}

static size_t rnn_scratch(const struct axt_call *call)
{
	const struct axt_rnn *a = call->attributes;

	return axt_scratch_round((GATES_MAX + 3) * (size_t)a->hidden *
				 sizeof(float));
}

/* Where the sequence has its weights, its memory and its first state. */
static void rnn_begin(struct rnn *rnn, float *scratch)
{
	size_t hidden = rnn->hidden, d = rnn->direction;
	size_t gates = gate_counts[rnn->attr->kind] * hidden;
	size_t state = (d * rnn->batches + rnn->batch) * hidden;

	rnn->w = (const float *)rnn->in[W] + d * gates * rnn->width;
	rnn->r = (const float *)rnn->in[R] + d * gates * hidden;
	if (rnn->in[BIAS]) {
		rnn->w_bias = (const float *)rnn->in[BIAS] + d * 2 * gates;
		rnn->r_bias = rnn->w_bias + gates;
	}
	if (rnn->in[PEEPHOLES])
		rnn->peep = (const float *)rnn->in[PEEPHOLES] + d * 3 * hidden;
	rnn->gate = scratch;
	rnn->temp = scratch + GATES_MAX * hidden;
	rnn->h = rnn->temp + hidden;
	rnn->c = rnn->h + hidden;
	for (size_t i = 0; i < hidden; i++) {
		const float *h0 = rnn->in[H0], *c0 = rnn->in[C0];

		rnn->h[i] = h0 ? h0[state + i] : 0;
		rnn->c[i] = c0 ? c0[state + i] : 0;
	}
}

/* The which-th activation of the cell, of what is clipped first. */
static void activate(const struct rnn *rnn, unsigned int which, float *value)
{
	static const uint16_t usual[] = { AXT_SIGMOID, AXT_TANH, AXT_TANH };
	const struct axt_rnn *a = rnn->attr;
	unsigned int each = function_counts[a->kind], i;

	if (a->has_clip)
		axt_unary_run(AXT_CLIP, -a->clip, a->clip, value, rnn->hidden);
	if (a->functions == 0) {
		axt_unary_run(a->kind == AXT_RNN_PLAIN ? AXT_TANH :
							 usual[which],
			      0, 0, value, rnn->hidden);
		return;
	}
	i = ((unsigned int)rnn->direction * each + which) % a->functions;
	axt_unary_run(a->function[i], a->alpha[i], a->beta[i], value,
		      rnn->hidden);
}

static float dot(const float *a, const float *b, size_t count)
{
	float sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Rows of gates from begin to end - 1: what comes from the input. */
static void from_input(const struct rnn *rnn, const float *x, size_t begin,
		       size_t end)
{
	for (size_t i = begin; i < end; i++)
		rnn->gate[i] = dot(rnn->w + i * rnn->width, x, rnn->width) +
			       (rnn->w_bias ? rnn->w_bias[i] : 0);
}

/* One row: what comes from the state. */
static float from_state(const struct rnn *rnn, const float *h, size_t row)
{
	return dot(rnn->r + row * rnn->hidden, h, rnn->hidden) +
	       (rnn->r_bias ? rnn->r_bias[row] : 0);
}

static void step_plain(struct rnn *rnn, const float *x)
{
	size_t n = rnn->hidden;

	from_input(rnn, x, 0, n);
	for (size_t i = 0; i < n; i++)
		rnn->gate[i] += from_state(rnn, rnn->h, i);
	activate(rnn, 0, rnn->gate);
	memcpy(rnn->h, rnn->gate, n * sizeof(*rnn->h));
}

static void step_gru(struct rnn *rnn, const float *x)
{
	size_t n = rnn->hidden;
	float *z = rnn->gate, *r = z + n, *candidate = r + n;

	from_input(rnn, x, 0, 3 * n);
	for (size_t i = 0; i < 2 * n; i++)
		rnn->gate[i] += from_state(rnn, rnn->h, i);
	activate(rnn, 0, z);
	activate(rnn, 0, r);
	for (size_t i = 0; i < n; i++)
		rnn->temp[i] = r[i] * rnn->h[i];
	for (size_t i = 0; i < n; i++)
		candidate[i] +=
			rnn->attr->linear_before_reset ?
				r[i] * from_state(rnn, rnn->h, 2 * n + i) :
				from_state(rnn, rnn->temp, 2 * n + i);
	activate(rnn, 1, candidate);
	for (size_t i = 0; i < n; i++)
		rnn->h[i] = (1 - z[i]) * candidate[i] + z[i] * rnn->h[i];
}

/* Adds the old or the new cell's view through peephole number which. */
static void peep(const struct rnn *rnn, unsigned int which, float *gate)
{
	const float *p = rnn->peep + which * rnn->hidden;

	for (size_t i = 0; rnn->peep && i < rnn->hidden; i++)
		gate[i] += p[i] * rnn->c[i];
}

static void step_lstm(struct rnn *rnn, const float *x)
{
	size_t n = rnn->hidden;
	float *in = rnn->gate, *out = in + n, *forget = out + n;
	float *cell = forget + n;

	from_input(rnn, x, 0, 4 * n);
	for (size_t i = 0; i < 4 * n; i++)
		rnn->gate[i] += from_state(rnn, rnn->h, i);
	if (rnn->peep) {
		peep(rnn, 0, in);
		peep(rnn, 2, forget);
	}
	activate(rnn, 0, in);
	activate(rnn, 0, forget);
	activate(rnn, 1, cell);
	for (size_t i = 0; i < n; i++) {
		if (rnn->attr->couple_gates)
			forget[i] = 1 - in[i];
		rnn->c[i] = forget[i] * rnn->c[i] + in[i] * cell[i];
	}
	if (rnn->peep)
		peep(rnn, 1, out);
	activate(rnn, 0, out);
	memcpy(rnn->temp, rnn->c, n * sizeof(*rnn->c));
	activate(rnn, 2, rnn->temp);
	for (size_t i = 0; i < n; i++)
		rnn->h[i] = out[i] * rnn->temp[i];
}

typedef void step_fn(struct rnn *rnn, const float *x);

static step_fn *const step_fns[] = {
	[AXT_RNN_PLAIN] = step_plain,
	[AXT_RNN_GRU] = step_gru,
	[AXT_RNN_LSTM] = step_lstm,
};

/* The state goes out at step t; NULL: zeros, behind the sequence's end. */
static void put_y(const struct rnn *rnn, size_t t, const float *h)
{
	size_t n = rnn->hidden;
	float *y = rnn->out[Y];

	if (!y || n == 0)
		return;
	y += ((t * rnn->directions + rnn->direction) * rnn->batches +
	      rnn->batch) *
	     n;
	if (h)
		memcpy(y, h, n * sizeof(*y));
	else
		memset(y, 0, n * sizeof(*y));
}

static void put_state(const struct rnn *rnn, float *to, const float *from)
{
	size_t at = rnn->direction * rnn->batches + rnn->batch;

	if (to && rnn->hidden)
		memcpy(to + at * rnn->hidden, from, rnn->hidden * sizeof(*to));
}

/* Lengths are data; they are clamped to the steps there are. */
static size_t length_of(const struct rnn *rnn)
{
	const int32_t *lengths = rnn->in[LENGTHS];

	if (!lengths)
		return rnn->steps;
	if (lengths[rnn->batch] < 0)
		return 0;
	if ((size_t)lengths[rnn->batch] > rnn->steps)
		return rnn->steps;
	return (size_t)lengths[rnn->batch];
}

static void sequence(struct rnn *rnn)
{
	bool backward = rnn->attr->direction == 1 || rnn->direction == 1;
	size_t length = length_of(rnn);

	for (size_t s = 0; s < length; s++) {
		size_t t = backward ? length - 1 - s : s;
		const float *x = rnn->in[X];

		x += (t * rnn->batches + rnn->batch) * rnn->width;
		if (rnn->hidden)
			step_fns[rnn->attr->kind](rnn, x);
		put_y(rnn, t, rnn->h);
	}
	for (size_t t = length; t < rnn->steps; t++)
		put_y(rnn, t, NULL);
	put_state(rnn, rnn->out[H], rnn->h);
	put_state(rnn, rnn->out[C], rnn->c);
}

static void rnn_run(const struct axt_call *call, unsigned int part,
		    unsigned int parts)
{
	float *scratch = axt_scratch_of(call, part, rnn_scratch(call));
	struct axt_range range;
	struct rnn rnn;

	rnn_init(&rnn, call);
	range = axt_slice_of(rnn.directions * rnn.batches, part, parts);
	for (size_t i = range.begin; i < range.end; i++) {
		rnn.direction = i / rnn.batches;
		rnn.batch = i % rnn.batches;
		rnn_begin(&rnn, scratch);
		sequence(&rnn);
	}
}

static unsigned int rnn_parts(const struct axt_call *call)
{
	struct rnn rnn;

	rnn_init(&rnn, call);
	return axt_parts(rnn.directions * rnn.batches);
}

const struct axt_kernel axt_portable_rnn = {
	.run = rnn_run,
	.scratch = rnn_scratch,
	.parts_max = rnn_parts,
};
