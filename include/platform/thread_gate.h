/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate where the threads of a phase wait for the common start. The main thread waits there
 * until all are ready, and until all have ended.
 */
#ifndef TIDEMILL_PLATFORM_THREAD_GATE_H
#define TIDEMILL_PLATFORM_THREAD_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct thread_gate {
    int64_t start_ns; /* clock_now_ns(); valid once the gate is open */
    bool spins;       /* spin before the start, as each thread has its own core */
    _Atomic uint32_t state;
    _Atomic uint32_t ready; /* threads that have reached the gate */
    _Atomic uint32_t left;  /* threads that have not ended */
};

void thread_gate_init(struct thread_gate *gate, uint32_t threads, bool spins);

/* Called by each thread: waits for the start; false if the gate is cancelled. */
bool thread_gate_pass(struct thread_gate *gate);

/* Called by each thread at its end; it may access nothing that the main thread frees after that. */
void thread_gate_leave(struct thread_gate *gate);

/* Called by the main thread, as all below: waits until 'threads' threads have reached the gate. */
void thread_gate_await(struct thread_gate *gate, uint32_t threads);

/* Lets the threads start at 'start_ns' of clock_now_ns(). */
void thread_gate_open(struct thread_gate *gate, int64_t start_ns);

/* Makes thread_gate_pass return false; no effect on an open gate. */
void thread_gate_cancel(struct thread_gate *gate);

/* Waits up to 'limit_ns' for the end of all threads; true if they have ended. */
bool thread_gate_wait(struct thread_gate *gate, int64_t limit_ns);

static inline uint32_t thread_gate_left(const struct thread_gate *gate)
{
    return atomic_load_explicit(&gate->left, memory_order_acquire);
}

#endif
