/* SPDX-License-Identifier: Apache-2.0 */
/* Failures of storage, engines and setups: all threads stop, none hangs, and the acknowledged
 * requests are reported. */
#include "unit.h"

#include "ending.h"
#include "fake_engine.h"
#include "timed.h"

/* Storage that is full after 100 requests of all I/O threads together. */
static int64_t full_from_100(struct fake *fake, const struct engine_request *request,
                             uint64_t number)
{
    (void)fake;
    return number >= 100 ? -ENOSPC : (int64_t)request->length;
}

static void test_full_storage_stops_all_io_threads(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.answer = full_from_100;
    fake.shuffle = true;
    struct pipeline_setup setup = setup_for(&fake.kind);
    setup.sync = true;
    rig_start(&rig, LAYOUT_WRITER, 4, MANY_BYTES, REQUEST);
    start(&rig, &setup);
    rig_wait(&rig);
    assert_true(pipeline_failed(rig.pipeline));
    check_part(&rig);
    uint64_t requests = 0;
    uint32_t failed = 0;
    uint32_t to_sync = 0;
    for (uint32_t i = 0; i < 4; i++) {
        const struct outcome *outcome = pipeline_outcome(rig.pipeline, i);
        requests += (uint64_t)outcome->counters.requests;
        to_sync += !outcome->failure.code && outcome->counters.bytes;
        if (outcome->failure.code) {
            assert_int_equal(outcome->failure.code, -ENOSPC);
            assert_non_null(strstr(outcome->failure.text, rig.paths[i]));
            assert_non_null(strstr(outcome->failure.text, " at offset "));
            failed++;
        }
    }
    assert_int_equal(requests, 100);
    assert_true(failed >= 1);
    assert_int_equal(fake.synced, to_sync); /* threads that failed or wrote nothing do not sync */
    rig_end(&rig);
}

/* Fails one request in the middle; the requests around it are acknowledged. */
static int64_t bad_sector(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return request->offset == (uint64_t)37 * REQUEST ? -EIO : (int64_t)request->length;
}

static void test_a_failed_request_is_a_hole(void **state)
{
    (void)state;
    static struct fake fake;
    for (int i = 0; i < 20; i++) {
        struct rig rig;
        fake_start(&fake);
        fake.answer = bad_sector;
        fake.shuffle = true;
        struct pipeline_setup setup = setup_for(&fake.kind);
        rig_start(&rig, LAYOUT_RANK, 1, 1000 * REQUEST, REQUEST);
        start(&rig, &setup);
        rig_wait(&rig);
        check_part(&rig);
        assert_false(acknowledged_has(&rig.acknowledged[0], 37));
        assert_true(rig.acknowledged[0].issued >= 30);
        assert_int_equal(pipeline_outcome(rig.pipeline, 0)->counters.failed_requests, 1);
        rig_end(&rig);
    }
}

/* Fails the fifth request of the second I/O thread; the other threads stop early. */
static int64_t bad_for_one(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return request->offset == MANY_BYTES / 4 + 4 * REQUEST ? -EIO : (int64_t)request->length;
}

static void test_one_failing_io_thread_stops_the_others(void **state)
{
    (void)state;
    static struct fake fake;
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY};
    for (size_t i = 0; i < 2; i++) {
        struct rig rig;
        fake_start(&fake);
        fake.answer = bad_for_one;
        struct pipeline_setup setup = setup_for(&fake.kind);
        rig_start(&rig, LAYOUT_SHARED, 4, MANY_BYTES, REQUEST);
        rig.job = jobs[i];
        start(&rig, &setup);
        rig_wait(&rig);
        for (uint32_t w = 0; w < 4; w++) {
            const struct outcome *outcome = pipeline_outcome(rig.pipeline, w);
            assert_int_equal(outcome->failure.code, w == 1 ? -EIO : 0);
            assert_true(outcome->counters.bytes < MANY_BYTES / 8);
            rig_check_counts(&rig, w);
        }
        rig_end(&rig);
    }
}

/* Data that were read before the failure are still checked. */
static void test_a_failing_read_ends_checking(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    struct pipeline_setup setup = setup_for(&fake.kind);
    rig_start(&rig, LAYOUT_RANK, 2, 200 * REQUEST, REQUEST);
    rig_run(&rig, &setup, NEVER);
    fake_start(&fake);
    fake.answer = bad_sector;
    rig.job = JOB_CHECK;
    start(&rig, &setup);
    rig_wait(&rig);
    assert_int_equal(pipeline_outcome(rig.pipeline, 0)->failure.code, -EIO);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->producer_bytes,
                     pipeline_bytes(rig.pipeline));
    rig_end(&rig);
}

static void test_a_broken_engine_stops_all(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.break_from = 50;
    struct pipeline_setup setup = setup_for(&fake.kind);
    rig_start(&rig, LAYOUT_WRITER, 3, MANY_BYTES, REQUEST);
    start(&rig, &setup);
    rig_wait(&rig);
    assert_true(pipeline_failed(rig.pipeline));
    check_part(&rig);
    assert_int_equal(fake.closed, 3);
    rig_end(&rig);
}

static void test_a_failed_sync_is_reported(void **state)
{
    (void)state;
    static struct fake fake;
    struct rig rig;
    fake_start(&fake);
    fake.sync_code = -EIO;
    struct pipeline_setup setup = setup_for(&fake.kind);
    setup.sync = true;
    rig_start(&rig, LAYOUT_RANK, 1, 10 * REQUEST, REQUEST);
    start(&rig, &setup);
    rig_wait(&rig);
    const struct outcome *outcome = pipeline_outcome(rig.pipeline, 0);
    assert_int_equal(outcome->failure.code, -EIO);
    assert_non_null(strstr(outcome->failure.text, "cannot sync '"));
    assert_true(pipeline_failed(rig.pipeline));
    assert_int_equal(outcome->counters.requests, 10);
    rig_end(&rig);
}

static void test_an_engine_that_does_not_open(void **state)
{
    (void)state;
    static struct fake fake;
    for (uint64_t number = 1; number <= 4; number++) {
        struct rig rig;
        struct failure failure = {0};
        fake_start(&fake);
        fake.fail_open_from = number;
        struct pipeline_setup setup = setup_for(&fake.kind);
        rig_start(&rig, LAYOUT_RANK, 4, 100 * REQUEST, REQUEST);
        rig_tasks(&rig, NEVER);
        assert_int_equal(rig_open(&rig, &setup, &failure), -ENOMEM);
        assert_string_equal(failure.text, "engine 'null' fails to open, as the test requires");
        assert_null(rig.pipeline);
        assert_int_equal(fake.opened, 4);
        assert_int_equal(fake.closed, 4);
        assert_int_equal(fake.submitted, 0);
        rig_end(&rig);
    }
}

static void refuse(const struct pipeline_setup *setup)
{
    struct pipeline *pipeline;
    struct failure failure = {0};
    assert_int_equal(pipeline_open(&pipeline, setup, &failure), -EINVAL);
    assert_null(pipeline);
    assert_int_equal(failure.code, -EINVAL);
}

static void test_a_setup_that_cannot_work(void **state)
{
    (void)state;
    static struct task tasks[2];
    const struct pipeline_setup good = {
        .tasks = tasks,
        .makes = true,
        .engine = engine_kind_of(ENGINE_NULL),
        .io_threads = 2,
        .data_threads = 1,
        .depth = 1,
        .buffers = 2,
        .buffer_bytes = 512,
    };
    struct pipeline_setup bad = good;
    bad.buffers = 1; /* the second I/O thread would never get a buffer */
    refuse(&bad);
    bad = good;
    bad.io_threads = 0;
    refuse(&bad);
    bad = good;
    bad.depth = 0;
    refuse(&bad);
    bad = good;
    bad.data_threads = 0;
    refuse(&bad);
    tasks[1].mix.reads = 1; /* the second I/O thread has no buffer to read into */
    bad = good;
    bad.buffers = 3;
    refuse(&bad);
}

static void test_a_depth_beyond_the_engine_maximum(void **state)
{
    (void)state;
    struct rig rig;
    struct failure failure = {0};
    struct pipeline_setup setup = setup_for(engine_kind_of(ENGINE_PWRITE));
    setup.depth = 2;
    rig_start(&rig, LAYOUT_RANK, 1, 100 * REQUEST, REQUEST);
    rig_tasks(&rig, NEVER);
    assert_int_equal(rig_open(&rig, &setup, &failure), -EINVAL);
    assert_int_equal(failure.code, -EINVAL);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_full_storage_stops_all_io_threads),
        timed_test(test_a_failed_request_is_a_hole),
        timed_test(test_one_failing_io_thread_stops_the_others),
        timed_test(test_a_failing_read_ends_checking),
        timed_test(test_a_broken_engine_stops_all),
        timed_test(test_a_failed_sync_is_reported),
        timed_test(test_an_engine_that_does_not_open),
        timed_test(test_a_setup_that_cannot_work),
        timed_test(test_a_depth_beyond_the_engine_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
