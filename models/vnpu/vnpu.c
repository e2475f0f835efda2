// SPDX-License-Identifier: MIT
/*
 * vnpu: the reference accelerator of docs/vnpu.md, both profiles. This file
 * makes and ends the device; core.h says what belongs to whom.
 *
 * Everything lives as long as the device. Threads are the kit's workers, joined
 * before fini(), and the compute threads of the tensor engine.
 */
#include "vnpu.h"
#include "core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMON_CAPS                                                       \
	(VNPU_CAP_TRAP | VNPU_CAP_SPANS | VNPU_CAP_FLASH | VNPU_CAP_RAS | \
	 VNPU_CAP_LIMITS)
#define DATACENTER_CAPS                                                        \
	(VNPU_CAP_MMU | VNPU_CAP_MEMORY | VNPU_CAP_USER_RINGS | VNPU_CAP_ECC | \
	 COMMON_CAPS)

static const struct vnpu_limits profiles[] = {
	{
		.name = "datacenter",
		.profile = VNPU_PROFILE_DATACENTER,
		.cap = DATACENTER_CAPS,
		.contexts = VNPU_CONTEXTS_MAX,
		.queues = VNPU_QUEUES_MAX,
		.context_queues = 16,
		.programs = VNPU_PROGRAMS_MAX,
		.asids = VNPU_ASIDS_MAX,
		.engines = 2,
		.vectors = VNPU_MSIX_VECTORS_MAX,
		.va_bits = VNPU_MMU_VA_BITS,
		.subsystem = VNPU_PCI_SUBSYS_DATACENTER,
	},
	{
		.name = "edge",
		.profile = VNPU_PROFILE_EDGE,
		.cap = COMMON_CAPS,
		.contexts = 1,
		.queues = 16,
		.context_queues = 16,
		.programs = 64,
		.engines = 1,
		.vectors = 4,
		.subsystem = VNPU_PCI_SUBSYS_EDGE,
	},
};

static const struct vnpu_limits *find_profile(const char *name)
{
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		if (!name || !strcmp(profiles[i].name, name))
			return &profiles[i];
	return NULL;
}

static int find_isa(const char *name, enum axt_isa *isa)
{
	static const char *const names[] = {
		[AXT_ISA_PORTABLE] = "portable", [AXT_ISA_BASE] = "base",
		[AXT_ISA_AVX2] = "avx2",	 [AXT_ISA_AVX512] = "avx512",
		[AXT_ISA_BEST] = "best",
	};

	*isa = AXT_ISA_BEST;
	for (unsigned int i = 0; name && i <= AXT_ISA_BEST; i++)
		if (!strcmp(names[i], name)) {
			*isa = (enum axt_isa)i;
			return 0;
		}
	return name ? -EINVAL : 0;
}

/* What 1.1 has added is not there in a device of version 1.0. */
static int take_interface(struct vnpu *v, const char *name)
{
	v->version = VNPU_VERSION_VALUE;
	if (!name || !strcmp(name, "1.1"))
		return 0;
	if (strcmp(name, "1.0"))
		return -EINVAL;
	v->version &= VNPU_VERSION_MAJOR;
	v->own.cap &=
		~(uint32_t)(VNPU_CAP_FLASH | VNPU_CAP_RAS | VNPU_CAP_LIMITS);
	return 0;
}

static uint64_t power_of_two(uint64_t size)
{
	uint64_t power = 1;

	while (power < size)
		power *= 2;
	return power;
}

static int take_options(struct axm_device *dev, struct vnpu *v)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t threads = cpus > 0 ? (uint64_t)cpus : 1;
	uint64_t memory = 256ull << 20, private = 1ull << 30, stop = 250;
	int ret = find_isa(axm_opt(dev, "isa"), &v->isa);

	if (threads > AXT_THREADS_MAX)
		threads = AXT_THREADS_MAX;
	v->limits = find_profile(axm_opt(dev, "profile"));
	if (ret || !v->limits)
		return -EINVAL;
	v->own = *v->limits;
	v->limits = &v->own;
	if (take_interface(v, axm_opt(dev, "interface")) ||
	    axm_opt_u64(dev, "threads", 1, AXT_THREADS_MAX, &threads) ||
	    axm_opt_u64(dev, "memory", 1 << 20, 1ull << 36, &memory) ||
	    axm_opt_u64(dev, "private", 1 << 20, 1ull << 40, &private) ||
	    axm_opt_u64(dev, "stop-ms", 1, 8000, &stop) || memory % 4096)
		return -EINVAL;
	v->threads = (uint32_t)threads;
	v->memory_size = v->limits->cap & VNPU_CAP_MEMORY ? memory : 0;
	v->private_size = private;
	v->stop_ms = (uint32_t)stop;
	return 0;
}

static void describe(struct axm_device *dev, struct vnpu *v)
{
	struct axm_pci_desc *pci = axm_pci(dev);
	struct axm_bar_desc *db = &pci->bar[VNPU_BAR_DOORBELL];
	struct axm_bar_desc *memory = &pci->bar[VNPU_BAR_MEMORY];

	pci->subsys = v->limits->subsystem;
	pci->msix.vectors = v->limits->vectors;
	v->area.size = 2ull * VNPU_STRIDE * v->limits->queues;
	db->size = VNPU_DB_SIZE((uint64_t)VNPU_STRIDE, v->limits->queues);
	db->areas = &v->area;
	db->nr_areas = 1;
	if (!v->memory_size)
		return;
	v->memory_area.size = power_of_two(v->memory_size);
	memory->size = v->memory_area.size;
	memory->flags = AXM_BAR_64 | AXM_BAR_PREFETCH;
	memory->areas = &v->memory_area;
	memory->nr_areas = 1;
}

static int make_engine(struct axm_device *dev, struct vnpu *v, uint32_t i)
{
	static const char *const names[] = {
		[VNPU_ENGINE_COMPUTE] = "vnpu-compute",
		[VNPU_ENGINE_COPY] = "vnpu-copy",
	};
	struct vnpu_engine_state *e = &v->engine[i];
	int ret;

	e->v = v;
	e->number = i;
	e->kind = i ? VNPU_ENGINE_COPY : VNPU_ENGINE_COMPUTE;
	e->job.run = vnpu_engine_job;
	e->awake = calloc(v->limits->queues, sizeof(*e->awake));
	e->chunk = malloc(VNPU_CHUNK);
	e->notes = calloc(VNPU_BINDINGS_MAX, sizeof(*e->notes));
	if (!e->awake || !e->chunk || !e->notes)
		return -ENOMEM;
	ret = e->kind == VNPU_ENGINE_COMPUTE ? vnpu_exec_create(&e->exec) : 0;
	return ret ? ret : axm_worker_create(dev, names[e->kind], &e->worker);
}

static int make_queues(struct vnpu *v)
{
	v->queues = calloc(v->limits->queues, sizeof(*v->queues));
	if (!v->queues)
		return -ENOMEM;
	for (uint32_t i = 0; i < v->limits->queues; i++) {
		v->queues[i].number = i;
		atomic_store(&v->queues[i].engine, -1);
	}
	return 0;
}

static void init_locks(struct vnpu *v)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(
		&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	for (unsigned int i = 0; i < VNPU_ASIDS_MAX; i++)
		pthread_rwlock_init(&v->asids[i].lock, &attr);
	pthread_rwlockattr_destroy(&attr);
	for (unsigned int i = 0; i < VNPU_ENGINES; i++) {
		pthread_mutex_init(&v->engine[i].lock, NULL);
		pthread_cond_init(&v->engine[i].changed, NULL);
	}
	pthread_mutex_init(&v->programs_lock, NULL);
	pthread_mutex_init(&v->events.lock, NULL);
	pthread_mutex_init(&v->vectors_lock, NULL);
	pthread_mutex_init(&v->watch.lock, NULL);
	pthread_mutex_init(&v->poison.lock, NULL);
	pthread_mutex_init(&v->ras.lock, NULL);
	pthread_mutex_init(&v->flash.lock, NULL);
	vnpu_store_init(&v->flash.store);
}

static int make_workers(struct axm_device *dev, struct vnpu *v)
{
	int ret = axm_worker_create(dev, "vnpu-admin", &v->admin_worker);

	v->admin_job.run = vnpu_admin_job;
	v->boot_job.run = vnpu_boot_job;
	v->reset_job.run = vnpu_reset_job;
	v->prepare_job.run = vnpu_prepare_job;
	v->watch.job.run = vnpu_watch_job;
	if (!ret)
		ret = axm_worker_create(dev, "vnpu-prepare",
					&v->prepare_worker);
	if (!ret)
		ret = axm_worker_create(dev, "vnpu-watch", &v->watch.worker);
	for (uint32_t i = 0; i < v->limits->engines && !ret; i++)
		ret = make_engine(dev, v, i);
	return ret;
}

static int vnpu_init(struct axm_device *dev)
{
	struct vnpu *v = axm_priv(dev);
	int ret;

	v->dev = dev;
	v->to_prepare_tail = &v->to_prepare;
	init_locks(v);
	ret = take_options(dev, v);
	if (ret)
		return ret;
	describe(dev, v);
	vnpu_regs_init(v);
	vnpu_vectors_init(v);
	vnpu_watch_init(v);
	atomic_store(&v->halt, true);
	atomic_store(&v->epoch, axm_now_ns());
	ret = vnpu_flash_open(v, axm_opt(dev, "flash"));
	if (!ret)
		ret = make_queues(v);
	if (!ret)
		ret = axt_workers_create(v->threads, &v->workers);
	return ret ? ret : make_workers(dev, v);
}

static void destroy_locks(struct vnpu *v)
{
	for (unsigned int i = 0; i < VNPU_ASIDS_MAX; i++)
		pthread_rwlock_destroy(&v->asids[i].lock);
	for (unsigned int i = 0; i < VNPU_ENGINES; i++) {
		pthread_mutex_destroy(&v->engine[i].lock);
		pthread_cond_destroy(&v->engine[i].changed);
	}
	pthread_mutex_destroy(&v->programs_lock);
	pthread_mutex_destroy(&v->events.lock);
	pthread_mutex_destroy(&v->vectors_lock);
	pthread_mutex_destroy(&v->watch.lock);
	pthread_mutex_destroy(&v->poison.lock);
	pthread_mutex_destroy(&v->ras.lock);
	pthread_mutex_destroy(&v->flash.lock);
}

/* Also after an init() that got part of the way. */
static void vnpu_fini(struct axm_device *dev)
{
	struct vnpu *v = axm_priv(dev);

	if (!v->limits)
		return;
	for (uint32_t i = 0; v->queues && i < v->limits->queues; i++)
		vnpu_exec_let_go(&v->queues[i]);
	vnpu_programs_drop(v, -1);
	for (unsigned int i = 0; i < VNPU_ENGINES; i++) {
		vnpu_exec_destroy(v->engine[i].exec);
		free(v->engine[i].awake);
		free(v->engine[i].chunk);
		free(v->engine[i].notes);
	}
	if (v->workers)
		axt_workers_destroy(v->workers);
	free(v->queues);
	vnpu_store_close(&v->flash.store);
	destroy_locks(v);
}

static void vnpu_reset(struct axm_device *dev, enum axm_reset_kind kind)
{
	struct vnpu *v = axm_priv(dev);

	v->doorbells = axm_bar_memory(dev, VNPU_BAR_DOORBELL);
	v->memory = axm_bar_memory(dev, VNPU_BAR_MEMORY);
	vnpu_reset_begin(v, kind == AXM_RESET_POWER);
}

static uint64_t vnpu_bar_read(struct axm_device *dev, unsigned int bar,
			      uint64_t offset, unsigned int size)
{
	return bar == VNPU_BAR_REGS ?
		       vnpu_regs_read(axm_priv(dev), offset, size) :
		       0;
}

static void vnpu_bar_write(struct axm_device *dev, unsigned int bar,
			   uint64_t offset, unsigned int size, uint64_t value)
{
	if (bar == VNPU_BAR_REGS)
		vnpu_regs_write(axm_priv(dev), offset, size, value);
	else if (bar == VNPU_BAR_DOORBELL && size == 4)
		vnpu_doorbell_write(axm_priv(dev), offset);
}

static const struct axm_opt_desc opts[] = {
	{ "profile", "datacenter or edge (datacenter)" },
	{ "threads", "compute threads (one a processor)" },
	{ "memory", "bytes of device memory, datacenter only (256M)" },
	{ "private", "bytes of private memory for programs (1G)" },
	{ "stop-ms", "bound of stopping a descriptor (250)" },
	{ "flash", "file that keeps firmware and retired pages (none)" },
	{ "interface", "version that it has, 1.0 or 1.1 (1.1)" },
	{ "isa", "portable, base, avx2, avx512 or best (best)" },
	{ 0 },
};

const struct axm_device_ops vnpu_ops = {
	.name = "vnpu",
	.summary = "the reference accelerator, docs/vnpu.md",
	.priv_size = sizeof(struct vnpu),
	.pci = {
		.vendor = VNPU_PCI_VENDOR,
		.device = VNPU_PCI_DEVICE,
		.subsys_vendor = VNPU_PCI_VENDOR,
		.class_code = VNPU_PCI_CLASS,
		.revision = VNPU_PCI_REVISION,
		.pm = true,
		.pcie = true,
		.flr = true,
		.msix = {
			.bar = VNPU_BAR_REGS,
			.table = VNPU_MSIX_TABLE,
			.pba = VNPU_MSIX_PBA,
		},
		.bar = {
			[VNPU_BAR_REGS] = { .size = VNPU_BAR_REGS_SIZE },
			[VNPU_BAR_DOORBELL] = { .flags = AXM_BAR_64 },
		},
	},
	.opts = opts,
	.commands = vnpu_commands,
	.init = vnpu_init,
	.fini = vnpu_fini,
	.reset = vnpu_reset,
	.bar_read = vnpu_bar_read,
	.bar_write = vnpu_bar_write,
	.ecc = vnpu_ecc,
};
