// SPDX-License-Identifier: MIT
/*
 * What a host gets of a crashed network: words for a person, the channel's last
 * requests, the head of the workload's memory. QSM.
 */
#include "ssr.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_HEAD 65536u
#define PAGE 4096u

void ssr_dump_drop(struct aic100 *a, struct ssr_dump *d)
{
	if (d->addr)
		aic100_ddr_free(a, d->addr);
	d->addr = 0;
	d->regions = 0;
}

/* The requests before REQHP: the host's memory, as long as it is its. */
void ssr_dump_take(struct aic100 *a, struct ssr_dump *d)
{
	const struct aic100_dbc_config *c = &d->view.config;
	uint32_t head = d->view.reg[AIC100_DBC_REQHP / 4];
	unsigned int n;

	d->requests = 0;
	if (head >= c->count)
		return;
	for (n = c->count < SSR_REQUESTS ? c->count : SSR_REQUESTS; n; n--) {
		uint32_t at = (head + c->count - n) % c->count;
		struct aic100_request *r = &d->request[d->requests];

		if (!axm_dma_read(a->dev, c->requests + at * sizeof(*r), r,
				  sizeof(*r)))
			d->requests++;
	}
}

/* For a person. Returns malloc()ed text, or NULL. */
static char *describe(const struct ssr_dump *d, size_t *size)
{
	static const char *const names[] = { "reqhp", "reqtp", "rsphp",
					     "rsptp" };
	const struct aic100_dbc_view *v = &d->view;
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (!out)
		return NULL;
	fprintf(out, "dbc %u\n", d->dbc);
	for (unsigned int i = 0; i < 4; i++)
		fprintf(out, "%s %" PRIu32 "\n", names[i], v->reg[i]);
	fprintf(out, "elements %" PRIu32 "\nrequests 0x%" PRIx64 "\n",
		v->config.count, v->config.requests);
	fprintf(out, "memory 0x%" PRIx64 "\nmemory-size %" PRIu64 "\n",
		v->config.memory, v->config.memory_size);
	for (unsigned int i = 0; i < AIC100_SEMS; i++)
		fprintf(out, "sem %u %" PRIu32 "\n", i, v->sem[i]);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static void add_region(struct ssr_dump *d, uint64_t *at,
		       const char *description, const char *file, uint64_t size)
{
	struct ssr_region *r = &d->region[d->regions];

	if (!size)
		return;
	memset(r, 0, sizeof(*r));
	r->addr = htole64(*at);
	r->len = htole64(size);
	strncpy(r->description, description, sizeof(r->description) - 1);
	strncpy(r->file, file, sizeof(r->file) - 1);
	*at += size;
	d->regions++;
}

static void put(struct aic100 *a, uint64_t *at, const void *data, uint64_t size)
{
	void *to = aic100_ddr_at(a, *at, size);

	if (to && data && size)
		memcpy(to, data, size);
	*at += size;
}

/*
 * Copied into DDR of the card's own, as the workload's is about to be free for
 * others. Without room there is no dump.
 */
void ssr_dump_make(struct aic100 *a, struct ssr_dump *d, uint64_t memory_size)
{
	size_t text_size = 0, requests = d->requests * sizeof(d->request[0]);
	char *text = describe(d, &text_size);
	const void *head;
	uint64_t at;

	if (memory_size > MEMORY_HEAD)
		memory_size = MEMORY_HEAD;
	head = aic100_ddr_at(a, d->view.config.memory, memory_size);
	if (!head)
		memory_size = 0;
	d->addr = text ? aic100_ddr_alloc(a, PAGE + text_size + requests +
						     memory_size) :
			 0;
	if (d->addr) {
		at = d->addr + PAGE;
		add_region(d, &at, "channel", "crash.txt", text_size);
		add_region(d, &at, "last requests", "requests.bin", requests);
		add_region(d, &at, "head of memory", "memory.bin", memory_size);
		at = d->addr;
		put(a, &at, d->region, d->regions * sizeof(d->region[0]));
		at = d->addr + PAGE;
		put(a, &at, text, text_size);
		put(a, &at, d->request, requests);
		put(a, &at, head, memory_size);
	}
	free(text);
}

/*
 * Memory that the host may read: the table, or one region. The workload's bytes
 * lie behind the text, so only these bounds keep others' memory apart.
 */
bool ssr_dump_has(const struct ssr_dump *d, uint64_t addr, uint64_t len)
{
	uint64_t table = d->regions * sizeof(d->region[0]);

	if (addr >= d->addr && addr - d->addr <= table &&
	    len <= table - (addr - d->addr))
		return true;
	for (unsigned int i = 0; i < d->regions; i++) {
		uint64_t at = le64toh(d->region[i].addr);
		uint64_t size = le64toh(d->region[i].len);

		if (addr >= at && addr - at <= size &&
		    len <= size - (addr - at))
			return true;
	}
	return false;
}
