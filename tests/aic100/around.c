// SPDX-License-Identifier: MIT
#include "around.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static struct around *of(struct aic100 *a)
{
	return (struct around *)a;
}

/* The device's pointer is the world's. */
static struct around *of_device(const struct axm_device *dev)
{
	return (struct around *)(uintptr_t)dev;
}

/* -- the kit ------------------------------------------------------------ */

void *axm_priv(struct axm_device *dev)
{
	return &of_device(dev)->a;
}

void axm_lock(struct axm_device *dev)
{
	if (of_device(dev)->locked++)
		abort(); /* the lock is not recursive */
}

void axm_unlock(struct axm_device *dev)
{
	of_device(dev)->locked--;
}

uint64_t axm_now_ns(void)
{
	return 1234567890;
}

void axm_timer_arm(struct axm_device *dev, struct axm_timer *timer,
		   uint64_t delay_ns)
{
	of_device(dev)->timer = timer;
}

void axm_timer_cancel(struct axm_device *dev, struct axm_timer *timer)
{
	of_device(dev)->timer = NULL;
}

bool axm_worker_queue(struct axm_worker *worker, struct axm_job *job)
{
	of_device((struct axm_device *)worker)->job = job;
	return true;
}

bool axm_tracing(const struct axm_device *dev)
{
	return of_device(dev)->trace_file;
}

void axm_trace(struct axm_device *dev, const char *event, const char *format,
	       ...)
{
	struct around *w = of_device(dev);
	va_list args;

	if (!w->trace_file)
		return;
	fprintf(w->trace_file, "%s ", event);
	va_start(args, format);
	vfprintf(w->trace_file, format, args);
	va_end(args);
	fputc('\n', w->trace_file);
}

int axm_dma_read(struct axm_device *dev, uint64_t addr, void *buf, size_t len)
{
	struct around *w = of_device(dev);
	uint64_t base = (uintptr_t)w->requests;

	if (addr < base || addr - base + len > sizeof(w->requests))
		return -EFAULT;
	memcpy(buf, (uint8_t *)w->requests + (addr - base), len);
	return 0;
}

/* -- the other parts ---------------------------------------------------- */

int aic100_mhi_send(struct aic100 *a, unsigned int channel, const void *data,
		    size_t len)
{
	struct around *w = of(a);

	if (!w->running[channel])
		return -ENOTCONN;
	if (!w->room)
		return -ENOBUFS;
	if (w->sent_count == AROUND_SENT || len > sizeof(w->sent[0].data))
		abort();
	w->room--;
	w->sent[w->sent_count].channel = channel;
	w->sent[w->sent_count].len = len;
	memcpy(w->sent[w->sent_count++].data, data, len);
	return 0;
}

bool aic100_mhi_running(struct aic100 *a, unsigned int channel)
{
	return of(a)->running[channel];
}

void aic100_mhi_again(struct aic100 *a, unsigned int channel)
{
	of(a)->again++;
}

void aic100_mhi_sys_err(struct aic100 *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(of(a)->sys_err, sizeof(of(a)->sys_err), format, args);
	va_end(args);
}

enum aic100_ee aic100_mhi_ee(struct aic100 *a)
{
	return AIC100_EE_AMSS;
}

void aic100_qsm_kick(struct aic100 *a)
{
	of(a)->kicked = true;
}

void aic100_mhi_write(struct aic100 *a, uint64_t offset, unsigned int size,
		      uint64_t value)
{
	snprintf(of(a)->sys_err, sizeof(of(a)->sys_err), "write 0x%x",
		 (unsigned int)offset);
}

uint64_t aic100_ddr_alloc(struct aic100 *a, uint64_t size)
{
	struct around *w = of(a);
	uint64_t at = w->ddr_next;

	if (w->ddr_full || at + size > AROUND_DDR)
		return 0;
	w->ddr_next = (at + size + 4095) & ~4095ull;
	w->ddr_allocated++;
	return AIC100_DDR_BASE + at;
}

void aic100_ddr_free(struct aic100 *a, uint64_t addr)
{
	of(a)->ddr_allocated--;
}

void *aic100_ddr_at(struct aic100 *a, uint64_t addr, uint64_t size)
{
	if (addr < AIC100_DDR_BASE || addr - AIC100_DDR_BASE > AROUND_DDR ||
	    size > AROUND_DDR - (addr - AIC100_DDR_BASE))
		return NULL;
	return of(a)->ddr + (addr - AIC100_DDR_BASE);
}

void aic100_dbc_crash(struct aic100 *a, unsigned int dbc)
{
	of(a)->crashed |= 1u << dbc;
}

void aic100_dbc_stop(struct aic100 *a, unsigned int dbc)
{
	of(a)->stopped |= 1u << dbc;
}

void aic100_dbc_kick(struct aic100 *a, unsigned int dbc)
{
	of(a)->kicked = true;
}

bool aic100_dbc_view(struct aic100 *a, unsigned int dbc,
		     struct aic100_dbc_view *view)
{
	struct around *w = of(a);

	*view = w->view;
	view->config.requests = (uintptr_t)w->requests;
	return w->network[dbc];
}

void aic100_dbc_stats(struct aic100 *a, bool clear, FILE *out)
{
	fprintf(out, "channels\n");
}

void aic100_nnc_crashed(struct aic100 *a, unsigned int dbc)
{
	of(a)->gone |= 1u << dbc;
	of(a)->network[dbc] = false;
}

void aic100_nnc_usage(struct aic100 *a, struct aic100_usage *out)
{
	out->users = 3;
}

/* -- the test's --------------------------------------------------------- */

struct around *around_create(bool trace)
{
	struct around *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->a.dev = (struct axm_device *)w;
	w->a.qsm = (struct axm_worker *)w;
	if (trace)
		w->trace_file = open_memstream(&w->trace, &w->trace_size);
	w->room = AROUND_SENT;
	if (aic100_inject_init(&w->a) || aic100_ssr_init(&w->a) ||
	    aic100_ras_init(&w->a))
		abort();
	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		w->running[i] = true;
	w->view.config.count = AROUND_REQUESTS;
	for (unsigned int i = 0; i < AROUND_REQUESTS; i++)
		w->requests[i].id = htole16((uint16_t)(100 + i));
	return w;
}

void around_destroy(struct around *w)
{
	aic100_ras_fini(&w->a);
	aic100_ssr_fini(&w->a);
	aic100_inject_fini(&w->a);
	if (w->trace_file)
		fclose(w->trace_file);
	free(w->trace);
	free(w);
}

void around_work(struct around *w)
{
	while (w->kicked || w->job) {
		struct axm_job *job = w->job;

		w->kicked = false;
		w->job = NULL;
		if (job)
			job->run(w->a.dev, job);
		aic100_ssr_work(&w->a);
		aic100_ras_work(&w->a);
	}
}

bool around_late(struct around *w)
{
	struct axm_timer *timer = w->timer;

	w->timer = NULL;
	if (timer) {
		axm_lock(w->a.dev);
		timer->run(w->a.dev, timer);
		axm_unlock(w->a.dev);
	}
	around_work(w);
	return timer;
}

int around_host(struct around *w, const struct aic100_channel_ops *ops,
		const void *data, size_t len)
{
	int ret = ops->receive(&w->a, data, len);

	around_work(w);
	return ret;
}

int around_command(struct around *w, const char *line, char **text)
{
	static char *last;
	const struct axm_command *c;
	char words[256], *argv[8], *save;
	size_t size;
	int argc = 0, ret = -ENOENT;
	FILE *out;

	free(last);
	last = NULL;
	out = open_memstream(&last, &size);
	snprintf(words, sizeof(words), "%s", line);
	for (char *at = strtok_r(words, " ", &save); at && argc < 7;
	     at = strtok_r(NULL, " ", &save))
		argv[argc++] = at;
	argv[argc] = NULL;
	axm_lock(w->a.dev);
	for (c = aic100_commands; c->name; c++)
		if (!strcmp(c->name, argv[0]))
			ret = c->run(w->a.dev, argc, argv, out);
	axm_unlock(w->a.dev);
	fclose(out);
	if (text)
		*text = last;
	around_work(w);
	return ret;
}

unsigned int around_traced(struct around *w, const char *text)
{
	unsigned int count = 0;

	fflush(w->trace_file);
	for (const char *at = w->trace; (at = strstr(at, text)); at++)
		count++;
	return count;
}
