/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>

#include "platform/clock.h"
#include "platform/thread.h"
#include "platform/thread_gate.h"
#include "timed.h"

enum { THREADS = 4, SOON_NS = 20 * 1000 * 1000, LONG_NS = 1000 * 1000 * 1000 };

struct runner {
    struct thread handle;
    struct thread_gate *gate;
    bool passed;
    int64_t passed_ns;
};

static void run(void *argument)
{
    struct runner *runner = argument;
    runner->passed = thread_gate_pass(runner->gate);
    runner->passed_ns = clock_now_ns();
    thread_gate_leave(runner->gate);
}

static void start(struct thread_gate *gate, struct runner *runners, bool spins)
{
    thread_gate_init(gate, THREADS, spins);
    for (int i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){.gate = gate};
        assert_int_equal(thread_start(&runners[i].handle, "runner", run, &runners[i], NULL), 0);
    }
    thread_gate_await(gate, THREADS);
    assert_int_equal(thread_gate_left(gate), THREADS);
    assert_false(thread_gate_wait(gate, SOON_NS)); /* no thread passes a closed gate */
}

static void finish(struct thread_gate *gate, struct runner *runners)
{
    while (!thread_gate_wait(gate, LONG_NS))
        ;
    for (int i = 0; i < THREADS; i++)
        thread_join(&runners[i].handle);
}

static void test_no_thread_starts_early(void **state)
{
    (void)state;
    for (int spins = 0; spins < 2; spins++) {
        struct thread_gate gate;
        struct runner runners[THREADS];
        start(&gate, runners, spins);
        int64_t start_ns = clock_now_ns() + SOON_NS;
        thread_gate_open(&gate, start_ns);
        thread_gate_cancel(&gate); /* too late */
        finish(&gate, runners);
        for (int i = 0; i < THREADS; i++) {
            assert_true(runners[i].passed);
            assert_true(runners[i].passed_ns >= start_ns);
        }
    }
}

static void test_no_thread_passes_a_cancelled_gate(void **state)
{
    (void)state;
    struct thread_gate gate;
    struct runner runners[THREADS];
    start(&gate, runners, false);
    thread_gate_cancel(&gate);
    finish(&gate, runners);
    for (int i = 0; i < THREADS; i++)
        assert_false(runners[i].passed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_no_thread_starts_early),
        timed_test(test_no_thread_passes_a_cancelled_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
