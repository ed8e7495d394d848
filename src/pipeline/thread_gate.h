/*
 * Where a pipeline's threads wait for the common start, and where the main thread waits for them:
 * until all are ready, and until all have ended.
 */
#ifndef TIDEMILL_PIPELINE_THREAD_GATE_H
#define TIDEMILL_PIPELINE_THREAD_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct thread_gate {
    int64_t start_ns; /* clock_now_ns(); valid once the gate is open */
    bool spins;       /* threads have a core each: they spin up to the start */
    _Atomic uint32_t state;
    _Atomic uint32_t ready; /* threads that have reached the gate; a bell */
    _Atomic uint32_t left;  /* threads that have not ended; a bell */
};

void thread_gate_init(struct thread_gate *gate, uint32_t threads, bool spins);

/* A thread's side: sleeps until the start; false when the gate is cancelled instead. */
bool thread_gate_pass(struct thread_gate *gate);

/* A thread's last act. */
void thread_gate_leave(struct thread_gate *gate);

/* The main thread's side: returns when 'threads' threads have reached the gate. */
void thread_gate_await(struct thread_gate *gate, uint32_t threads);

/* Lets the threads start at 'start_ns', an instant of clock_now_ns(). */
void thread_gate_open(struct thread_gate *gate, int64_t start_ns);

/* Sends the threads to their end; without effect on an open gate. */
void thread_gate_cancel(struct thread_gate *gate);

/* Waits up to 'limit_ns' for the end of all threads; false when some are left. */
bool thread_gate_wait(struct thread_gate *gate, int64_t limit_ns);

static inline uint32_t thread_gate_left(const struct thread_gate *gate)
{
    return atomic_load_explicit(&gate->left, memory_order_acquire);
}

#endif
