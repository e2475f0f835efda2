// SPDX-License-Identifier: MIT
/*
 * Files that the client shares with us. With a virtual IOMMU in the guest, one
 * file of guest memory is mapped in thousands of small pieces; each file is
 * mapped here once, as a whole, and the pieces only count references. That
 * keeps DMA_MAP cheap and stays far from the kernel's limit on mappings.
 *
 * A client may truncate its file at any time. axm_sigbus_guard() turns the
 * SIGBUS of an access to the missing part into a read of zeros.
 *
 * Everything here is called with the drain lock of the maps.
 */
#include "vfu.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

static struct vfu_file *find(struct vfu_maps *maps, const struct stat *st,
			     uint64_t end, bool write, struct vfu_file **unused)
{
	*unused = NULL;
	for (unsigned int i = 0; i < VFU_MAX_FILES; i++) {
		struct vfu_file *file = &maps->file[i];

		if (!file->base)
			*unused = file;
		else if (file->device == st->st_dev &&
			 file->inode == st->st_ino && file->size >= end &&
			 (file->writable || !write))
			return file;
	}
	return NULL;
}

static int map_whole(struct vfu_file *file, int fd, const struct stat *st)
{
	uint64_t size = (uint64_t)st->st_size;
	int prot = PROT_READ | PROT_WRITE;
	void *base;

	base = mmap(NULL, size, prot, MAP_SHARED | MAP_NORESERVE, fd, 0);
	if (base == MAP_FAILED && errno == EACCES) {
		prot = PROT_READ;
		base = mmap(NULL, size, prot, MAP_SHARED | MAP_NORESERVE, fd,
			    0);
	}
	if (base == MAP_FAILED)
		return -errno;
	/* Guest memory does not belong in a core dump of the model. */
	madvise(base, size, MADV_DONTDUMP);
	file->base = base;
	file->size = size;
	file->device = st->st_dev;
	file->inode = st->st_ino;
	file->writable = prot & PROT_WRITE;
	file->users = 0;
	return 0;
}

int vfu_file_get(struct vfu_maps *maps, int fd, uint64_t offset, uint64_t size,
		 bool write, struct vfu_file **out)
{
	struct vfu_file *file, *unused;
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uint64_t)st.st_size > VFU_MAX_FILE_SIZE)
		return -EINVAL;
	if (offset > (uint64_t)st.st_size ||
	    size > (uint64_t)st.st_size - offset)
		return -EINVAL;
	file = find(maps, &st, offset + size, write, &unused);
	if (!file) {
		if (!unused)
			return -ENOSPC;
		ret = map_whole(unused, fd, &st);
		if (ret)
			return ret;
		file = unused;
		if (write && !file->writable) {
			file->users = 1;
			vfu_file_put(file);
			return -EACCES;
		}
	}
	file->users++;
	*out = file;
	return 0;
}

void vfu_file_put(struct vfu_file *file)
{
	if (--file->users)
		return;
	munmap(file->base, file->size);
	file->base = NULL;
}
