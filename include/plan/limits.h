/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a writer must stop or wait. Pure: time comes in as an argument, in ns since the phase's
 * start gate.
 */
#ifndef TIDEMILL_PLAN_LIMITS_H
#define TIDEMILL_PLAN_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct limits {
    int64_t deadline_ns; /* no new request from here on; 0 = none */
    bool equalise;       /* except those that equalise the ranks (plan/tail.h) */
    int64_t tail_ns;     /* ... for this long at most; 0 = any time */
    uint64_t
        writer_rate; /* bytes or operations per second of this writer; 0 = as fast as it goes */
};

/* May no further request start at 'now_ns'? Those in flight are finished. */
static inline bool limits_over(const struct limits *limits, int64_t now_ns)
{
    return limits->deadline_ns && now_ns >= limits->deadline_ns;
}

/* Has the time to equalise the ranks passed too? */
bool limits_tail_over(const struct limits *limits, int64_t now_ns);

/* Returns the time from 'now_ns' to the next of these two instants; INT64_MAX if there is none. */
int64_t limits_left(const struct limits *limits, int64_t now_ns);

/* As limits_due, under a rate. */
int64_t limits_due_by_rate(const struct limits *limits, uint64_t bytes);

/* The instant from which 'bytes' may have been sent: a request may start when it and all before it
 * are within the rate, counted from the start gate. So a rate is never exceeded, and a slow request
 * is caught up afterwards. 0 without rate. */
static inline int64_t limits_due(const struct limits *limits, uint64_t bytes)
{
    return limits->writer_rate ? limits_due_by_rate(limits, bytes) : 0;
}

/* The bytes that a rate requires until the deadline; 0 without either. */
uint64_t limits_required(const struct limits *limits);

#endif
