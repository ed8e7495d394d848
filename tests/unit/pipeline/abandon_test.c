/* SPDX-License-Identifier: Apache-2.0 */
/* Storage that does not answer: the waiting thread is reported, and the others end without it. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "unit.h"

#include "fake_engine.h"
#include "rig.h"

enum { IO_THREADS = 2, REQUEST = 64 * 1024, REQUESTS = 8, MS = 1000 * 1000, STUCK = 11 };

/* Static, as threads that hang may still access it after their test. */
static struct rig rigs[3];
static struct fake fakes[3];
static _Atomic bool let_go;

static int64_t hang_once(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    while (number == STUCK && !atomic_load(&let_go))
        clock_sleep_ns(MS);
    return (int64_t)request->length;
}

static int64_t answer_all(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return (int64_t)request->length;
}

static struct pipeline *start(struct rig *rig, struct fake *fake, enum job job)
{
    struct pipeline_setup setup = {
        .engine = &fake->kind,
        .data_threads = 2,
        .depth = 2,
        .buffers = 8,
        .limits.writer_rate = (uint64_t)1 << 40, /* too high to delay anything */
    };
    fake_start(fake);
    rig_start(rig, LAYOUT_WRITER, IO_THREADS, (uint64_t)IO_THREADS * REQUESTS * REQUEST, REQUEST);
    if (job_is_reading(job)) {
        fake->answer = answer_all;
        rig_run(rig, &setup, NEVER);
        atomic_store(&fake->submitted, 0);
    }
    fake->answer = hang_once;
    rig->job = job;
    rig_tasks(rig, NEVER);
    assert_int_equal(rig_open(rig, &setup, NULL), 0);
    pipeline_go_at(rig->pipeline, clock_now_ns());
    return rig->pipeline;
}

/* Waits until an I/O thread has waited for storage for 'limit_ns'. */
static struct waiting await_stuck_thread(struct pipeline *pipeline, int64_t limit_ns)
{
    struct waiting seen = {0};
    for (int i = 0; i < 5000; i++) {
        if (pipeline_waiting(pipeline, &seen) && clock_now_ns() - seen.since_ns >= limit_ns)
            return seen;
        clock_sleep_ns(MS);
    }
    fail_msg("no I/O thread waits");
    return seen;
}

static bool abandon(struct pipeline *pipeline, int64_t limit_ns)
{
    for (int i = 0; i < 2000; i++) {
        if (pipeline_abandon(pipeline, limit_ns))
            return true;
        clock_sleep_ns(MS);
    }
    return false;
}

static void abandon_one_thread(struct rig *rig, struct fake *fake, enum job job,
                               enum wait_kind what)
{
    atomic_store(&let_go, false);
    struct pipeline *pipeline = start(rig, fake, job);
    struct waiting seen = await_stuck_thread(pipeline, 100 * MS);
    uint32_t other = IO_THREADS - 1 - seen.io_thread;
    assert_int_equal(seen.what, what);
    assert_int_equal(seen.offset % REQUEST, 0);
    pipeline_stop(pipeline);
    assert_true(abandon(pipeline, 100 * MS));
    assert_true(pipeline_abandoned(pipeline));

    const struct outcome *lost = pipeline_outcome(pipeline, seen.io_thread);
    const struct outcome *finished = pipeline_outcome(pipeline, other);
    assert_int_equal(lost->failure.code, -ETIMEDOUT);
    assert_non_null(strstr(lost->failure.text, "did not complete within 100 ms"));
    assert_non_null(strstr(lost->failure.text, rig->paths[seen.io_thread]));
    assert_true(lost->counters.bytes > 0); /* from earlier requests */
    assert_int_equal(acknowledged_count(&lost->acknowledged), 0);
    assert_int_equal(lost->latency[ENGINE_WRITE].total, 0);
    assert_int_equal(lost->intended.total, 0);
    assert_int_equal(finished->failure.code, 0);
    assert_int_equal(finished->intended.total, finished->counters.requests);
    rig_check_counts(rig, other);
    rig_check_series(rig, seen.io_thread);
    pipeline_close(pipeline); /* frees nothing that the lost thread may access */
    atomic_store(&let_go, true);
}

static void a_write_that_never_returns(void **state)
{
    (void)state;
    abandon_one_thread(&rigs[0], &fakes[0], JOB_WRITE, WAIT_WRITE);
}

/* Data threads that wait for buffers of the lost I/O thread end too. */
static void a_read_that_never_returns(void **state)
{
    (void)state;
    atomic_store(&let_go, false);
    struct pipeline *pipeline = start(&rigs[1], &fakes[1], JOB_CHECK);
    struct waiting seen = await_stuck_thread(pipeline, 50 * MS);
    assert_int_equal(seen.what, WAIT_READ);
    pipeline_stop(pipeline);
    assert_true(abandon(pipeline, 50 * MS));
    assert_int_equal(pipeline_outcome(pipeline, seen.io_thread)->failure.code, -ETIMEDOUT);
    assert_int_equal(pipeline_data_counters(pipeline)->bad_blocks, 0);
    pipeline_close(pipeline);
    atomic_store(&let_go, true);
}

static void slow_requests_are_not_abandoned(void **state)
{
    (void)state;
    atomic_store(&let_go, false);
    struct pipeline *pipeline = start(&rigs[2], &fakes[2], JOB_WRITE);
    await_stuck_thread(pipeline, 20 * MS);
    pipeline_stop(pipeline);
    assert_false(pipeline_abandon(pipeline, 60LL * 1000 * MS));
    assert_false(pipeline_abandoned(pipeline));
    atomic_store(&let_go, true);
    while (!pipeline_wait(pipeline, 1000LL * MS))
        ;
    assert_false(pipeline_abandon(pipeline, 1));
    struct waiting seen;
    assert_false(pipeline_waiting(pipeline, &seen));
    for (uint32_t i = 0; i < IO_THREADS; i++)
        assert_int_equal(pipeline_outcome(pipeline, i)->failure.code, 0);
    rig_end(&rigs[2]);
}

/* Runs after the lost threads have ended, so their files can be removed. */
static int remove_all(void **state)
{
    (void)state;
    clock_sleep_ns(200 * MS);
    for (int i = 0; i < 2; i++) {
        geometry_release(&rigs[i].geometry);
        folder_end(&rigs[i].folder);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_that_never_returns),
        cmocka_unit_test(a_read_that_never_returns),
        cmocka_unit_test(slow_requests_are_not_abandoned),
    };
    return cmocka_run_group_tests(tests, NULL, remove_all);
}
