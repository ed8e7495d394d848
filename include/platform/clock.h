/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The clocks. Durations are measured with CLOCK_MONOTONIC only; the wall clock is only for output.
 * Monotonic values of different hosts (or time namespaces) must never be compared.
 */
#ifndef TIDEMILL_PLATFORM_CLOCK_H
#define TIDEMILL_PLATFORM_CLOCK_H

#include <stdint.h>

enum { CLOCK_TEXT = 32 };

/* Returns CLOCK_MONOTONIC in ns; any thread. */
int64_t clock_now_ns(void);

/* Returns the wall clock in ns since 1970: for comparison and output, not for measuring
 * durations. */
int64_t clock_wall_ns(void);

/* Returns the CPU time of the calling thread in ns. */
int64_t clock_thread_cpu_ns(void);

/* Sleeps until clock_now_ns() is 'until_ns', even if signals arrive. */
void clock_sleep_until_ns(int64_t until_ns);

/* Sleeps for 'duration_ns', even if signals arrive; returns at once for values <= 0. */
void clock_sleep_ns(int64_t duration_ns);

/* Format the wall clock: "2026-11-25T01:35:02Z", and "20261125T013502Z" for file names. */
void clock_utc(char out[CLOCK_TEXT]);
void clock_utc_compact(char out[CLOCK_TEXT]);

#endif
