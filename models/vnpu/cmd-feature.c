// SPDX-License-Identifier: MIT
/* SET_FEATURE and GET_FEATURE: a table of features. Admin worker. */
#include "core.h"

#include <string.h>

#define VALUE(n) (offsetof(struct vnpu_cmd, feature.value) + 8 * (n))

struct feature {
	uint64_t min, max; /* of value[0], if there is no check */
	unsigned int values; /* named ones */
	vnpu_command_fn *check;
	vnpu_command_fn *set;
	uint64_t (*get)(struct vnpu *v);
};

static uint64_t value(const struct vnpu_cmd *cmd, unsigned int n)
{
	return le64toh(cmd->feature.value[n]);
}

static bool address_ok(uint64_t address, uint64_t align)
{
	return address % align == 0 && !(address >> 48);
}

static int check_events(struct vnpu *v, const struct vnpu_cmd *cmd,
			struct vnpu_result *result)
{
	if (!value(cmd, 0))
		return VNPU_ERR_OK;
	for (unsigned int i = 0; i < 2; i++)
		if (!address_ok(value(cmd, i), 64))
			return vnpu_refuse(result, VNPU_ERR_ADDRESS, VALUE(i));
	if (value(cmd, 2) < 4 || value(cmd, 2) > 12)
		return vnpu_refuse(result, VNPU_ERR_FIELD, VALUE(2));
	if (value(cmd, 3) >= v->limits->vectors)
		return vnpu_refuse(result, VNPU_ERR_FIELD, VALUE(3));
	return VNPU_ERR_OK;
}

static int clear_record(struct vnpu *v, uint64_t record)
{
	struct vnpu_ring_status zero = { 0 };

	return axm_dma_write(v->dev, record, &zero, sizeof(zero)) ?
		       VNPU_ERR_DMA :
		       VNPU_ERR_OK;
}

static int set_events(struct vnpu *v, const struct vnpu_cmd *cmd,
		      struct vnpu_result *result)
{
	struct vnpu_events *e = &v->events;

	if (value(cmd, 0) && clear_record(v, value(cmd, 1)))
		return VNPU_ERR_DMA;
	pthread_mutex_lock(&e->lock);
	e->ring = value(cmd, 0);
	e->status = value(cmd, 1);
	e->slots = e->ring ? 1u << value(cmd, 2) : 0;
	e->vector = (uint32_t)value(cmd, 3);
	e->done = e->dropped = 0;
	atomic_store(&v->event_head, 0);
	pthread_mutex_unlock(&e->lock);
	axm_lock(v->dev);
	memset(v->regs + VNPU_REG_EVENT_HEAD, 0, 4);
	axm_unlock(v->dev);
	return VNPU_ERR_OK;
}

static uint64_t get_events(struct vnpu *v)
{
	uint64_t ring;

	pthread_mutex_lock(&v->events.lock);
	ring = v->events.ring;
	pthread_mutex_unlock(&v->events.lock);
	return ring;
}

static int check_telemetry(struct vnpu *v, const struct vnpu_cmd *cmd,
			   struct vnpu_result *result)
{
	if (!value(cmd, 0))
		return VNPU_ERR_OK;
	if (!address_ok(value(cmd, 0), VNPU_TELEMETRY_SIZE))
		return vnpu_refuse(result, VNPU_ERR_ADDRESS, VALUE(0));
	if (value(cmd, 1) < 10 || value(cmd, 1) > 60000)
		return vnpu_refuse(result, VNPU_ERR_FIELD, VALUE(1));
	return VNPU_ERR_OK;
}

static int set_telemetry(struct vnpu *v, const struct vnpu_cmd *cmd,
			 struct vnpu_result *result)
{
	uint64_t page = value(cmd, 0);
	uint32_t word;

	if (page && axm_dma_read(v->dev, page, &word, sizeof(word)))
		return VNPU_ERR_DMA;
	pthread_mutex_lock(&v->watch.lock);
	v->watch.page = page;
	v->watch.period_ms = (uint32_t)value(cmd, 1);
	v->watch.sequence = 0;
	pthread_mutex_unlock(&v->watch.lock);
	vnpu_watch_start(v);
	return VNPU_ERR_OK;
}

static uint64_t get_telemetry(struct vnpu *v)
{
	uint64_t page;

	pthread_mutex_lock(&v->watch.lock);
	page = v->watch.page;
	pthread_mutex_unlock(&v->watch.lock);
	return page;
}

#define LIMIT(name, member)                                               \
	static int set_##name(struct vnpu *v, const struct vnpu_cmd *cmd, \
			      struct vnpu_result *result)                 \
	{                                                                 \
		pthread_mutex_lock(&v->watch.lock);                       \
		v->watch.member = (uint32_t)value(cmd, 0);                \
		pthread_mutex_unlock(&v->watch.lock);                     \
		vnpu_watch_start(v);                                      \
		return VNPU_ERR_OK;                                       \
	}                                                                 \
	static uint64_t get_##name(struct vnpu *v)                        \
	{                                                                 \
		uint64_t limit;                                           \
                                                                          \
		pthread_mutex_lock(&v->watch.lock);                       \
		limit = v->watch.member;                                  \
		pthread_mutex_unlock(&v->watch.lock);                     \
		return limit;                                             \
	}

LIMIT(power, power_limit_mw)
LIMIT(clock, clock_limit_khz)

static int set_thermal(struct vnpu *v, const struct vnpu_cmd *cmd,
		       struct vnpu_result *result)
{
	pthread_mutex_lock(&v->watch.lock);
	v->watch.limit_mc = (int32_t)value(cmd, 0);
	v->watch.hot = false;
	pthread_mutex_unlock(&v->watch.lock);
	vnpu_watch_start(v);
	return VNPU_ERR_OK;
}

static uint64_t get_thermal(struct vnpu *v)
{
	uint64_t limit;

	pthread_mutex_lock(&v->watch.lock);
	limit = (uint64_t)v->watch.limit_mc;
	pthread_mutex_unlock(&v->watch.lock);
	return limit;
}

#define WORD(name)                                                        \
	static int set_##name(struct vnpu *v, const struct vnpu_cmd *cmd, \
			      struct vnpu_result *result)                 \
	{                                                                 \
		atomic_store(&v->name, (unsigned int)value(cmd, 0));      \
		return VNPU_ERR_OK;                                       \
	}                                                                 \
	static uint64_t get_##name(struct vnpu *v)                        \
	{                                                                 \
		return atomic_load(&v->name);                             \
	}

WORD(idle_us)
WORD(coalesce_us)
WORD(timeout_ms)
WORD(trap)

static const struct feature features[] = {
	[VNPU_FEATURE_EVENTS] = { 0, UINT64_MAX, 4, check_events, set_events,
				  get_events },
	[VNPU_FEATURE_TELEMETRY] = { 0, UINT64_MAX, 2, check_telemetry,
				     set_telemetry, get_telemetry },
	[VNPU_FEATURE_IDLE_US] = { 0, 1000000, 1, NULL, set_idle_us,
				   get_idle_us },
	[VNPU_FEATURE_COALESCE_US] = { 0, 10000, 1, NULL, set_coalesce_us,
				       get_coalesce_us },
	[VNPU_FEATURE_TIMEOUT_MS] = { 1, VNPU_TIMEOUT_MS_MAX, 1, NULL,
				      set_timeout_ms, get_timeout_ms },
	[VNPU_FEATURE_TRAP] = { 0, 1, 1, NULL, set_trap, get_trap },
	[VNPU_FEATURE_THERMAL_MC] = { 0, INT32_MAX, 1, NULL, set_thermal,
				      get_thermal },
	[VNPU_FEATURE_POWER_MW] = { VNPU_POWER_MIN_MW, VNPU_POWER_MAX_MW, 1,
				    NULL, set_power, get_power },
	[VNPU_FEATURE_CLOCK_KHZ] = { VNPU_CLOCK_MIN_KHZ, VNPU_CLOCK_KHZ, 1,
				     NULL, set_clock, get_clock },
};

void vnpu_features_reset(struct vnpu *v)
{
	atomic_store(&v->idle_us, 50);
	atomic_store(&v->coalesce_us, 0);
	atomic_store(&v->timeout_ms, 10000);
	atomic_store(&v->trap, 0);
}

/* Limits came with version 1.1. */
static bool has(const struct vnpu *v, const struct vnpu_cmd *cmd)
{
	return v->limits->cap & VNPU_CAP_LIMITS ||
	       le32toh(cmd->object) < VNPU_FEATURE_POWER_MW;
}

static int check(struct vnpu *v, const struct vnpu_cmd *cmd,
		 struct vnpu_result *result)
{
	const struct feature *f = &features[le32toh(cmd->object)];

	if (!has(v, cmd))
		return vnpu_refuse(result, VNPU_ERR_FIELD,
				   offsetof(struct vnpu_cmd, object));
	if (value(cmd, 0) < f->min || value(cmd, 0) > f->max)
		return vnpu_refuse(result, VNPU_ERR_FIELD, VALUE(0));
	if (f->check) {
		int ret = f->check(v, cmd, result);

		if (ret)
			return ret;
	}
	for (unsigned int i = f->values; i < 4; i++)
		if (cmd->feature.value[i])
			return vnpu_refuse(result, VNPU_ERR_FIELD, VALUE(i));
	return VNPU_ERR_OK;
}

static int set(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	return features[le32toh(cmd->object)].set(v, cmd, result);
}

static int get(struct vnpu *v, const struct vnpu_cmd *cmd,
	       struct vnpu_result *result)
{
	result->value = htole64(features[le32toh(cmd->object)].get(v));
	return VNPU_ERR_OK;
}

const struct vnpu_command_type vnpu_cmd_set_feature = {
	.first = VNPU_FEATURE_EVENTS,
	.last = VNPU_FEATURE_CLOCK_KHZ,
	.named = 0xffffffffull << offsetof(struct vnpu_cmd, feature.value),
	.check = check,
	.run = set,
};

const struct vnpu_command_type vnpu_cmd_get_feature = {
	.first = VNPU_FEATURE_EVENTS,
	.last = VNPU_FEATURE_CLOCK_KHZ,
	.run = get,
};
