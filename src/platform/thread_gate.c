/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/thread_gate.h"

#include "platform/clock.h"
#include "platform/park.h"

enum { CLOSED, OPEN, CANCELLED };

enum {
    AWAKE_NS = 200 * 1000, /* how long before the start a spinning thread wakes up */
};

void thread_gate_init(struct thread_gate *gate, uint32_t threads, bool spins)
{
    gate->spins = spins;
    atomic_init(&gate->state, CLOSED);
    atomic_init(&gate->ready, 0);
    atomic_init(&gate->left, threads);
}

/* A sleep ends late by the time that a wake-up takes; spinning avoids that. */
static void wait_for_start(const struct thread_gate *gate)
{
    clock_sleep_until_ns(gate->start_ns - (gate->spins ? AWAKE_NS : 0));
    while (gate->spins && clock_now_ns() < gate->start_ns)
        ;
}

bool thread_gate_pass(struct thread_gate *gate)
{
    atomic_fetch_add_explicit(&gate->ready, 1, memory_order_release);
    park_wake_all(&gate->ready);
    uint32_t state;
    while ((state = atomic_load_explicit(&gate->state, memory_order_acquire)) == CLOSED)
        park_wait(&gate->state, CLOSED, -1);
    if (state == CANCELLED)
        return false;
    wait_for_start(gate);
    return true;
}

void thread_gate_leave(struct thread_gate *gate)
{
    atomic_fetch_sub_explicit(&gate->left, 1, memory_order_release);
    park_wake_all(&gate->left);
}

void thread_gate_await(struct thread_gate *gate, uint32_t threads)
{
    uint32_t ready;
    while ((ready = atomic_load_explicit(&gate->ready, memory_order_acquire)) < threads)
        park_wait(&gate->ready, ready, -1);
}

static void set_state(struct thread_gate *gate, uint32_t state)
{
    atomic_store_explicit(&gate->state, state, memory_order_release);
    park_wake_all(&gate->state);
}

void thread_gate_open(struct thread_gate *gate, int64_t start_ns)
{
    gate->start_ns = start_ns;
    set_state(gate, OPEN);
}

void thread_gate_cancel(struct thread_gate *gate)
{
    if (atomic_load_explicit(&gate->state, memory_order_relaxed) == CLOSED)
        set_state(gate, CANCELLED);
}

bool thread_gate_wait(struct thread_gate *gate, int64_t limit_ns)
{
    int64_t start_ns = clock_now_ns();
    uint32_t left;
    while ((left = thread_gate_left(gate))) {
        int64_t left_ns = limit_ns - (clock_now_ns() - start_ns);
        if (left_ns <= 0)
            return false;
        park_wait(&gate->left, left, left_ns);
    }
    return true;
}
