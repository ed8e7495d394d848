/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for a word to change, and waking the waiting threads (Linux futex, private to the
 * process). The only system call in the hot path besides I/O and the clock.
 */
#ifndef TIDEMILL_PLATFORM_PARK_H
#define TIDEMILL_PLATFORM_PARK_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleeps while *word == expected, for at most 'limit_ns' (< 0: no limit). Spurious returns are
 * possible; the caller checks the word again. */
void park_wait(_Atomic uint32_t *word, uint32_t expected, int64_t limit_ns);

void park_wake(_Atomic uint32_t *word, int count);
void park_wake_all(_Atomic uint32_t *word);

#endif
