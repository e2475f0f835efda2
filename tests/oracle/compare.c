// SPDX-License-Identifier: MIT
/* oracle compare: whether all peers give what the first one gives. */
#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct difference {
	double abs; /* the largest */
	double largest; /* magnitude in the reference */
};

static const struct peer_tensor *find_output(const struct peer *peer,
					     const char *name)
{
	for (size_t i = 0; i < peer->output_count; i++) {
		if (!strcmp(peer->outputs[i].name, name))
			return &peer->outputs[i];
	}
	return NULL;
}

static bool same_shape(const struct peer_tensor *a, const struct peer_tensor *b)
{
	return a->rank == b->rank &&
	       !memcmp(a->dims, b->dims, a->rank * sizeof(a->dims[0]));
}

/* What is not a number differs by infinity. */
static struct difference differ(const struct peer_tensor *reference,
				const struct peer_tensor *got)
{
	struct difference d = { 0, 0 };

	for (size_t i = 0; i < reference->count; i++) {
		double want = (double)reference->data[i];
		double by = fabs((double)got->data[i] - want);

		d.largest = fmax(d.largest, fabs(want));
		d.abs = isnan(by) ? (double)INFINITY : fmax(d.abs, by);
	}
	return d;
}

/* A reference of zeros only would prove nothing. */
static bool report(const struct options *options, const struct contender *c,
		   enum fill fill, const struct peer_tensor *reference)
{
	const struct peer_tensor *got = find_output(c->peer, reference->name);
	struct difference d;
	double scaled;
	bool fine;

	printf("%s %s %s %u %s", options->network.name, fill_name(fill),
	       c->ops->name, c->threads, reference->name);
	if (!got || !same_shape(reference, got)) {
		printf(" %s\n", got ? "another shape" : "missing");
		return false;
	}
	d = differ(reference, got);
	scaled = d.largest > 0 ? d.abs / d.largest : (double)INFINITY;
	fine = scaled <= options->rtol;
	printf(" %.2e %.2e %s\n", d.abs, scaled, fine ? "ok" : "DIFFERS");
	return fine;
}

static int compare_fill(struct field *field, const struct options *options,
			enum fill fill, unsigned int *bad)
{
	const struct peer *first = field->of[0].peer;

	for (size_t i = 0; i < field->count; i++) {
		struct peer *peer = field->of[i].peer;

		for (size_t n = 0; n < peer->input_count; n++)
			network_fill(&options->network, &peer->inputs[n], fill);
		if (contender_run(&field->of[i]))
			return -1;
	}
	for (size_t i = 1; i < field->count; i++) {
		for (size_t n = 0; n < first->output_count; n++)
			*bad += !report(options, &field->of[i], fill,
					&first->outputs[n]);
	}
	return 0;
}

int command_compare(const struct options *options)
{
	struct field field;
	unsigned int bad = 0;
	int rc = field_open(&field, options);

	for (int fill = 0; fill < FILL_END && !rc; fill++)
		rc = compare_fill(&field, options, (enum fill)fill, &bad);
	field_close(&field);
	return rc || bad ? 1 : 0;
}
