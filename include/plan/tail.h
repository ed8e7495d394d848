/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --equalise: when the time is over, each I/O thread reports how much it has sent, and the threads
 * of all ranks continue to the goal, the highest of these amounts. The goal is known in parts:
 * threads below the highest amount so far continue at once, the others wait until all have
 * reported. Amounts are bytes or operations, as the phase counts.
 */
#ifndef TIDEMILL_PLAN_TAIL_H
#define TIDEMILL_PLAN_TAIL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/limits.h"

/* How long a thread at the goal sleeps before it checks whether the goal has grown. */
enum { TAIL_NAP_NS = 1000 * 1000 };

/* The main thread writes it, I/O threads read it. */
struct tail_goal {
    _Atomic uint64_t amount;
    _Atomic bool settled; /* all ranks have reported; stored last */
};

/* An I/O thread writes it, the main thread reads it. */
struct tail_report {
    _Atomic uint64_t sent; /* when the time was over, plus 1; 0: not yet */
};

enum tail_state { TAIL_CONTINUES, TAIL_WAITS, TAIL_ENDS };

/* Whether a thread that has sent this amount may send more. */
static inline enum tail_state tail_state(const struct limits *limits, const struct tail_goal *goal,
                                         int64_t now_ns, uint64_t sent)
{
    if (!limits_over(limits, now_ns))
        return TAIL_CONTINUES;
    if (!limits->equalise || limits_tail_over(limits, now_ns))
        return TAIL_ENDS;
    const bool settled = atomic_load_explicit(&goal->settled, memory_order_acquire);
    if (sent < atomic_load_explicit(&goal->amount, memory_order_relaxed))
        return TAIL_CONTINUES;
    return settled ? TAIL_ENDS : TAIL_WAITS;
}

/* Whether the thread is behind the others: the tail was ended before it reached the goal. */
static inline bool tail_is_behind(const struct limits *limits, const struct tail_goal *goal,
                                  int64_t now_ns, uint64_t sent)
{
    return limits->equalise && limits_over(limits, now_ns) &&
           (!atomic_load_explicit(&goal->settled, memory_order_acquire) ||
            sent < atomic_load_explicit(&goal->amount, memory_order_relaxed));
}

static inline void tail_set_goal(struct tail_goal *goal, uint64_t amount, bool settled)
{
    atomic_store_explicit(&goal->amount, amount, memory_order_relaxed);
    atomic_store_explicit(&goal->settled, settled, memory_order_release);
}

static inline void tail_set_sent(struct tail_report *report, uint64_t sent)
{
    atomic_store_explicit(&report->sent, sent + 1, memory_order_relaxed);
}

/* Adds a report to the highest amount; false if there is none yet. */
static inline bool tail_add_report(const struct tail_report *report, uint64_t *most)
{
    const uint64_t sent = atomic_load_explicit(&report->sent, memory_order_relaxed);
    if (sent > *most + 1)
        *most = sent - 1;
    return sent > 0;
}

#endif
