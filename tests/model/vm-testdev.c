// SPDX-License-Identifier: MIT
/*
 * The kit under a stock QEMU and a stock kernel. Runs inside the VM as root:
 *
 *	vm/run --device testdev --iommu -- build/tests/model/vm-testdev
 *
 * The device is driven through the guest's own VFIO, so every access passes
 * the guest's IOMMU, QEMU's vfio-user client, and the model. The cases share
 * one opened device and run in order.
 */
#include "events.h"
#include "tap.h"
#include "testdev_regs.h"
#include "vfio.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define REGS TESTDEV_BAR_REGS
#define MEM TESTDEV_BAR_MEM
#define CONFIG VFIO_PCI_CONFIG_REGION_INDEX
#define MSI VFIO_PCI_MSI_IRQ_INDEX
#define MSIX VFIO_PCI_MSIX_IRQ_INDEX
#define INTX VFIO_PCI_INTX_IRQ_INDEX
#define PAGE 4096u
#define PAGES 64u
#define IOVA 0x10000000ull

static struct vfio dev;
static enum vfio_open_result opened;

#define NEED_DEVICE()                                           \
	do {                                                    \
		if (opened == VFIO_NO_DEVICE)                   \
			TAP_SKIP("no testdev is plugged in");   \
		if (opened == VFIO_NO_IOMMU)                    \
			TAP_SKIP("the machine has no IOMMU");   \
		if (opened == VFIO_NO_DRIVER)                   \
			TAP_SKIP("the kernel has no vfio-pci"); \
		TAP_REQUIRE(opened == VFIO_OPENED);             \
	} while (0)

static uint32_t dma(uint32_t cmd, uint64_t src, uint64_t dst, uint32_t len,
		    uint32_t value)
{
	uint32_t status = TESTDEV_DMA_BUSY;

	vfio_put64(&dev, REGS, TESTDEV_DMA_SRC, src);
	vfio_put64(&dev, REGS, TESTDEV_DMA_DST, dst);
	vfio_put32(&dev, REGS, TESTDEV_DMA_LEN, len);
	vfio_put32(&dev, REGS, TESTDEV_DMA_VALUE, value);
	vfio_put32(&dev, REGS, TESTDEV_DMA_CMD, cmd);
	for (int i = 0; i < 5000 && status == TESTDEV_DMA_BUSY; i++) {
		status = vfio_get32(&dev, REGS, TESTDEV_DMA_STATUS);
		if (status == TESTDEV_DMA_BUSY)
			usleep(1000);
	}
	return status;
}

static void bus_master(void)
{
	uint16_t command = 0;

	vfio_read(&dev, CONFIG, PCI_COMMAND, &command, 2);
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	vfio_write(&dev, CONFIG, PCI_COMMAND, &command, 2);
}

static unsigned int find_cap(uint8_t id)
{
	uint8_t at = (uint8_t)vfio_get32(&dev, CONFIG, PCI_CAPABILITY_LIST);

	for (int i = 0; at && i < 48; i++) {
		uint32_t head = vfio_get32(&dev, CONFIG, at);

		if ((head & 0xff) == id)
			return at;
		at = (uint8_t)(head >> 8);
	}
	return 0;
}

static void config_space(void)
{
	unsigned int at;

	opened = vfio_open(&dev, TESTDEV_VENDOR_ID, TESTDEV_DEVICE_ID);
	NEED_DEVICE();
	TAP_EQUAL(vfio_get32(&dev, CONFIG, PCI_VENDOR_ID),
		  (uint32_t)TESTDEV_DEVICE_ID << 16 | TESTDEV_VENDOR_ID);
	TAP_EQUAL(vfio_get32(&dev, CONFIG, PCI_CLASS_REVISION),
		  TESTDEV_CLASS << 8 | TESTDEV_REVISION);
	TAP_CHECK(find_cap(PCI_CAP_ID_PM));
	at = find_cap(PCI_CAP_ID_MSI);
	TAP_REQUIRE(at);
	TAP_EQUAL(vfio_get32(&dev, CONFIG, at) >> 17 & 7, 3);
	at = find_cap(PCI_CAP_ID_MSIX);
	TAP_REQUIRE(at);
	TAP_EQUAL(vfio_get32(&dev, CONFIG, at) >> 16 & 0x7ff,
		  TESTDEV_MSIX_VECTORS - 1);
	at = find_cap(PCI_CAP_ID_EXP);
	TAP_REQUIRE(at);
	TAP_CHECK(vfio_get32(&dev, CONFIG, at + PCI_EXP_DEVCAP) &
		  PCI_EXP_DEVCAP_FLR);
	TAP_EQUAL(dev.size[REGS], TESTDEV_BAR_REGS_SIZE);
	TAP_EQUAL(dev.size[MEM], TESTDEV_BAR_MEM_SIZE);
	bus_master();
}

static void registers(void)
{
	volatile uint32_t *regs;
	uint64_t reads;

	NEED_DEVICE();
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_ID), TESTDEV_ID_VALUE);
	vfio_put32(&dev, REGS, TESTDEV_SCRATCH32, 0x600df00d);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_SCRATCH32), 0x600df00d);
	vfio_put64(&dev, REGS, TESTDEV_SCRATCH64, 0x0123456789abcdef);
	TAP_EQUAL(vfio_get64(&dev, REGS, TESTDEV_SCRATCH64),
		  0x0123456789abcdef);
	/* The processor's own loads and stores are trapped as well. */
	regs = vfio_mmap(&dev, REGS, 0, TESTDEV_BAR_REGS_SIZE);
	TAP_REQUIRE(regs);
	reads = vfio_get64(&dev, REGS, TESTDEV_COUNT_READ);
	TAP_EQUAL(regs[TESTDEV_ID / 4], TESTDEV_ID_VALUE);
	regs[TESTDEV_SCRATCH32 / 4] = 0x1234;
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_SCRATCH32), 0x1234);
	TAP_CHECK(vfio_get64(&dev, REGS, TESTDEV_COUNT_READ) >= reads + 3);
	munmap((void *)regs, TESTDEV_BAR_REGS_SIZE);
}

static void mapped_memory(void)
{
	volatile uint32_t *memory;
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t holes, reads;
	uint32_t word;

	NEED_DEVICE();
	memory = vfio_mmap(&dev, MEM, 0, TESTDEV_BAR_MEM_SIZE);
	TAP_REQUIRE(memory);
	reads = vfio_get64(&dev, REGS, TESTDEV_COUNT_READ);
	for (uint32_t i = 0; i < 1024; i++)
		memory[i] = i * 3;
	/* No access to mapped memory reaches the model... */
	TAP_EQUAL(vfio_get64(&dev, REGS, TESTDEV_COUNT_READ), reads + 1);
	/* ...which yet sees what was written. */
	TAP_EQUAL(vfio_map(&dev, IOVA, page, PAGE), 0);
	TAP_EQUAL(dma(TESTDEV_CMD_FROM_MEM, 0, IOVA, PAGE, 0),
		  TESTDEV_DMA_DONE);
	memcpy(&word, page + 4 * 1000, 4);
	TAP_EQUAL(word, 3000);
	memset(page, 0x5e, PAGE);
	TAP_EQUAL(dma(TESTDEV_CMD_TO_MEM, IOVA, 0x40000, PAGE, 0),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(memory[0x40000 / 4], 0x5e5e5e5e);
	TAP_EQUAL(vfio_unmap(&dev, IOVA, PAGE), 0);
	/* The page in the middle is trapped. */
	holes = vfio_get64(&dev, REGS, TESTDEV_COUNT_HOLE);
	TAP_EQUAL(memory[TESTDEV_HOLE / 4], TESTDEV_HOLE + 1);
	memory[(TESTDEV_HOLE + 8) / 4] = 1;
	TAP_EQUAL(vfio_get64(&dev, REGS, TESTDEV_COUNT_HOLE), holes + 2);
	TAP_EQUAL(memory[TESTDEV_HOLE / 4 - 1], 0);
	TAP_EQUAL(memory[(TESTDEV_HOLE + TESTDEV_HOLE_SIZE) / 4], 0);
	munmap((void *)memory, TESTDEV_BAR_MEM_SIZE);
	munmap(page, PAGE);
}

/* Neighbours for the device are far apart in memory, and the reverse. */
static void fragmented_dma(void)
{
	uint8_t *memory = mmap(NULL, (size_t)PAGES * 2 * PAGE,
			       PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t wrong = 0;

	NEED_DEVICE();
	TAP_REQUIRE(memory != MAP_FAILED);
	for (uint32_t i = 0; i < PAGES; i++) {
		uint8_t *page = memory + (size_t)(PAGES - 1 - i) * 2 * PAGE;

		TAP_REQUIRE(TAP_EQUAL(
			vfio_map(&dev, IOVA + i * PAGE, page, PAGE), 0));
	}
	TAP_EQUAL(dma(TESTDEV_CMD_FILL, 0, IOVA + 100, PAGES * PAGE - 200,
		      0xa7),
		  TESTDEV_DMA_DONE);
	for (uint32_t i = 0; i < PAGES * PAGE; i++) {
		uint32_t page = PAGES - 1 - i / PAGE;
		uint8_t want = i >= 100 && i < PAGES * PAGE - 100 ? 0xa7 : 0;

		wrong += memory[page * 2 * PAGE + i % PAGE] != want;
	}
	TAP_EQUAL(wrong, 0);
	memcpy(memory + (size_t)(PAGES - 1) * 2 * PAGE, "123456789", 9);
	TAP_EQUAL(dma(TESTDEV_CMD_CRC, IOVA, 0, 9, 0), TESTDEV_DMA_DONE);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_DMA_RESULT), 0xcbf43926);
	TAP_EQUAL(dma(TESTDEV_CMD_COPY, IOVA, IOVA + 3 * PAGE - 5, 9, 0),
		  TESTDEV_DMA_DONE);
	TAP_CHECK(!memcmp(memory + (size_t)(PAGES - 3) * 2 * PAGE + PAGE - 5,
			  "12345", 5));
	TAP_CHECK(!memcmp(memory + (size_t)(PAGES - 4) * 2 * PAGE, "6789", 4));
	for (uint32_t i = 0; i < PAGES; i++)
		TAP_EQUAL(vfio_unmap(&dev, IOVA + i * PAGE, PAGE), 0);
	TAP_EQUAL(dma(TESTDEV_CMD_FILL, 0, IOVA, 4, 0), TESTDEV_DMA_FAILED);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_DMA_ERROR), EFAULT);
	munmap(memory, (size_t)PAGES * 2 * PAGE);
}

static void msix(void)
{
	volatile uint32_t *table;
	int fd[TESTDEV_MSIX_VECTORS];

	NEED_DEVICE();
	make_events(fd, TESTDEV_MSIX_VECTORS);
	TAP_REQUIRE(TAP_EQUAL(
		vfio_set_events(&dev, MSIX, fd, TESTDEV_MSIX_VECTORS), 0));
	for (uint32_t i = 0; i < TESTDEV_MSIX_VECTORS; i++) {
		vfio_put32(&dev, REGS, TESTDEV_IRQ_RAISE, i);
		TAP_EQUAL(wait_event(fd[i], 2000), 1);
	}
	vfio_put32(&dev, REGS, TESTDEV_IRQ_VECTORS, 5);
	TAP_EQUAL(dma(TESTDEV_CMD_NOP | TESTDEV_CMD_IRQ, 0, 0, 0, 0),
		  TESTDEV_DMA_DONE);
	TAP_EQUAL(wait_event(fd[5], 2000), 1);

	/* Masked in the table, an interrupt waits. */
	table = vfio_mmap(&dev, TESTDEV_BAR_MSIX, 0, TESTDEV_BAR_MSIX_SIZE);
	TAP_REQUIRE(table);
	table[7 * 4 + 3] = 1;
	vfio_put32(&dev, REGS, TESTDEV_IRQ_RAISE, 7);
	TAP_EQUAL(wait_event(fd[7], 100), 0);
	vfio_put32(&dev, REGS, TESTDEV_IRQ_RAISE, 8);
	TAP_EQUAL(wait_event(fd[8], 2000), 1);
	table[7 * 4 + 3] = 0;
	TAP_EQUAL(wait_event(fd[7], 2000), 1);
	munmap((void *)table, TESTDEV_BAR_MSIX_SIZE);
	TAP_EQUAL(vfio_set_events(&dev, MSIX, NULL, 0), 0);
	close_events(fd, TESTDEV_MSIX_VECTORS);
}

static void msi(void)
{
	int fd[4];

	NEED_DEVICE();
	make_events(fd, 4);
	/* More than one needs interrupt remapping, which --iommu gives. */
	TAP_REQUIRE(TAP_EQUAL(vfio_set_events(&dev, MSI, fd, 4), 0));
	for (uint32_t i = 0; i < 4; i++) {
		vfio_put32(&dev, REGS, TESTDEV_IRQ_RAISE, i);
		TAP_EQUAL(wait_event(fd[i], 2000), 1);
	}
	TAP_EQUAL(vfio_set_events(&dev, MSI, NULL, 0), 0);
	close_events(fd, 4);
}

static void intx(void)
{
	struct vfio_irq_set unmask = {
		.argsz = sizeof(unmask),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK,
		.index = INTX,
		.count = 1,
	};
	int fd;

	NEED_DEVICE();
	vfio_put32(&dev, REGS, TESTDEV_IRQ_STATUS, ~0u);
	make_events(&fd, 1);
	TAP_REQUIRE(TAP_EQUAL(vfio_set_events(&dev, INTX, &fd, 1), 0));
	vfio_put32(&dev, REGS, TESTDEV_IRQ_RAISE, 0);
	TAP_EQUAL(wait_event(fd, 2000), 1);
	/* Still up, so it comes again when the host opens the line... */
	TAP_EQUAL(ioctl(dev.device, VFIO_DEVICE_SET_IRQS, &unmask), 0);
	TAP_EQUAL(wait_event(fd, 2000), 1);
	/* ...until the device is told. */
	vfio_put32(&dev, REGS, TESTDEV_IRQ_STATUS, ~0u);
	TAP_EQUAL(ioctl(dev.device, VFIO_DEVICE_SET_IRQS, &unmask), 0);
	TAP_EQUAL(wait_event(fd, 100), 0);
	TAP_EQUAL(vfio_set_events(&dev, INTX, NULL, 0), 0);
	close(fd);
}

static void timer(void)
{
	int fd;

	NEED_DEVICE();
	make_events(&fd, 1);
	TAP_REQUIRE(TAP_EQUAL(vfio_set_events(&dev, MSIX, &fd, 1), 0));
	vfio_put32(&dev, REGS, TESTDEV_IRQ_VECTORS, 0);
	vfio_put32(&dev, REGS, TESTDEV_TIMER_US, 1000);
	TAP_EQUAL(wait_event(fd, 2000), 1);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_TIMER_COUNT), 1);
	TAP_EQUAL(vfio_set_events(&dev, MSIX, NULL, 0), 0);
	close(fd);
}

static void function_level_reset(void)
{
	uint8_t *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t resets;

	NEED_DEVICE();
	resets = vfio_get32(&dev, REGS, TESTDEV_RESETS);
	vfio_put32(&dev, REGS, TESTDEV_SCRATCH32, 0x77);
	vfio_put32(&dev, REGS, TESTDEV_DMA_CMD, TESTDEV_CMD_SPIN);
	TAP_REQUIRE(!ioctl(dev.device, VFIO_DEVICE_RESET));
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_RESETS), resets + 1);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_SCRATCH32), 0);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_DMA_STATUS), TESTDEV_DMA_IDLE);
	bus_master();
	TAP_EQUAL(vfio_map(&dev, IOVA, page, PAGE), 0);
	TAP_EQUAL(dma(TESTDEV_CMD_FILL, 0, IOVA, PAGE, 0x3c), TESTDEV_DMA_DONE);
	TAP_EQUAL(page[PAGE - 1], 0x3c);
	TAP_EQUAL(vfio_unmap(&dev, IOVA, PAGE), 0);
	munmap(page, PAGE);
}

/* Closing gives the device back; opening again finds it working. */
static void opened_again(void)
{
	NEED_DEVICE();
	vfio_close(&dev);
	opened = vfio_open(&dev, TESTDEV_VENDOR_ID, TESTDEV_DEVICE_ID);
	TAP_REQUIRE(opened == VFIO_OPENED);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_ID), TESTDEV_ID_VALUE);
	TAP_EQUAL(vfio_get32(&dev, REGS, TESTDEV_SCRATCH32), 0);
	vfio_close(&dev);
}

static const struct tap_case cases[] = {
	{ "config space has the identity and all capabilities", config_space },
	{ "registers are read and written by calls and by the processor",
	  registers },
	{ "mapped memory is shared with the model, but for the hole",
	  mapped_memory },
	{ "DMA crosses scattered pages behind the IOMMU", fragmented_dma },
	{ "every MSI-X vector arrives, and waits while masked", msix },
	{ "several MSI vectors arrive", msi },
	{ "INTx is a level", intx },
	{ "the timer interrupts", timer },
	{ "a function level reset brings the device back to its start",
	  function_level_reset },
	{ "the device can be closed and opened again", opened_again },
};
TAP_MAIN(cases)
