/*
 * Waiting for a word to change, and waking who waits (Linux futex, private to the process). The
 * only system call that the hot path may make besides the I/O and the clock.
 */
#ifndef TIDEMILL_PLATFORM_PARK_H
#define TIDEMILL_PLATFORM_PARK_H

#include <stdatomic.h>
#include <stdint.h>

/* Sleeps while *word == expected, for at most 'limit_ns' (< 0: without limit). May return early
 * for no reason; the caller looks again. */
void park_wait(_Atomic uint32_t *word, uint32_t expected, int64_t limit_ns);

void park_wake(_Atomic uint32_t *word, int count);
void park_wake_all(_Atomic uint32_t *word);

#endif
