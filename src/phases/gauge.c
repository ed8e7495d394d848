/* SPDX-License-Identifier: Apache-2.0 */
#include "gauge.h"

#include <stdio.h>
#include <stdlib.h>

/* A quarter of a second at first: the kernel's counters count milliseconds. */
enum { FIRST_INTERVAL_NS = 1 << 28 };

static void take(struct gauge *gauge)
{
    if (gauge->count == GAUGE_READINGS) { /* every other one stays, the first among them */
        for (uint32_t i = 1; 2 * i < gauge->count; i++)
            gauge->readings[i] = gauge->readings[2 * i];
        gauge->count = gauge->count / 2 + 1;
        gauge->interval_ns *= 2;
    }
    meter_read(gauge->device, &gauge->readings[gauge->count++]);
}

struct gauge *gauge_start(const char *device, int64_t start_ns)
{
    struct gauge *gauge = calloc(1, sizeof *gauge);
    if (!gauge)
        return NULL;
    snprintf(gauge->device, sizeof gauge->device, "%s", device);
    gauge->start_ns = start_ns;
    gauge->interval_ns = FIRST_INTERVAL_NS;
    return gauge;
}

void gauge_sample(struct gauge *gauge, int64_t now_ns)
{
    if (!gauge || now_ns < gauge->start_ns)
        return;
    if (!gauge->count) {
        take(gauge);
        return;
    }
    int64_t last_ns = gauge->readings[gauge->count - 1].at_ns - gauge->start_ns;
    int64_t next_ns = last_ns / gauge->interval_ns + 1;
    if (now_ns - gauge->start_ns >= next_ns * gauge->interval_ns)
        take(gauge);
}

void gauge_take(struct gauge *gauge)
{
    if (gauge)
        take(gauge);
}
