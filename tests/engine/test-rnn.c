// SPDX-License-Identifier: MIT
/*
 * Recurrent networks against the equations of ONNX RNN, GRU and LSTM, written
 * down per element in double precision, for all directions, with lengths,
 * first states, peepholes, clipping and other activations.
 */
#include "engine.h"

#include <math.h>
#include <stdlib.h>

#define T 5
#define B 3
#define I 4
#define N 6 /* hidden */

struct model {
	struct axt_rnn a;
	unsigned int gates, functions, directions;
	struct et *x, *w, *r, *b, *lengths, *h0, *c0, *p;
	double y[T * 2 * B * N];
	double h[2 * B * N];
	double c[2 * B * N];
};

static double activation(const struct model *m, unsigned int d,
			 unsigned int which, double v)
{
	unsigned int f = which || m->a.kind == AXT_RNN_PLAIN ? AXT_TANH :
							       AXT_SIGMOID;

	if (m->a.has_clip)
		v = fmin(fmax(v, -m->a.clip), m->a.clip);
	if (m->a.functions)
		f = m->a.function[d * m->functions + which];
	switch (f) {
	case AXT_SIGMOID:
		return 1 / (1 + exp(-v));
	case AXT_RELU:
		return fmax(v, 0);
	case AXT_HARD_SIGMOID:
		return fmin(fmax(0.2f * v + 0.5, 0), 1);
	}
	return tanh(v);
}

/* Gate g of hidden unit i, of the input only. */
static double input_gate(const struct model *m, unsigned int d, unsigned int g,
			 size_t i, size_t t, size_t batch)
{
	size_t row = g * N + i, rows = m->gates * N;
	double sum = m->b ? et_get(m->b, d * 2 * rows + row) : 0;

	for (size_t k = 0; k < I; k++)
		sum += et_get(m->w, (d * rows + row) * I + k) *
		       et_get(m->x, (t * B + batch) * I + k);
	return sum;
}

/* The same, of the state only. */
static double state_gate(const struct model *m, unsigned int d, unsigned int g,
			 size_t i, const double *h)
{
	size_t row = g * N + i, rows = m->gates * N;
	double sum = m->b ? et_get(m->b, (d * 2 + 1) * rows + row) : 0;

	for (size_t k = 0; k < N; k++)
		sum += et_get(m->r, (d * rows + row) * N + k) * h[k];
	return sum;
}

static double peephole(const struct model *m, unsigned int d,
		       unsigned int which, size_t i, double c)
{
	return m->p ? et_get(m->p, (d * 3 + which) * N + i) * c : 0;
}

static void gru(const struct model *m, unsigned int d, size_t t, size_t batch,
		double *h)
{
	double z[N], r[N], reset[N], next[N];

	for (size_t i = 0; i < N; i++) {
		z[i] = activation(m, d, 0,
				  input_gate(m, d, 0, i, t, batch) +
					  state_gate(m, d, 0, i, h));
		r[i] = activation(m, d, 0,
				  input_gate(m, d, 1, i, t, batch) +
					  state_gate(m, d, 1, i, h));
		reset[i] = r[i] * h[i];
	}
	for (size_t i = 0; i < N; i++) {
		double s = m->a.linear_before_reset ?
				   r[i] * state_gate(m, d, 2, i, h) :
				   state_gate(m, d, 2, i, reset);

		next[i] = activation(m, d, 1,
				     input_gate(m, d, 2, i, t, batch) + s);
		next[i] = (1 - z[i]) * next[i] + z[i] * h[i];
	}
	for (size_t i = 0; i < N; i++)
		h[i] = next[i];
}

static void lstm(const struct model *m, unsigned int d, size_t t, size_t batch,
		 double *h, double *c)
{
	double next[N];

	for (size_t i = 0; i < N; i++) {
		double g[4], in, forget;

		for (unsigned int k = 0; k < 4; k++)
			g[k] = input_gate(m, d, k, i, t, batch) +
			       state_gate(m, d, k, i, h);
		in = activation(m, d, 0, g[0] + peephole(m, d, 0, i, c[i]));
		forget = activation(m, d, 0, g[2] + peephole(m, d, 2, i, c[i]));
		if (m->a.couple_gates)
			forget = 1 - in;
		c[i] = forget * c[i] + in * activation(m, d, 1, g[3]);
		next[i] =
			activation(m, d, 0, g[1] + peephole(m, d, 1, i, c[i])) *
			activation(m, d, 2, c[i]);
	}
	for (size_t i = 0; i < N; i++)
		h[i] = next[i];
}

static void plain(const struct model *m, unsigned int d, size_t t, size_t batch,
		  double *h)
{
	double next[N];

	for (size_t i = 0; i < N; i++)
		next[i] = activation(m, d, 0,
				     input_gate(m, d, 0, i, t, batch) +
					     state_gate(m, d, 0, i, h));
	for (size_t i = 0; i < N; i++)
		h[i] = next[i];
}

static void reference(struct model *m, unsigned int d, size_t batch)
{
	double *h = m->h + (d * B + batch) * N, *c = m->c + (d * B + batch) * N;
	size_t length = m->lengths ? (size_t)et_get(m->lengths, batch) : T;

	for (size_t i = 0; i < N; i++) {
		h[i] = m->h0 ? et_get(m->h0, (d * B + batch) * N + i) : 0;
		c[i] = m->c0 ? et_get(m->c0, (d * B + batch) * N + i) : 0;
	}
	for (size_t s = 0; s < T; s++) {
		bool back = d == 1 || m->a.direction == 1;
		size_t t = back && s < length ? length - 1 - s : s;
		double *y = m->y + ((t * m->directions + d) * B + batch) * N;

		if (s < length && m->a.kind == AXT_RNN_PLAIN)
			plain(m, d, t, batch, h);
		else if (s < length && m->a.kind == AXT_RNN_GRU)
			gru(m, d, t, batch, h);
		else if (s < length)
			lstm(m, d, t, batch, h, c);
		for (size_t i = 0; i < N; i++)
			y[i] = s < length ? h[i] : 0;
	}
}

static struct et *small(bool wanted, const uint32_t *dims, size_t rank,
			unsigned int seed)
{
	struct et *t = wanted ? et_random(dims, rank, seed) : NULL;

	for (size_t i = 0; t && i < t->count; i++)
		et_set(t, i, et_get(t, i) / 16);
	return t;
}

static void set_up(struct model *m, const struct axt_rnn *a, bool all)
{
	static const double lengths[] = { 3, 5, 0 };
	uint32_t d = a->direction == 2 ? 2 : 1;
	uint32_t g = a->kind == 0 ? 1 : a->kind + 2;

	m->a = *a;
	m->directions = d;
	m->gates = g;
	m->functions = a->kind + 1;
	m->x = small(true, ET_DIMS(T, B, I), 1);
	m->w = small(true, ET_DIMS(d, g * N, I), 2);
	m->r = small(true, ET_DIMS(d, g * N, N), 3);
	m->b = small(all, ET_DIMS(d, 2 * g * N), 4);
	m->h0 = small(all, ET_DIMS(d, B, N), 5);
	m->c0 = small(all && a->kind == AXT_RNN_LSTM, ET_DIMS(d, B, N), 6);
	m->p = small(all && a->kind == AXT_RNN_LSTM, ET_DIMS(d, 3 * N), 7);
	m->lengths = all ? et_values(AXT_I32, lengths, ET_DIMS(B)) : NULL;
}

static void check(const struct axt_rnn *a, bool all)
{
	struct model *m = calloc(1, sizeof(*m));
	struct et *y, *h, *c;

	set_up(m, a, all);
	y = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(T, m->directions, B, N));
	h = et_new(AXT_F32, AXT_PLAIN, ET_DIMS(m->directions, B, N));
	c = et_like(h);
	for (unsigned int d = 0; d < m->directions; d++)
		for (size_t batch = 0; batch < B; batch++)
			reference(m, d, batch);
	struct et_call call = {
		AXT_RNN,
		a,
		{ m->x, m->w, m->r, m->b, m->lengths, m->h0, m->c0, m->p },
		all ? 8 : 3,
		{ y, h, a->kind == AXT_RNN_LSTM ? c : NULL },
		3,
	};
	et_run(&call);
	if (!ET_EXPECT(y, m->y, 2e-5) || !ET_EXPECT(h, m->h, 2e-5) ||
	    (call.out[2] && !ET_EXPECT(c, m->c, 2e-5)))
		tap_note("kind %u, direction %u", a->kind, a->direction);
	call.out[0] = NULL;
	et_run(&call);
	ET_EXPECT(h, m->h, 2e-5);
	for (unsigned int i = 0; i < 8; i++)
		et_free((struct et *[]){ m->x, m->w, m->r, m->b, m->lengths,
					 m->h0, m->c0, m->p }[i]);
	et_free(y);
	et_free(h);
	et_free(c);
	free(m);
}

static void check_kind(unsigned int kind)
{
	for (unsigned int n = 0; n < 24; n++) {
		struct axt_rnn a = { .kind = kind,
				     .direction = n % 3,
				     .hidden = N,
				     .linear_before_reset = n >= 12,
				     .couple_gates = n >= 12,
				     .has_clip = n / 3 & 1,
				     .clip = 0.25f };
		unsigned int each = kind + 1;

		if (n >= 6)
			a.functions = each * (a.direction == 2 ? 2 : 1);
		for (unsigned int i = 0; i < a.functions; i++) {
			a.function[i] = i == 0	  ? AXT_HARD_SIGMOID :
					i == each ? AXT_SIGMOID :
					i & 1	  ? AXT_RELU :
						    AXT_TANH;
			a.alpha[i] = 0.2f;
			a.beta[i] = 0.5f;
		}
		check(&a, n & 1);
		check(&a, !(n & 1));
	}
}

static void plain_cells(void)
{
	check_kind(AXT_RNN_PLAIN);
}

static void gru_cells(void)
{
	check_kind(AXT_RNN_GRU);
}

static void lstm_cells(void)
{
	check_kind(AXT_RNN_LSTM);
}

static const struct tap_case cases[] = {
	{ "a plain cell follows its equations", plain_cells },
	{ "a GRU follows its equations, reset before or after", gru_cells },
	{ "an LSTM follows its equations, with peepholes", lstm_cells },
};
TAP_MAIN(cases)
