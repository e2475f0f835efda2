/* SPDX-License-Identifier: MIT */
/*
 * A small LeNet and what is needed to train it: two convolutions of 5x5, each
 * with Relu and 2x2 max pooling, then two dense layers. One thread, plain C,
 * the same results on each run.
 */
#ifndef DIGITS_LENET_H
#define DIGITS_LENET_H

#include <stddef.h>
#include <stdint.h>

#define DIGIT_SIDE 28
#define DIGIT_PIXELS (DIGIT_SIDE * DIGIT_SIDE)
#define KERNEL 5
#define MAPS1 6
#define SIDE1 24 /* after the first convolution */
#define POOLED1 12
#define MAPS2 16
#define SIDE2 8
#define POOLED2 4
#define FEATURES (MAPS2 * POOLED2 * POOLED2)
#define HIDDEN 32
#define CLASSES 10

/* Parameters; gradients and their running means have the same form. */
struct lenet {
	float conv1[MAPS1][1][KERNEL][KERNEL];
	float bias1[MAPS1];
	float conv2[MAPS2][MAPS1][KERNEL][KERNEL];
	float bias2[MAPS2];
	float dense1[HIDDEN][FEATURES];
	float dense1_bias[HIDDEN];
	float dense2[CLASSES][HIDDEN];
	float dense2_bias[CLASSES];
};

#define LENET_PARAMETERS (sizeof(struct lenet) / sizeof(float))

/* Everything between the pixels and the probabilities of one digit. */
struct lenet_pass {
	float pixels[1][DIGIT_SIDE][DIGIT_SIDE]; /* 0 to 1 */
	float map1[MAPS1][SIDE1][SIDE1];
	float pooled1[MAPS1][POOLED1][POOLED1];
	float map2[MAPS2][SIDE2][SIDE2];
	float pooled2[MAPS2][POOLED2][POOLED2];
	float hidden[HIDDEN];
	float probability[CLASSES];
};

struct random {
	uint64_t state; /* not 0 */
};

uint32_t random_next(struct random *random);
/* From 0 to below the limit. */
uint32_t random_below(struct random *random, uint32_t limit);

void lenet_init(struct lenet *net, struct random *random);
/* From the pixels of the pass to its probabilities. */
void lenet_forward(const struct lenet *net, struct lenet_pass *pass);
/*
 * Adds to the gradient what lowers the pass's cross entropy; "back" is scratch
 * space.
 */
void lenet_backward(const struct lenet *net, const struct lenet_pass *pass,
		    unsigned int label, struct lenet_pass *back,
		    struct lenet *gradient);
unsigned int lenet_answer(const struct lenet_pass *pass);

#endif
