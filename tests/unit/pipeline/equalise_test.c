/* SPDX-License-Identifier: Apache-2.0 */
/* --equalise in one rank: after the deadline all I/O threads report, and continue to the goal. The
 * test is the main thread, so what happens does not depend on time. */
#include "unit.h"

#include "ending.h"
#include "fake_engine.h"
#include "timed.h"

enum { THREADS = 3, MORE = 7, NAP_NS = 1000 * 1000 };

static void setup_equalising(struct pipeline_setup *setup)
{
    setup->limits.deadline_ns = 5 * 1000 * 1000;
    setup->limits.equalise = true;
}

/* Returns the highest amount when all threads have reported. */
static uint64_t reports(const struct rig *rig)
{
    uint64_t most = 0;
    while (!pipeline_reports(rig->pipeline, &most))
        clock_sleep_ns(NAP_NS);
    return most;
}

static void assert_all_have(const struct rig *rig, uint64_t bytes, int64_t behind)
{
    for (uint32_t i = 0; i < THREADS; i++) {
        const struct counters *counters = &pipeline_outcome(rig->pipeline, i)->counters;
        assert_int_equal(counters->bytes, bytes);
        assert_int_equal(counters->threads_behind, behind);
        assert_true(counters->deadline_bytes <= counters->bytes);
        if (rig->job != JOB_READ)
            rig_check_counts(rig, i);
    }
}

/* To a goal that grows, and then is final. */
static void run_to_goal(struct rig *rig, struct pipeline_setup *setup)
{
    setup_equalising(setup);
    start(rig, setup);
    const uint64_t most = reports(rig);
    pipeline_set_goal(rig->pipeline, most, false);
    const uint64_t goal = most + (uint64_t)MORE * REQUEST;
    pipeline_set_goal(rig->pipeline, goal, false);
    while (pipeline_bytes(rig->pipeline) < THREADS * goal)
        clock_sleep_ns(NAP_NS);
    assert_false(pipeline_wait(rig->pipeline, NAP_NS)); /* the goal may grow */
    pipeline_set_goal(rig->pipeline, goal, true);
    rig_wait(rig);
    assert_all_have(rig, goal, 0);
}

static void all_threads_reach_the_goal(void **state)
{
    (void)state;
    const struct engine_kind *const engines[] = {async_engine(), engine_kind_of(ENGINE_PWRITE),
                                                 engine_kind_of(ENGINE_PWRITEV)};
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY};
    for (size_t i = 0; i < 6; i++) {
        struct rig rig;
        struct pipeline_setup setup = setup_for(engines[i / 2]);
        rig_start(&rig, LAYOUT_WRITER, THREADS, MANY_BYTES, REQUEST);
        rig.job = jobs[i % 2];
        setup.mode.batch = 4;
        run_to_goal(&rig, &setup);
        rig.job = JOB_CHECK; /* exactly that is read back */
        struct pipeline_setup reading = setup_for(engines[i / 2]);
        if (jobs[i % 2] == JOB_WRITE) {
            rig_run(&rig, &reading, NEVER);
            assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
        }
        rig_end(&rig);
    }
}

static void reading_reaches_the_goal_too(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.drop = fake.shuffle = true;
    struct pipeline_setup setup = setup_for(&fake.kind);
    enum { PLACES = 20000 };
    rig_start(&rig, LAYOUT_WRITER, THREADS, (uint64_t)THREADS * PLACES * REQUEST, REQUEST);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_READ;
    setup.limits.writer_rate = 2000 * REQUEST; /* or they may have read all in time */
    run_to_goal(&rig, &setup);
    rig_end(&rig);
}

/* A thread that has no more to do ends before the goal, and is not behind. */
static void a_goal_beyond_the_plan_ends_with_the_plan(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    enum { PLACES = 50 };
    fake_start(&fake);
    fake.drop = true;
    struct pipeline_setup setup = setup_for(&fake.kind);
    setup_equalising(&setup);
    rig_start(&rig, LAYOUT_WRITER, THREADS, (uint64_t)THREADS * PLACES * REQUEST, REQUEST);
    start(&rig, &setup);
    reports(&rig);
    pipeline_set_goal(rig.pipeline, UINT64_MAX / 2, false);
    rig_wait(&rig);
    assert_all_have(&rig, (uint64_t)PLACES * REQUEST, 0);
    rig_end(&rig);
}

static void a_stop_ends_a_thread_that_waits(void **state)
{
    (void)state;
    struct rig rig;
    struct pipeline_setup setup = setup_for(async_engine());
    setup_equalising(&setup);
    rig_start(&rig, LAYOUT_WRITER, THREADS, MANY_BYTES, REQUEST);
    start(&rig, &setup);
    reports(&rig);
    assert_false(pipeline_wait(rig.pipeline, 2 * NAP_NS));
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(pipeline_outcome(rig.pipeline, i)->counters.threads_behind, 1);
    rig_end(&rig);
}

static void the_tail_is_limited(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.drop = true;
    struct pipeline_setup setup = setup_for(&fake.kind);
    setup_equalising(&setup);
    setup.limits.tail_ns = 3 * NAP_NS;
    rig_start(&rig, LAYOUT_WRITER, THREADS, MANY_BYTES, REQUEST);
    start(&rig, &setup);
    rig_wait(&rig); /* the main thread never sets a goal */
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(pipeline_outcome(rig.pipeline, i)->counters.threads_behind, 1);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(all_threads_reach_the_goal),
        timed_test(reading_reaches_the_goal_too),
        timed_test(a_goal_beyond_the_plan_ends_with_the_plan),
        timed_test(a_stop_ends_a_thread_that_waits),
        timed_test(the_tail_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
