/* SPDX-License-Identifier: Apache-2.0 */
#include "ring.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "platform/clock.h"
#include "platform/park.h"

enum { POLLS_BEFORE_YIELD = 64 };

int ring_init(struct ring *ring, uint32_t capacity)
{
    uint32_t size = 2;
    if (capacity > RING_CAPACITY_MAX)
        return -ENOMEM;
    while (size < capacity)
        size *= 2;
    struct ring_cell *cells = calloc(size, sizeof *cells);
    if (!cells)
        return -ENOMEM;
    for (uint32_t i = 0; i < size; i++)
        atomic_init(&cells[i].sequence, i);
    ring->cells = cells;
    ring->mask = size - 1;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->sleepers, 0);
    atomic_init(&ring->bell, 0);
    return 0;
}

void ring_release(struct ring *ring)
{
    free(ring->cells);
    ring->cells = NULL;
}

static void wake_sleepers(struct ring *ring, uint32_t sleepers)
{
    atomic_fetch_add_explicit(&ring->bell, 1, memory_order_release);
    park_wake(&ring->bell, (int)sleepers);
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Claims the next cell to fill. A taker that was preempted between its two steps still holds the
 * cell; it needs a core to continue, so yield instead of spinning. */
static uint32_t claim_tail(struct ring *ring)
{
    uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    for (uint32_t polls = 1;; polls++) {
        const struct ring_cell *cell = &ring->cells[tail & ring->mask];
        uint32_t sequence = atomic_load_explicit(&cell->sequence, memory_order_acquire);
        if (sequence == tail) {
            if (atomic_compare_exchange_weak_explicit(&ring->tail, &tail, tail + 1,
                                                      memory_order_relaxed, memory_order_relaxed))
                return tail;
            continue;
        }
        if (polls % POLLS_BEFORE_YIELD)
            relax();
        else
            sched_yield();
        tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    }
}

/* Stores 'sequence'; ring_wake then reads 'sleepers'. ring_take_wait stores 'sleepers', then reads
 * 'sequence'. All four accesses are sequentially consistent, so at least one of the two threads
 * sees the store of the other. */
void ring_put_quietly(struct ring *ring, uint32_t value)
{
    uint32_t tail = claim_tail(ring);
    struct ring_cell *cell = &ring->cells[tail & ring->mask];
    cell->value = value;
    atomic_store_explicit(&cell->sequence, tail + 1, memory_order_seq_cst);
}

void ring_wake(struct ring *ring, uint32_t count)
{
    if (atomic_load_explicit(&ring->sleepers, memory_order_seq_cst))
        wake_sleepers(ring, count);
}

void ring_put(struct ring *ring, uint32_t value)
{
    ring_put_quietly(ring, value);
    ring_wake(ring, 1);
}

bool ring_take(struct ring *ring, uint32_t *value)
{
    uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (;;) {
        struct ring_cell *cell = &ring->cells[head & ring->mask];
        uint32_t sequence = atomic_load_explicit(&cell->sequence, memory_order_seq_cst);
        int32_t ahead = (int32_t)(sequence - (head + 1));
        if (ahead < 0)
            return false;
        if (ahead > 0) {
            head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        } else if (atomic_compare_exchange_weak_explicit(
                       &ring->head, &head, head + 1, memory_order_relaxed, memory_order_relaxed)) {
            *value = cell->value;
            atomic_store_explicit(&cell->sequence, head + ring->mask + 1, memory_order_release);
            return true;
        }
    }
}

static bool spin_take(struct ring *ring, uint32_t *value, int64_t spin_ns)
{
    int64_t end_ns = clock_now_ns() + spin_ns;
    do {
        for (int i = 0; i < 16; i++) {
            if (ring_take(ring, value))
                return true;
            relax();
        }
    } while (clock_now_ns() < end_ns);
    return false;
}

bool ring_take_wait(struct ring *ring, uint32_t *value, uint32_t bell, int64_t spin_ns,
                    int64_t limit_ns)
{
    if (ring_take(ring, value) || (spin_ns > 0 && spin_take(ring, value, spin_ns)))
        return true;
    atomic_fetch_add_explicit(&ring->sleepers, 1, memory_order_seq_cst);
    bool taken = ring_take(ring, value);
    if (!taken) {
        park_wait(&ring->bell, bell, limit_ns);
        taken = ring_take(ring, value);
    }
    atomic_fetch_sub_explicit(&ring->sleepers, 1, memory_order_relaxed);
    return taken;
}

void ring_wake_all(struct ring *ring)
{
    wake_sleepers(ring, INT32_MAX);
}
