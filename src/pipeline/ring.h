/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded queue of buffer numbers for any number of threads at both ends; takers may sleep while
 * it is empty. The cells have sequence numbers (D. Vyukov's bounded MPMC queue). Sleeping uses an
 * event count on a futex, so ring_put makes no system call unless a thread sleeps.
 *
 * The capacity covers all numbers that can ever be in the ring, so ring_put never fails. What a
 * thread wrote before ring_put is visible after ring_take. No wake-up is lost, not even one of
 * ring_wake_all, if the sleeper calls ring_listen before it checks what else it waits for.
 */
#ifndef TIDEMILL_PIPELINE_RING_H
#define TIDEMILL_PIPELINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    RING_LINE = 128, /* two cache lines: the adjacent-line prefetcher pairs them */
    RING_CAPACITY_MAX = 1 << 30,
};

struct ring_cell {
    _Atomic uint32_t sequence;
    uint32_t value;
};

struct ring {
    struct ring_cell *cells;
    uint32_t mask;
    _Alignas(RING_LINE) _Atomic uint32_t head; /* next to take */
    _Alignas(RING_LINE) _Atomic uint32_t tail; /* next to put */
    _Alignas(RING_LINE) _Atomic uint32_t sleepers;
    _Atomic uint32_t bell; /* changes whenever sleepers must check again */
};

/* Creates a ring for at least 'capacity' numbers. -ENOMEM, also above RING_CAPACITY_MAX. */
int ring_init(struct ring *ring, uint32_t capacity);
void ring_release(struct ring *ring);

/* Adds a number and wakes one sleeper, if any. */
void ring_put(struct ring *ring, uint32_t value);

/* Adds a number without waking any sleeper: ring_wake must follow. */
void ring_put_quietly(struct ring *ring, uint32_t value);

/* Wakes sleepers, at most 'count' of them, if any. */
void ring_wake(struct ring *ring, uint32_t count);

/* Removes the oldest number; false if the ring is empty. */
bool ring_take(struct ring *ring, uint32_t *value);

/* Returns the 'bell' argument of ring_take_wait. Call it before checking what else ends the wait.
 */
static inline uint32_t ring_listen(const struct ring *ring)
{
    return atomic_load_explicit(&ring->bell, memory_order_acquire);
}

/* Removes a number; if the ring is empty, polls for 'spin_ns', then sleeps up to 'limit_ns' (< 0:
 * no limit). False if none came in time, or if the bell has rung since 'bell' was read: the caller
 * must check again. */
bool ring_take_wait(struct ring *ring, uint32_t *value, uint32_t bell, int64_t spin_ns,
                    int64_t limit_ns);

/* Wakes every sleeper after a change of another condition, which must be stored before. */
void ring_wake_all(struct ring *ring);

#endif
