/* SPDX-License-Identifier: MIT */
/* What a thread says to its processor while it looks at a word again. */
#ifndef VNPU_RELAX_H
#define VNPU_RELAX_H

#if defined(__x86_64__) || defined(__i386__)
#define vnpu_relax() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define vnpu_relax() __asm__ volatile("isb" ::: "memory")
#else
#define vnpu_relax() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#endif

#endif
