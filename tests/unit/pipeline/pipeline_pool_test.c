/* SPDX-License-Identifier: Apache-2.0 */
/* Distribution of buffers: depth, batches, many data threads, lanes, many pipelines. */
#include "unit.h"

#include "fake_engine.h"
#include "timed.h"

#include "rig.h"

/* The engine completes nothing until an I/O thread has filled its depth. A pool of I/O threads x
 * depth is enough for that in each job; otherwise this test hangs. */
static void test_io_threads_get_their_whole_depth(void **state)
{
    (void)state;
    static struct fake fake;
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY, JOB_READ, JOB_CHECK};
    enum { DEPTH = 16, ROUNDS = 5 };
    for (size_t i = 0; i < 4; i++) {
        struct rig rig;
        fake_start(&fake);
        fake.hold_until_full = true;
        struct pipeline_setup setup = {
            .engine = &fake.kind,
            .data_threads = 3,
            .depth = DEPTH,
            .buffers = RIG_THREADS * DEPTH,
        };
        rig_start(&rig, LAYOUT_SHARED, RIG_THREADS, RIG_THREADS * DEPTH * ROUNDS * 512, 512);
        if (job_is_reading(jobs[i]))
            rig_run(&rig, &setup, NEVER);
        rig.job = jobs[i];
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(fake.most_in_flight, DEPTH);
        assert_int_equal(rig_bytes_read(&rig), RIG_THREADS * DEPTH * ROUNDS * 512);
        rig_end(&rig);
    }
}

/* A batch that holds the whole pool cannot grow; waiting for another buffer would cost 2 ms each
 * time. One fast run of five is enough, as other work may slow the machine. */
static void test_batches_do_not_wait_for_buffers_that_cannot_come(void **state)
{
    (void)state;
    static struct fake fake;
    enum { PLACES = 200, QUICK_NS = PLACES * 1000 * 1000 };
    int64_t waited_ns = INT64_MAX;
    for (int i = 0; i < 5 && waited_ns >= QUICK_NS; i++) {
        struct rig rig;
        fake_start(&fake);
        fake.kind.traits.batches = true;
        fake.drop = true;
        struct pipeline_setup setup = {
            .engine = &fake.kind, .data_threads = 1, .depth = 8, .buffers = 1};
        rig_start(&rig, LAYOUT_RANK, 1, PLACES * 512, 512);
        rig_run(&rig, &setup, NEVER);
        waited_ns = pipeline_outcome(rig.pipeline, 0)->counters.writer_waited_ns;
        rig_end(&rig);
    }
    assert_true(waited_ns < QUICK_NS);
}

/* With the whole pool in flight, an I/O thread waits for storage, not for data threads. */
static void test_a_pool_in_flight_waits_for_storage(void **state)
{
    (void)state;
    static struct fake fake;
    static const enum job jobs[] = {JOB_WRITE, JOB_WRITE_READY, JOB_READ, JOB_CHECK};
    enum { PLACES = 40, BUFFERS = 2, MANY_LOOKS = 250 };
    for (size_t i = 0; i < 4; i++) {
        struct rig rig;
        fake_start(&fake);
        struct pipeline_setup setup = {
            .engine = &fake.kind, .data_threads = 1, .depth = 8, .buffers = BUFFERS};
        rig_start(&rig, LAYOUT_RANK, 1, PLACES * 512, 512);
        if (job_is_reading(jobs[i]))
            rig_run(&rig, &setup, NEVER);
        fake.hold = MANY_LOOKS;
        rig.job = jobs[i];
        bool alone = rig.job == JOB_WRITE_READY || rig.job == JOB_READ;
        double waited = 1;
        for (int round = 0; round < 5 && waited >= 0.5; round++) { /* the machine may be slow */
            rig_run(&rig, &setup, NEVER);
            const struct counters *counters = &pipeline_outcome(rig.pipeline, 0)->counters;
            waited = (double)counters->writer_waited_ns / (double)counters->writer_time_ns;
            assert_true(!alone || counters->writer_waited_ns == 0);
        }
        assert_true(waited < 0.5);
        rig_end(&rig);
    }
}

static void test_io_threads_without_requests(void **state)
{
    (void)state;
    struct rig rig;
    struct pipeline_setup setup = {
        .engine = engine_kind_of(ENGINE_PWRITE), .data_threads = 2, .depth = 1, .buffers = 6};
    rig_start(&rig, LAYOUT_WRITER, 4, 5000, 4096);
    rig_run(&rig, &setup, NEVER);
    rig_check_writing(&rig, 5000);
    uint32_t without = 0;
    for (uint32_t i = 0; i < 4; i++)
        if (!rig_share(&rig, i)->bytes) {
            const struct outcome *outcome = pipeline_outcome(rig.pipeline, i);
            assert_int_equal(outcome->counters.requests, 0);
            assert_int_equal(outcome->counters.first_ns, INT64_MAX);
            assert_int_equal(outcome->acknowledged.issued, 0);
            assert_false(path_exists(rig.paths[i]));
            without++;
        }
    assert_int_equal(without, 2);
    rig.job = JOB_CHECK;
    rig_run(&rig, &setup, NEVER);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
    rig_end(&rig);
}

/* Many data threads compete for the last places: each is filled once, and none beyond the end. */
static void test_more_data_threads_than_places(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < 400; round++) {
        struct rig rig;
        uint32_t io_threads = 1 + round % 3;
        uint64_t bytes = 512 * (1 + round % 7) - 100;
        struct pipeline_setup setup = {
            .engine = engine_kind_of(ENGINE_NULL),
            .data_threads = 6,
            .depth = 2,
            .buffers = 8,
            .spin_ns = 20000,
        };
        rig_start(&rig, LAYOUT_RANK, io_threads, bytes, 512);
        rig_run(&rig, &setup, NEVER);
        for (uint32_t i = 0; i < io_threads; i++) {
            rig_check_counts(&rig, i);
            assert_int_equal(rig.acknowledged[i].bytes, rig_share(&rig, i)->bytes);
        }
        assert_int_equal(pipeline_data_counters(rig.pipeline)->producer_bytes, bytes);
        rig_end(&rig);
    }
}

static int run_one(struct rig *rig, struct pipeline_setup *setup)
{
    rig_tasks(rig, NEVER);
    int result = rig_open(rig, setup, NULL);
    if (!result)
        pipeline_go_at(rig->pipeline, clock_now_ns());
    return result;
}

/* As many pipelines as a crowded node has ranks, none of which spins: all of them finish. */
static void test_many_pipelines_at_once(void **state)
{
    (void)state;
    enum { MANY = 24, BYTES = 200 * 4096 };
    static struct rig rigs[MANY];
    const struct engine_kind *engine = engine_kind_of(ENGINE_PWRITE);
    struct pipeline_setup setups[MANY];
    for (int i = 0; i < MANY; i++) {
        setups[i] =
            (struct pipeline_setup){.engine = engine, .data_threads = 2, .depth = 1, .buffers = 4};
        rig_start(&rigs[i], LAYOUT_WRITER, 2, BYTES, 4096);
        assert_int_equal(run_one(&rigs[i], &setups[i]), 0);
    }
    for (int i = 0; i < MANY; i++) {
        rig_wait(&rigs[i]);
        rig_check_writing(&rigs[i], BYTES);
        rig_end(&rigs[i]);
    }
}

/* Lanes share neither threads nor buffers; together they do every job. */
static void lanes_do_every_job(void **state)
{
    (void)state;
    static const struct {
        uint32_t io_threads, data_threads, buffers, lanes, made;
    } shapes[] = {
        {4, 4, 9, 2, 2}, {4, 3, 4, 4, 3}, {3, 2, 17, 2, 2}, {2, 4, 5, 8, 2}, {1, 1, 1, 3, 1}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct rig rig;
        struct pipeline_place place;
        struct pipeline_setup setup = {
            .engine = engine_kind_of(ENGINE_PWRITE),
            .data_threads = shapes[i].data_threads,
            .depth = 1,
            .buffers = shapes[i].buffers,
            .lanes = shapes[i].lanes,
        };
        rig_start(&rig, LAYOUT_WRITER, shapes[i].io_threads, 4000000, 30000);
        rig_run(&rig, &setup, NEVER);
        pipeline_place(rig.pipeline, &place);
        assert_int_equal(place.lanes, shapes[i].made);
        for (uint32_t w = 0; w < rig.io_threads; w++)
            rig_check_counts(&rig, w);
        rig_check_files(&rig);
        rig.job = JOB_CHECK;
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->producer_bytes, 4000000);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
        rig.job = JOB_READ;
        rig_run(&rig, &setup, NEVER);
        rig_end(&rig);
    }
}

/* Bound to the NUMA domains of this machine, a pipeline writes the same bytes. */
static void bound_lanes_do_every_job(void **state)
{
    (void)state;
    struct rig rig;
    struct pipeline_place place;
    struct numa *numa;
    assert_int_equal(numa_open(&numa, NULL), 0);
    struct pipeline_setup setup = {
        .engine = engine_kind_of(ENGINE_PWRITE),
        .data_threads = 2,
        .depth = 1,
        .buffers = 8,
        .numa = numa,
        .huge_pages = REQUIRE,
    };
    rig_start(&rig, LAYOUT_WRITER, 2, 4000000, 1 << 20);
    rig_run(&rig, &setup, PREFER);
    rig_check_files(&rig);
    pipeline_place(rig.pipeline, &place);
    print_message("note: %u lanes, threads %d, memory %d, %llu explicit, %llu transparent, %llu "
                  "ordinary\n",
                  place.lanes, place.thread_error, place.memory_error,
                  (unsigned long long)place.pages.hugetlb_bytes,
                  (unsigned long long)place.pages.transparent_bytes,
                  (unsigned long long)place.pages.small_bytes);
    assert_int_equal(place.thread_error, 0);
    assert_true(place.pages.hugetlb_bytes + place.pages.transparent_bytes +
                    place.pages.small_bytes >=
                8 << 20);
    rig_end(&rig);
    numa_close(numa);
}

/* Batches of any size write the expected bytes. */
static void batches_fill_and_end(void **state)
{
    (void)state;
    for (uint32_t batch = 1; batch <= 7; batch += 3) {
        struct rig rig;
        struct pipeline_setup setup = {
            .engine = engine_kind_of(ENGINE_PWRITEV),
            .data_threads = 3,
            .depth = batch,
            .buffers = 2 * batch + 3,
            .mode.batch = batch,
        };
        rig_start(&rig, LAYOUT_RANK, 2, 3000001, 10000);
        rig_run(&rig, &setup, NEVER);
        rig_check_files(&rig);
        rig.job = JOB_CHECK;
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(lanes_do_every_job),
        timed_test(bound_lanes_do_every_job),
        timed_test(batches_fill_and_end),
        timed_test(test_io_threads_get_their_whole_depth),
        timed_test(test_batches_do_not_wait_for_buffers_that_cannot_come),
        timed_test(test_a_pool_in_flight_waits_for_storage),
        timed_test(test_io_threads_without_requests),
        timed_test(test_more_data_threads_than_places),
        timed_test(test_many_pipelines_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
