/* SPDX-License-Identifier: MIT */
/*
 * What goes wrong with an emulated card on demand, and its resets. A real card
 * has no injection: those cases are skipped.
 */
#ifndef AXLE_TESTS_QAIC_INJECT_H
#define AXLE_TESTS_QAIC_INJECT_H

#include <stdbool.h>
#include <stdint.h>

#define INJECT_SKIP "not an emulated card: nothing to inject faults with"

/* Whether the card is one that vm-inject reaches. */
bool inject_exists(void);
/* Words for the model of the first device; whether it took them. */
bool inject(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What users hold of the card, as the model counts it. */
struct usage {
	unsigned long users, constants, elfs, activations, nsps, dbcs;
	unsigned long semaphores, reservations, ddr;
};

bool usage_get(struct usage *usage);
/* Whether all of it is zero, or becomes so in time. */
bool usage_ends(void);

/* Resets as an administrator makes them; whether it could be done. */
bool reset_soc(void); /* the bus driver's attribute; the card is offline */
bool reset_pci(void); /* of the function */
/*
 * What killed users lost is findings.md#queues-of-lost-activations: the debug
 * kernel does not complain of it when the driver leaves the card.
 */
void reset_forgives(void);
/* The driver leaves the card, and takes it again. */
bool reset_unbind(void);
bool reset_bind(void);
bool reset_reload(void); /* the module */

#endif
