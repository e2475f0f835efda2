// SPDX-License-Identifier: MIT
#include "core.h"

void aic100_note_element(struct aic100 *a, const char *what,
			 unsigned int number, const struct mhi_element *e)
{
}
void aic100_note_nnc(struct aic100 *a, bool to_device, const void *message,
		     size_t len)
{
}
void aic100_note_request(struct aic100 *a, unsigned int dbc,
			 const struct aic100_request *request)
{
}
void aic100_note_sem(struct aic100 *a, unsigned int dbc, unsigned int sem,
		     const char *what, unsigned int value)
{
}
