/* SPDX-License-Identifier: Apache-2.0 */
/* Early ends: deadline, rate, stop, close. */
#include "unit.h"

#include "ending.h"
#include "fake_engine.h"
#include "property.h"
#include "ring_threads.h"
#include "timed.h"

static void test_a_deadline_ends_writing(void **state)
{
    (void)state;
    const struct engine_kind *const engines[] = {async_engine(), engine_kind_of(ENGINE_PWRITE)};
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        struct pipeline_setup setup = setup_for(engines[i]);
        /* long enough that each thread sends a request, even on a busy machine */
        setup.limits.deadline_ns = 250 * 1000 * 1000;
        setup.sync = true;
        rig_start(&rig, LAYOUT_RANK, 3, MANY_BYTES, REQUEST);
        start(&rig, &setup);
        rig_wait(&rig);
        check_part(&rig);
        for (uint32_t w = 0; w < rig.io_threads; w++) {
            const struct outcome *outcome = pipeline_outcome(rig.pipeline, w);
            assert_int_equal(outcome->failure.code, 0);
            assert_true(outcome->counters.requests > 0);
            assert_true(outcome->counters.first_ns < setup.limits.deadline_ns);
        }
        /* only what was acknowledged is read back */
        setup = setup_for(engines[i]);
        rig.job = JOB_CHECK;
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
        rig_end(&rig);
    }
}

/* The deadline also holds while the rate keeps all threads idle: nothing is sent after it. */
static void test_a_deadline_holds_for_a_slow_rate(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.drop = true;
    struct pipeline_setup setup = setup_for(&fake.kind);
    setup.limits = (struct limits){.deadline_ns = 500 * 1000 * 1000, .writer_rate = 10 * REQUEST};
    rig_start(&rig, LAYOUT_RANK, 2, MANY_BYTES, REQUEST);
    start(&rig, &setup);
    rig_wait(&rig);
    for (uint32_t i = 0; i < 2; i++) {
        int64_t requests = pipeline_outcome(rig.pipeline, i)->counters.requests;
        assert_true(requests >= 1 && requests <= 5); /* due at 0, 100, 200, 300 and 400 ms */
        rig_check_counts(&rig, i);
    }
    rig_end(&rig);
}

/* No request starts before the rate allows it. */
static void test_a_rate_is_kept(void **state)
{
    (void)state;
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY, JOB_READ};
    for (size_t i = 0; i < 3; i++) {
        struct rig rig;
        struct pipeline_setup setup = setup_for(engine_kind_of(ENGINE_NULL));
        enum { PLACES = 40, RATE = 4096 * 100 };
        rig_start(&rig, LAYOUT_RANK, 2, 2 * PLACES * REQUEST, REQUEST);
        rig_run(&rig, &setup, NEVER);
        rig.job = jobs[i];
        setup.limits.writer_rate = RATE;
        rig_run(&rig, &setup, NEVER);
        for (uint32_t w = 0; w < 2; w++) {
            const struct counters *counters = &pipeline_outcome(rig.pipeline, w)->counters;
            assert_int_equal(counters->requests, PLACES);
            assert_true(counters->last_ns >= limits_due(&setup.limits, (uint64_t)PLACES * REQUEST));
            assert_true(counters->first_ns >= limits_due(&setup.limits, REQUEST));
            assert_true(counters->writer_paced_ns > 0);
        }
        rig_end(&rig);
    }
}

static void stop_once(struct property *property, const struct engine_kind *engine)
{
    struct rig rig;
    struct pipeline_setup setup = setup_for(engine);
    uint32_t io_threads = 1 + (uint32_t)property_below(property, RIG_THREADS);
    setup.buffers = io_threads + (uint32_t)property_below(property, 30);
    setup.data_threads = 1 + (uint32_t)property_below(property, 4);
    setup.spin_ns = property_below(property, 2) ? 20000 : 0;
    rig_start(&rig, LAYOUT_WRITER, io_threads, MANY_BYTES, REQUEST);
    rig.job = property_below(property, 4) ? JOB_WRITE : JOB_WRITE_READY;
    start(&rig, &setup);
    clock_sleep_ns((int64_t)property_below(property, 4000000));
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    if (rig.job == JOB_WRITE) {
        check_part(&rig);
        rig.job = JOB_CHECK;
        rig_tasks(&rig, NEVER);
        assert_int_equal(rig_open(&rig, &setup, NULL), 0);
        pipeline_go_at(rig.pipeline, clock_now_ns());
        clock_sleep_ns((int64_t)property_below(property, 1000000));
        pipeline_stop(rig.pipeline);
        rig_wait(&rig);
        const struct counters *checked = pipeline_data_counters(rig.pipeline);
        uint64_t sum = 0;
        for (uint32_t i = 0; i < io_threads; i++)
            sum += (uint64_t)pipeline_outcome(rig.pipeline, i)->counters.bytes;
        assert_int_equal(checked->bad_blocks, 0);
        assert_int_equal(checked->producer_bytes, sum); /* all that was read was checked */
    }
    rig_end(&rig);
}

static void test_a_stop_at_any_moment(void **state)
{
    (void)state;
    static struct fake fake;
    struct property property = property_start("stops");
    for (int i = 0; i < 40; i++) {
        fake_start(&fake);
        fake.shuffle = true;
        fake.hold = (uint32_t)property_below(&property, 3);
        const struct engine_kind *const engines[] = {async_engine(), engine_kind_of(ENGINE_PWRITE),
                                                     &fake.kind};
        stop_once(&property, engines[property_below(&property, 3)]);
    }
}

static void test_a_stop_before_the_start(void **state)
{
    (void)state;
    static struct fake fake;
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY, JOB_READ, JOB_CHECK};
    for (size_t i = 0; i < 4; i++) {
        struct rig rig;
        fake_start(&fake);
        struct pipeline_setup setup = setup_for(&fake.kind);
        rig_start(&rig, LAYOUT_RANK, 2, 20 * REQUEST, REQUEST);
        rig_run(&rig, &setup, NEVER);
        uint64_t before = fake.submitted;
        rig.job = jobs[i];
        rig_tasks(&rig, NEVER);
        assert_int_equal(rig_open(&rig, &setup, NULL), 0);
        assert_false(pipeline_wait(rig.pipeline, 1000000));
        pipeline_stop(rig.pipeline);
        pipeline_go_at(rig.pipeline, clock_now_ns());
        rig_wait(&rig);
        assert_int_equal(fake.submitted, before);
        assert_int_equal(pipeline_bytes(rig.pipeline), 0);
        rig_end(&rig);
        assert_int_equal(fake.opened, fake.closed);
    }
}

static void test_closing_at_any_moment(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    struct pipeline_setup setup = setup_for(&fake.kind);
    rig_start(&rig, LAYOUT_RANK, 2, MANY_BYTES, REQUEST);
    rig_tasks(&rig, NEVER);
    assert_int_equal(rig_open(&rig, &setup, NULL), 0);
    pipeline_close(rig.pipeline); /* before it was started */
    rig.pipeline = NULL;
    assert_int_equal(fake.submitted, 0);
    assert_int_equal(fake.opened, 2);
    assert_int_equal(fake.closed, 2);
    assert_true(rig.files[0].fd >= 0); /* I/O threads that never started leave their files open */
    file_close(&rig.files[0], rig.paths[0], NULL);
    file_close(&rig.files[1], rig.paths[1], NULL);
    for (int64_t i = 0; i < 30; i++) { /* in the middle, while data threads fill buffers */
        setup.data_threads = 4;
        rig_tasks(&rig, NEVER);
        assert_int_equal(rig_open(&rig, &setup, NULL), 0);
        pipeline_go_at(rig.pipeline, clock_now_ns());
        clock_sleep_ns(i * 30000);
        pipeline_close(rig.pipeline);
        rig.pipeline = NULL;
        assert_int_equal(fake.closed, fake.opened);
        assert_int_equal(rig.files[0].fd, -1);
    }
    pipeline_close(NULL);
    rig_end(&rig);
}

/* The kernel thread that submits polls all the time; with other engines there is none. */
static void test_the_rings_threads_are_counted(void **state)
{
    (void)state;
    const struct engine_setup ring = {.depth = 8, .mode.sqpoll = true};
    for (int polls = 0; polls < 2; polls++) {
        struct rig rig;
        const enum engine_id engine = polls ? ENGINE_URING : ENGINE_PWRITE;
        struct failure why = {0};
        if (polls && (!ring_threads_have_known_names() ||
                      engine_try(engine_kind_of(engine), &ring, 2, &why))) {
            print_message("without threads of a ring: %s\n", why.text);
            return;
        }
        struct pipeline_setup setup = setup_for(engine_kind_of(engine));
        setup.mode.sqpoll = polls;
        setup.limits.deadline_ns = 250 * 1000 * 1000;
        rig_start(&rig, LAYOUT_RANK, 2, MANY_BYTES, REQUEST);
        start(&rig, &setup);
        rig_wait(&rig);
        for (uint32_t w = 0; w < 2; w++)
            assert_int_equal(pipeline_outcome(rig.pipeline, w)->counters.ring_cpu_ns > 0, polls);
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_a_deadline_ends_writing),
        timed_test(test_a_deadline_holds_for_a_slow_rate),
        timed_test(test_a_rate_is_kept),
        timed_test(test_a_stop_at_any_moment),
        timed_test(test_a_stop_before_the_start),
        timed_test(test_closing_at_any_moment),
        timed_test(test_the_rings_threads_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
