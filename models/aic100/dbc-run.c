// SPDX-License-Identifier: MIT
/*
 * Visits: what can be done in a channel is done. A transfer that has begun,
 * requests whose semaphore has come true, then those that arrive, in order.
 *
 * A channel's own NSP visits it: then a job with its network costs one wake-up
 * of one thread, and that is most of what a job costs. While the network runs
 * the bridge's worker visits, so that data come and go meanwhile; a channel
 * that is long at it lets others have their turn. One visits at a time.
 *
 * A request that fails does nothing of what would follow: no postsync, no
 * doorbell. A network does not run on data that did not come.
 */
#include "dbc.h"

#include <errno.h>
#include <time.h>

/* Copies from this size on are no share of the bridge's own. */
#define BIG_COPY 16384u
#define ANSWER_EVERY 32u

/* What a visit has done so far. */
struct turn {
	uint64_t bytes;
	unsigned int steps;
};

uint64_t dbc_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void kick_bridge(struct dbc_channel *c)
{
	struct aic100_bridge *b = c->a->bridge;

	/* A job that is under way looks again before it ends. */
	if (!atomic_fetch_or(&b->pending, 1u << c->number))
		axm_worker_queue(b->worker, &b->job);
}

/*
 * The stores of running and awake, and those of wanted, are each before the
 * loads of the other in their threads, so that one of both sees the other.
 */
void dbc_kick(struct dbc_channel *c)
{
	if (atomic_exchange(&c->wanted, true))
		return;
	if (atomic_load(&c->running))
		kick_bridge(c);
	else if (!atomic_load(&c->awake))
		axm_worker_queue(c->nsp, &c->nsp_job);
}

void dbc_hand_over(struct dbc_channel *c)
{
	if (atomic_load(&c->wanted))
		kick_bridge(c);
}

void dbc_break(struct dbc_channel *c, enum dbc_error error)
{
	static const char *const reasons[] = {
		[DBC_GOOD] = "",
		[DBC_BAD_REQTP] = "REQTP is beyond the FIFO",
		[DBC_BAD_RSPHP] = "RSPHP is not between head and tail",
		[DBC_BAD_REQUESTS] = "the request FIFO cannot be read",
		[DBC_BAD_RESPONSES] = "the response FIFO cannot be written",
	};

	if (!atomic_exchange(&c->stop, true))
		aic100_mhi_sys_err(c->a, "DMA bridge channel %u: %s", c->number,
				   reasons[error]);
}

/* The next piece of a transfer. 0, or an error of the DMA. */
static int copy_piece(struct dbc_channel *c, struct dbc_entry *e, uint32_t n)
{
	uint8_t *at = c->memory + (e->device - c->config.memory) + e->done;
	bool in = (e->request.cmd & AIC100_CMD_DIR) == AIC100_CMD_DIR_IN;
	uint64_t start = n >= BIG_COPY ? dbc_cpu_ns() : 0;
	int ret;

	if (in)
		ret = axm_dma_read(c->a->dev, e->host + e->done, at, n);
	else
		ret = axm_dma_write(c->a->dev, e->host + e->done, at, n);
	if (start)
		dbc_count(&c->copy_ns, dbc_cpu_ns() - start);
	if (!ret)
		dbc_count(in ? &c->count.bytes_in : &c->count.bytes_out, n);
	return ret;
}

/* False: it is not at its end yet. */
static bool transfer(struct dbc_channel *c, struct dbc_entry *e,
		     struct turn *turn)
{
	while (e->done < e->len && dbc_alive(c)) {
		uint32_t left = e->len - e->done;
		uint32_t n = left < DBC_CHUNK ? left : DBC_CHUNK;
		int ret;

		if (turn->bytes >= DBC_TURN_BYTES)
			return false;
		ret = copy_piece(c, e, n);
		if (ret == -ECANCELED)
			return false;
		if (ret) {
			e->status = AIC100_COMPLETION_HOST;
			return true;
		}
		e->done += n;
		turn->bytes += n;
	}
	return e->done == e->len;
}

static void ring(struct dbc_channel *c, const struct dbc_entry *e)
{
	const struct aic100_request *r = &e->request;
	uint64_t offset = le64toh(r->db_addr) - c->config.memory;
	uint32_t data = le32toh(r->db_data);
	void *at;

	/* Only then has the address been checked. */
	if (!(r->db_attr & AIC100_DB_ENABLE))
		return;
	at = c->memory + offset;
	switch (r->db_attr & AIC100_DB_WIDTH) {
	case 0:
		__atomic_store_n((uint32_t *)at, htole32(data),
				 __ATOMIC_RELEASE);
		break;
	case 1:
		__atomic_store_n((uint16_t *)at, htole16((uint16_t)data),
				 __ATOMIC_RELEASE);
		break;
	default:
		__atomic_store_n((uint8_t *)at, (uint8_t)data,
				 __ATOMIC_RELEASE);
	}
	if (c->config.network && offset == AIC100_NET_DB_START)
		dbc_sem_start(c);
}

static void end(struct dbc_channel *c, struct dbc_entry *e)
{
	if (!e->status)
		ring(c, e);
	dbc_finish(c, e, e->status);
}

/* What its presync gates, or as much as the turn allows. */
static void perform(struct dbc_channel *c, struct dbc_entry *e,
		    struct turn *turn)
{
	/* Those that are done need not wait for a long copy. */
	if (e->len - e->done >= BIG_COPY || c->unanswered >= ANSWER_EVERY)
		dbc_answer(c);
	c->current = e;
	if (!transfer(c, e, turn))
		return;
	c->current = NULL;
	if (e->status || dbc_sem_after(c, e))
		end(c, e);
}

/* Goes on with what waited: it stands before its transfer or behind it. */
static void resume(struct dbc_channel *c, struct dbc_entry *e,
		   struct turn *turn)
{
	if (e->step < 4)
		perform(c, e, turn);
	else
		end(c, e);
}

/* True: something was done, and there may be more. */
static bool step(struct dbc_channel *c, struct turn *turn)
{
	struct dbc_entry *e;

	if (c->current) {
		perform(c, c->current, turn);
		return true;
	}
	e = dbc_sem_wake(c);
	if (e) {
		resume(c, e, turn);
		return true;
	}
	e = dbc_list_take(&c->arrived);
	if (!e)
		return dbc_fetch(c);
	if (e->status)
		dbc_finish(c, e, e->status);
	else if (dbc_sem_before(c, e))
		perform(c, e, turn);
	return true;
}

/* The network cannot run: nobody waits for it, everybody is told. */
static bool fail_one(struct dbc_channel *c)
{
	struct dbc_entry *e = c->current;

	c->current = NULL;
	if (!e)
		e = dbc_sem_any(c);
	if (!e)
		e = dbc_list_take(&c->arrived);
	if (!e)
		return dbc_fetch(c);
	dbc_finish(c, e, e->status ? e->status : AIC100_COMPLETION_NETWORK);
	return true;
}

/* True: its turn is over, but it has more to do. */
static bool do_turn(struct dbc_channel *c)
{
	enum dbc_error error = atomic_load(&c->error);
	struct turn turn = { 0 };
	bool more = true, full;

	if (error)
		dbc_break(c, error);
	while (more && dbc_alive(c) && !axm_cancelled(c->a->dev) &&
	       turn.bytes < DBC_TURN_BYTES && turn.steps < DBC_TURN_STEPS) {
		more = atomic_load(&c->failed) ? fail_one(c) : step(c, &turn);
		turn.steps++;
	}
	full = c->used == c->window;
	dbc_answer(c);
	/* What was answered may have made room for more. */
	return more || (full && c->used < c->window);
}

/* Lock held. True: the channel is this thread's until leave() says so. */
static bool enter(struct dbc_channel *c)
{
	if (c->busy)
		c->again = true;
	else
		c->busy = atomic_load(&c->active) && dbc_alive(c);
	return c->busy && !c->again;
}

/* Lock held. False: somebody wanted to visit meanwhile, so once more. */
static bool leave(struct dbc_channel *c)
{
	if (c->again && dbc_alive(c)) {
		c->again = false;
		return false;
	}
	c->again = false;
	c->busy = false;
	pthread_cond_broadcast(&c->quiet);
	return true;
}

void dbc_visit(struct dbc_channel *c)
{
	bool more, done;

	atomic_store(&c->wanted, false);
	pthread_mutex_lock(&c->lock);
	done = !enter(c);
	pthread_mutex_unlock(&c->lock);
	if (done)
		return;
	do {
		more = do_turn(c);
		pthread_mutex_lock(&c->lock);
		done = leave(c);
		pthread_mutex_unlock(&c->lock);
	} while (!done);
	if (more && dbc_alive(c))
		dbc_kick(c);
}

void dbc_account(struct dbc_channel *c, uint64_t *mark)
{
	uint64_t now = dbc_cpu_ns();

	/* Copies may be of another visitor; sums are right in the end. */
	dbc_count(&c->count.own_ns,
		  now - *mark - atomic_exchange(&c->copy_ns, 0));
	*mark = now;
}

void dbc_job(struct axm_device *dev, struct axm_job *job)
{
	struct aic100 *a = axm_priv(dev);
	struct aic100_bridge *b = a->bridge;
	unsigned int idle, todo;

	do {
		todo = atomic_exchange(&b->pending, DBC_PENDING_RUNS) &
		       ~DBC_PENDING_RUNS;
		for (; todo; todo &= todo - 1) {
			struct dbc_channel *c =
				&b->channel[__builtin_ctz(todo)];

			dbc_visit(c);
			dbc_account(c, &b->mark);
		}
		idle = DBC_PENDING_RUNS;
		if (axm_cancelled(dev)) {
			/* A reset forgets all of it. */
			atomic_store(&b->pending, 0);
			return;
		}
	} while (!atomic_compare_exchange_strong(&b->pending, &idle, 0));
}
