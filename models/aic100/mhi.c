// SPDX-License-Identifier: MIT
/*
 * MHI's states, and the QSM's worker: what there is to do, in which order. A
 * register write only adds to m->work; each turn of the worker takes that and
 * acts on it, so nothing is lost and the host's writes are seen in order of
 * their weight: reset, error, state, commands, channels.
 *
 * SYS_ERR stops the rings at once (m->failed), but is told to the host only
 * when nothing touches its memory any more: its driver frees that first of all.
 */
#include "mhi.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool aic100_mhi_active(const struct aic100_mhi *m)
{
	return m->state == MHI_STATE_M0 && !atomic_load(&m->failed);
}

enum aic100_ee aic100_mhi_ee(struct aic100 *a)
{
	return (enum aic100_ee)atomic_load(&a->mhi->ee);
}

void aic100_qsm_kick(struct aic100 *a)
{
	axm_worker_queue(a->qsm, &a->mhi->job);
}

void aic100_mhi_fail(struct aic100_mhi *m, const char *reason)
{
	if (atomic_exchange(&m->failed, true))
		return;
	aic100_log(m->a, "sys-err", "%s", reason);
	m->work.todo |= MHI_TODO_SYS_ERR;
	aic100_qsm_kick(m->a);
}

void aic100_mhi_sys_err(struct aic100 *a, const char *format, ...)
{
	char reason[128];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	axm_lock(a->dev);
	aic100_mhi_fail(a->mhi, reason);
	axm_unlock(a->dev);
}

void aic100_mhi_dma_failed(struct aic100_mhi *m, const char *what, int error)
{
	if (error != -ECANCELED)
		aic100_mhi_sys_err(m->a, "%s: the host's memory: %s", what,
				   strerror(-error));
}

static void set_state(struct aic100_mhi *m, enum mhi_state state)
{
	axm_lock(m->a->dev);
	m->state = state;
	axm_unlock(m->a->dev);
	axm_trace(m->a->dev, "mhi-state", "state=0x%x", state);
}

/* Nothing of the card touches the host's memory after this. */
static void stop(struct aic100_mhi *m, bool soc)
{
	aic100_mhi_stop_channels(m, true);
	aic100_parts_reset(m->a, soc);
	m->events_count = 0;
	m->interrupt = m->more = false;
	memset(&m->command, 0, sizeof(m->command));
	memset(&m->event, 0, sizeof(m->event));
}

/* The interrupt wakes a host that waits for the bit to clear. */
static void reset(struct aic100_mhi *m)
{
	struct aic100 *a = m->a;
	bool pbl = aic100_mhi_ee(a) == AIC100_EE_PBL;

	atomic_store(&m->failed, true);
	stop(m, false);
	axm_lock(a->dev);
	m->ctrl = 0;
	m->state = pbl ? MHI_STATE_RESET : MHI_STATE_READY;
	m->work.todo &= MHI_TODO_SOC_RESET;
	m->work.rung = 0;
	atomic_store(&m->failed, false);
	aic100_bhi_mhi_reset(a);
	axm_unlock(a->dev);
	aic100_log(a, "mhi-reset", "state=0x%x", m->state);
	axm_irq_raise(a->dev, AIC100_VECTOR_MHI);
}

static void soc_reset(struct aic100_mhi *m)
{
	struct aic100 *a = m->a;

	atomic_store(&m->failed, true);
	stop(m, true);
	axm_lock(a->dev);
	aic100_boot_reset(a);
	memset(&m->work, 0, sizeof(m->work));
	m->ctrl = 0;
	m->state = MHI_STATE_SYS_ERR;
	atomic_store(&m->ee, a->warm ? AIC100_EE_AMSS : AIC100_EE_PBL);
	axm_unlock(a->dev);
	aic100_log(a, "soc-reset", "ee=%u", aic100_mhi_ee(a));
	axm_irq_raise(a->dev, AIC100_VECTOR_MHI);
}

static void sys_err(struct aic100_mhi *m)
{
	stop(m, false);
	set_state(m, MHI_STATE_SYS_ERR);
	axm_irq_raise(m->a->dev, AIC100_VECTOR_MHI);
}

static void event_state(struct aic100_mhi *m)
{
	aic100_mhi_event(m, 0, aic100_put(MHI_EVENT_CODE, m->state),
			 aic100_put(MHI_D1_TYPE, MHI_TYPE_EVENT_STATE), false);
}

static void event_ee(struct aic100_mhi *m)
{
	m->told = aic100_mhi_ee(m->a);
	aic100_mhi_event(m, 0, aic100_put(MHI_EVENT_CODE, m->told),
			 aic100_put(MHI_D1_TYPE, MHI_TYPE_EVENT_EE), false);
}

/* The event of M3 is the last access to the host's memory until M0. */
static void change_state(struct aic100_mhi *m, uint32_t wanted)
{
	enum mhi_state from = m->state;

	if (wanted == MHI_STATE_M0 && from == MHI_STATE_READY) {
		if (!aic100_mhi_open(m))
			return;
		set_state(m, MHI_STATE_M0);
		event_state(m);
		event_ee(m);
	} else if (wanted == MHI_STATE_M0 && from == MHI_STATE_M3) {
		set_state(m, MHI_STATE_M0);
		event_state(m);
		if (m->told != aic100_mhi_ee(m->a))
			event_ee(m);
	} else if (wanted == MHI_STATE_M3 && from == MHI_STATE_M0) {
		m->state = MHI_STATE_M3;
		event_state(m);
		set_state(m, MHI_STATE_M3);
	} else if (wanted == MHI_STATE_SYS_ERR) {
		aic100_mhi_sys_err(m->a, "asked for by the host");
	} else if (wanted != from) {
		aic100_mhi_sys_err(m->a, "state 0x%x wanted in state 0x%x",
				   wanted, from);
	}
}

void aic100_mhi_enter(struct aic100 *a, enum aic100_ee ee)
{
	struct aic100_mhi *m = a->mhi;

	axm_lock(a->dev);
	atomic_store(&m->ee, ee);
	if (m->state == MHI_STATE_RESET && ee != AIC100_EE_PBL)
		m->state = MHI_STATE_READY;
	axm_unlock(a->dev);
	aic100_log(a, "ee", "ee=%u", ee);
	aic100_mhi_stop_channels(m, false);
	if (aic100_mhi_active(m))
		event_ee(m);
}

static void move_channels(struct aic100_mhi *m, const struct mhi_work *w)
{
	for (unsigned int i = 0; i < AIC100_CH_END; i++) {
		struct mhi_channel *ch = &m->channel[i];

		if (!(w->rung & 1u << i) || !ch->running)
			continue;
		aic100_note_doorbell(m->a, "channel", i, w->chdb[i]);
		if (!aic100_mhi_ring_move(m, &ch->ring, w->chdb[i],
					  "channel doorbell"))
			return;
	}
}

/* The host may ring before a channel's start has reached the card's ears. */
static void rings(struct aic100_mhi *m, const struct mhi_work *w)
{
	if (w->todo & MHI_TODO_EVENT) {
		aic100_note_doorbell(m->a, "event", 0, w->erdb);
		aic100_mhi_ring_move(m, &m->event, w->erdb, "event doorbell");
	}
	if (w->todo & MHI_TODO_COMMAND) {
		aic100_note_doorbell(m->a, "command", 0, w->crdb);
		aic100_mhi_ring_move(m, &m->command, w->crdb,
				     "command doorbell");
	}
	aic100_mhi_events(m);
	aic100_mhi_commands(m);
	move_channels(m, w);
	for (unsigned int i = 0; i < AIC100_CH_END; i++) {
		if (aic100_mhi_active(m))
			aic100_mhi_transfer(m, i);
		aic100_mhi_interrupt(m);
	}
}

static void take(struct aic100_mhi *m, struct mhi_work *w)
{
	axm_lock(m->a->dev);
	*w = m->work;
	/* The bit stays set in MHICTRL, so there is nothing to lose. */
	m->work.todo = m->work.rung = 0;
	axm_unlock(m->a->dev);
}

static void qsm_run(struct axm_device *dev, struct axm_job *job)
{
	struct aic100 *a = axm_priv(dev);
	struct aic100_mhi *m = a->mhi;
	struct mhi_work w;

	take(m, &w);
	m->more = false;
	if (w.todo & MHI_TODO_SOC_RESET)
		soc_reset(m);
	else if (w.todo & MHI_TODO_RESET)
		reset(m);
	else if (w.todo & MHI_TODO_SYS_ERR)
		sys_err(m);
	else if (w.todo & MHI_TODO_STATE && !atomic_load(&m->failed))
		change_state(m, w.wanted);
	if (aic100_mhi_active(m))
		rings(m, &w);
	if (axm_cancelled(dev))
		return;
	aic100_boot_work(a);
	aic100_ssr_work(a);
	aic100_ras_work(a);
	aic100_mhi_interrupt(m);
	if (m->more)
		aic100_qsm_kick(a);
}

int aic100_mhi_init(struct aic100 *a)
{
	struct aic100_mhi *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	a->mhi = m;
	m->a = a;
	m->job.run = qsm_run;
	m->events = calloc(MHI_EVENTS_MAX, sizeof(*m->events));
	m->chain = calloc(MHI_RING_MAX, sizeof(*m->chain));
	m->packet = malloc(SAHARA_PACKET_MAX);
	if (!m->events || !m->chain || !m->packet)
		return -ENOMEM;
	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		m->channel[i].tail = &m->channel[i].head;
	return axm_worker_create(a->dev, "aic100-qsm", &a->qsm);
}

void aic100_mhi_fini(struct aic100 *a)
{
	struct aic100_mhi *m = a->mhi;

	if (!m)
		return;
	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		aic100_mhi_forget(&m->channel[i]);
	free(m->events);
	free(m->chain);
	free(m->packet);
	free(m);
	a->mhi = NULL;
}

void aic100_mhi_reset(struct aic100 *a)
{
	struct aic100_mhi *m = a->mhi;

	for (unsigned int i = 0; i < AIC100_CH_END; i++)
		aic100_mhi_forget(&m->channel[i]);
	memset(m->reg, 0, sizeof(m->reg));
	memset(&m->work, 0, sizeof(m->work));
	memset(&m->command, 0, sizeof(m->command));
	memset(&m->event, 0, sizeof(m->event));
	m->ctrl = 0;
	m->events_count = 0;
	m->interrupt = m->more = false;
	m->epoch = axm_now_ns();
	atomic_store(&m->failed, false);
	atomic_store(&m->ee, a->warm ? AIC100_EE_AMSS : AIC100_EE_PBL);
	m->state = a->warm ? MHI_STATE_READY : MHI_STATE_RESET;
}
