// SPDX-License-Identifier: MIT
/*
 * A LeNet for training. Loops are written so that the innermost runs along
 * rows, which compilers turn into vector code without reordering a sum. Memory
 * is the caller's.
 */
#include "lenet.h"

#include <math.h>
#include <string.h>

uint32_t random_next(struct random *random)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (uint32_t)(random->state >> 32);
}

uint32_t random_below(struct random *random, uint32_t limit)
{
	return (uint32_t)((uint64_t)random_next(random) * limit >> 32);
}

static void fill(float *weights, size_t count, size_t inputs,
		 struct random *random)
{
	float reach = sqrtf(6.f / (float)inputs);

	for (size_t i = 0; i < count; i++)
		weights[i] =
			((float)random_next(random) / 2147483648.f - 1) * reach;
}

void lenet_init(struct lenet *net, struct random *random)
{
	memset(net, 0, sizeof(*net));
	fill(&net->conv1[0][0][0][0], sizeof(net->conv1) / sizeof(float),
	     KERNEL * KERNEL, random);
	fill(&net->conv2[0][0][0][0], sizeof(net->conv2) / sizeof(float),
	     MAPS1 * KERNEL * KERNEL, random);
	fill(&net->dense1[0][0], sizeof(net->dense1) / sizeof(float), FEATURES,
	     random);
	fill(&net->dense2[0][0], sizeof(net->dense2) / sizeof(float), HIDDEN,
	     random);
}

/* One map from another: to += from * kernel. */
static void convolve(const float *from, const float *kernel, float *to,
		     size_t side)
{
	size_t from_side = side + KERNEL - 1;

	for (size_t k = 0; k < KERNEL * KERNEL; k++) {
		const float *row = from + k / KERNEL * from_side + k % KERNEL;

		for (size_t y = 0; y < side; y++, row += from_side)
			for (size_t x = 0; x < side; x++)
				to[y * side + x] += kernel[k] * row[x];
	}
}

/* What the map's gradient says to the kernel. */
static void convolve_kernel(const float *from, const float *to, float *kernel,
			    size_t side)
{
	size_t from_side = side + KERNEL - 1;

	for (size_t k = 0; k < KERNEL * KERNEL; k++) {
		const float *row = from + k / KERNEL * from_side + k % KERNEL;
		float lanes[8] = { 0 };

		for (size_t y = 0; y < side; y++, row += from_side)
			for (size_t x = 0; x < side; x += 8)
				for (size_t i = 0; i < 8; i++)
					lanes[i] += to[y * side + x + i] *
						    row[x + i];
		for (size_t i = 0; i < 8; i++)
			kernel[k] += lanes[i];
	}
}

/* And what it says to the map that it came from. */
static void convolve_back(float *from, const float *kernel, const float *to,
			  size_t side)
{
	size_t from_side = side + KERNEL - 1;

	for (size_t k = 0; k < KERNEL * KERNEL; k++) {
		float *row = from + k / KERNEL * from_side + k % KERNEL;

		for (size_t y = 0; y < side; y++, row += from_side)
			for (size_t x = 0; x < side; x++)
				row[x] += kernel[k] * to[y * side + x];
	}
}

static void relu(float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		values[i] = values[i] > 0 ? values[i] : 0;
}

static void pool(const float *from, float *to, size_t maps, size_t side)
{
	for (size_t y = 0; y < maps * side; y++, from += 4 * side)
		for (size_t x = 0; x < side; x++) {
			const float *a = from + 2 * x, *b = a + 2 * side;

			*to++ = fmaxf(fmaxf(a[0], a[1]), fmaxf(b[0], b[1]));
		}
}

/* To the first that is the largest, if Relu let it through. */
static void pool_back(const float *from, const float *gradient, float *to,
		      size_t maps, size_t side)
{
	memset(to, 0, 4 * maps * side * side * sizeof(*to));
	for (size_t i = 0; i < maps * side * side; i++) {
		size_t at = i / side * 4 * side + i % side * 2;
		size_t spots[4] = { at, at + 1, at + 2 * side,
				    at + 2 * side + 1 };
		size_t best = spots[0];

		for (size_t s = 1; s < 4; s++)
			if (from[spots[s]] > from[best])
				best = spots[s];
		if (from[best] > 0)
			to[best] = gradient[i];
	}
}

static void dense(const float *weights, const float *bias, const float *from,
		  float *to, size_t inputs, size_t outputs)
{
	for (size_t o = 0; o < outputs; o++, weights += inputs) {
		float lanes[8] = { 0 };

		for (size_t i = 0; i < inputs; i += 8)
			for (size_t l = 0; l < 8; l++)
				lanes[l] += weights[i + l] * from[i + l];
		to[o] = bias[o];
		for (size_t l = 0; l < 8; l++)
			to[o] += lanes[l];
	}
}

struct dense_gradient {
	float *weights;
	float *bias;
	float *from; /* is set, not added to */
};

static void dense_back(const float *weights, const float *from, const float *to,
		       struct dense_gradient g, size_t inputs, size_t outputs)
{
	memset(g.from, 0, inputs * sizeof(*g.from));
	for (size_t o = 0; o < outputs; o++) {
		size_t row = o * inputs;

		g.bias[o] += to[o];
		for (size_t i = 0; i < inputs; i++) {
			g.weights[row + i] += to[o] * from[i];
			g.from[i] += to[o] * weights[row + i];
		}
	}
}

static void softmax(float *values)
{
	float top = values[0], sum = 0;

	for (size_t i = 1; i < CLASSES; i++)
		top = fmaxf(top, values[i]);
	for (size_t i = 0; i < CLASSES; i++) {
		values[i] = expf(values[i] - top);
		sum += values[i];
	}
	for (size_t i = 0; i < CLASSES; i++)
		values[i] /= sum;
}

static void spread_bias(const float *bias, float *maps, size_t count,
			size_t size)
{
	for (size_t m = 0; m < count; m++)
		for (size_t i = 0; i < size; i++)
			maps[m * size + i] = bias[m];
}

void lenet_forward(const struct lenet *net, struct lenet_pass *p)
{
	spread_bias(net->bias1, &p->map1[0][0][0], MAPS1, SIDE1 * SIDE1);
	for (size_t o = 0; o < MAPS1; o++)
		convolve(&p->pixels[0][0][0], &net->conv1[o][0][0][0],
			 &p->map1[o][0][0], SIDE1);
	relu(&p->map1[0][0][0], sizeof(p->map1) / sizeof(float));
	pool(&p->map1[0][0][0], &p->pooled1[0][0][0], MAPS1, POOLED1);

	spread_bias(net->bias2, &p->map2[0][0][0], MAPS2, SIDE2 * SIDE2);
	for (size_t o = 0; o < MAPS2; o++)
		for (size_t i = 0; i < MAPS1; i++)
			convolve(&p->pooled1[i][0][0], &net->conv2[o][i][0][0],
				 &p->map2[o][0][0], SIDE2);
	relu(&p->map2[0][0][0], sizeof(p->map2) / sizeof(float));
	pool(&p->map2[0][0][0], &p->pooled2[0][0][0], MAPS2, POOLED2);

	dense(&net->dense1[0][0], net->dense1_bias, &p->pooled2[0][0][0],
	      p->hidden, FEATURES, HIDDEN);
	relu(p->hidden, HIDDEN);
	dense(&net->dense2[0][0], net->dense2_bias, p->hidden, p->probability,
	      HIDDEN, CLASSES);
	softmax(p->probability);
}

static void dense_layers_back(const struct lenet *net,
			      const struct lenet_pass *p, unsigned int label,
			      struct lenet_pass *back, struct lenet *g)
{
	struct dense_gradient second = { &g->dense2[0][0], g->dense2_bias,
					 back->hidden };
	struct dense_gradient first = { &g->dense1[0][0], g->dense1_bias,
					&back->pooled2[0][0][0] };

	memcpy(back->probability, p->probability, sizeof(p->probability));
	back->probability[label] -= 1;
	dense_back(&net->dense2[0][0], p->hidden, back->probability, second,
		   HIDDEN, CLASSES);
	for (size_t i = 0; i < HIDDEN; i++)
		back->hidden[i] = p->hidden[i] > 0 ? back->hidden[i] : 0;
	dense_back(&net->dense1[0][0], &p->pooled2[0][0][0], back->hidden,
		   first, FEATURES, HIDDEN);
}

static void add_sums(const float *maps, float *sums, size_t count, size_t size)
{
	for (size_t m = 0; m < count; m++)
		for (size_t i = 0; i < size; i++)
			sums[m] += maps[m * size + i];
}

void lenet_backward(const struct lenet *net, const struct lenet_pass *p,
		    unsigned int label, struct lenet_pass *back,
		    struct lenet *g)
{
	dense_layers_back(net, p, label, back, g);

	pool_back(&p->map2[0][0][0], &back->pooled2[0][0][0],
		  &back->map2[0][0][0], MAPS2, POOLED2);
	add_sums(&back->map2[0][0][0], g->bias2, MAPS2, SIDE2 * SIDE2);
	memset(back->pooled1, 0, sizeof(back->pooled1));
	for (size_t o = 0; o < MAPS2; o++)
		for (size_t i = 0; i < MAPS1; i++) {
			convolve_kernel(&p->pooled1[i][0][0],
					&back->map2[o][0][0],
					&g->conv2[o][i][0][0], SIDE2);
			convolve_back(&back->pooled1[i][0][0],
				      &net->conv2[o][i][0][0],
				      &back->map2[o][0][0], SIDE2);
		}

	pool_back(&p->map1[0][0][0], &back->pooled1[0][0][0],
		  &back->map1[0][0][0], MAPS1, POOLED1);
	add_sums(&back->map1[0][0][0], g->bias1, MAPS1, SIDE1 * SIDE1);
	for (size_t o = 0; o < MAPS1; o++)
		convolve_kernel(&p->pixels[0][0][0], &back->map1[o][0][0],
				&g->conv1[o][0][0][0], SIDE1);
}

unsigned int lenet_answer(const struct lenet_pass *pass)
{
	unsigned int best = 0;

	for (unsigned int i = 1; i < CLASSES; i++)
		if (pass->probability[i] > pass->probability[best])
			best = i;
	return best;
}
