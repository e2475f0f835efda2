/* SPDX-License-Identifier: MIT */
/*
 * What QEMU's "edu" device can do beyond what all devices can; see axl_edu(3).
 * The context must be one on an edu device, else -EOPNOTSUPP.
 */
#ifndef AXL_EDU_H
#define AXL_EDU_H

#include <axl/axle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Largest number whose factorial the device can hold. */
#define AXL_EDU_FACTORIAL_MAX 12
/* Bytes that one copy can have. */
#define AXL_EDU_COPY_MAX 4096

int axl_edu_factorial(struct axl_context *context, uint32_t n,
		      uint32_t *result);
/* Through the device's own buffer; dst may be src. */
int axl_edu_copy(struct axl_context *context, void *dst, const void *src,
		 size_t size);

#ifdef __cplusplus
}
#endif

#endif
