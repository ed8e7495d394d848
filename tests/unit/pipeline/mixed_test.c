/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks that read and write: each request is done once, in its direction. */
#include "unit.h"

#include "fake_engine.h"
#include "property.h"
#include "timed.h"

#include "ending.h"

static struct mix share_of(double part)
{
    const struct share share = {0};
    return mix_of((uint64_t)(part * MIX_FRACTION_PPM), 7, &share, 1);
}

static uint64_t request_at(const struct task *task, uint64_t place)
{
    return sequence_at(&task->sequence, place);
}

/* Bytes and requests of a task by direction. */
struct amounts {
    int64_t bytes[ENGINE_DIRECTIONS];
    int64_t requests[ENGINE_DIRECTIONS];
};

static void add_task(const struct task *task, struct amounts *amounts)
{
    for (uint64_t place = 0; place < task->pieces->share.request_count; place++) {
        enum engine_direction direction = task_direction(task, place);
        amounts->bytes[direction] +=
            (int64_t)share_extent(&task->pieces->share, request_at(task, place)).length;
        amounts->requests[direction]++;
    }
}

static void check_thread(const struct rig *rig, uint32_t io_thread, struct amounts *all)
{
    const struct outcome *outcome = pipeline_outcome(rig->pipeline, io_thread);
    struct amounts amounts = {0};
    add_task(&rig->tasks[io_thread], &amounts);
    assert_int_equal(outcome->failure.code, 0);
    for (int i = 0; i < ENGINE_DIRECTIONS; i++) {
        assert_int_equal(outcome->bytes[i], amounts.bytes[i]);
        assert_int_equal(outcome->latency[i].total, amounts.requests[i]);
        all->bytes[i] += amounts.bytes[i];
        all->requests[i] += amounts.requests[i];
    }
    assert_int_equal(outcome->counters.bytes,
                     amounts.bytes[ENGINE_WRITE] + amounts.bytes[ENGINE_READ]);
    assert_int_equal(outcome->counters.requests,
                     amounts.requests[ENGINE_WRITE] + amounts.requests[ENGINE_READ]);
    assert_int_equal(outcome->acknowledged.bytes, amounts.bytes[ENGINE_WRITE]);
    assert_int_equal(outcome->acknowledged.hole_count, 0);
    rig_check_series(rig, io_thread);
}

static void check_counts(const struct rig *rig, const struct pipeline_setup *setup)
{
    const struct counters *data = pipeline_data_counters(rig->pipeline);
    struct amounts all = {0};
    for (uint32_t i = 0; i < rig->io_threads; i++)
        check_thread(rig, i, &all);
    assert_int_equal(data->producer_bytes, (setup->makes ? all.bytes[ENGINE_WRITE] : 0) +
                                               (setup->checks ? all.bytes[ENGINE_READ] : 0));
    rig_check_handling(rig, (uint64_t)((setup->makes ? all.requests[ENGINE_WRITE] : 0) +
                                       (setup->checks ? all.requests[ENGINE_READ] : 0)));
    assert_int_equal(data->bad_blocks, 0);
}

/* Damages the first byte of each request that the task writes. */
static void damage_writes(const struct rig *rig)
{
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        const struct task *task = &rig->tasks[i];
        int fd = open(rig->paths[i], O_RDWR | O_CLOEXEC);
        for (uint64_t place = 0; place < task->pieces->share.request_count; place++) {
            off_t at = (off_t)share_extent(&task->pieces->share, request_at(task, place)).offset;
            unsigned char byte;
            if (task_direction(task, place) == ENGINE_READ)
                continue;
            assert_int_equal(pread(fd, &byte, 1, at), 1);
            byte ^= 0x40;
            assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        }
        close(fd);
    }
}

/* Damages the first byte of the first request that a task reads; false if no task reads. */
static bool damage_a_read(const struct rig *rig, struct found *damaged)
{
    for (uint32_t i = 0; i < rig->io_threads; i++) {
        const struct task *task = &rig->tasks[i];
        for (uint64_t place = 0; place < task->pieces->share.request_count; place++) {
            if (task_direction(task, place) == ENGINE_WRITE)
                continue;
            damaged->io_thread = i;
            damaged->difference.offset =
                share_extent(&task->pieces->share, request_at(task, place)).offset;
            rig_damage(rig, i, damaged->difference.offset);
            return true;
        }
    }
    return false;
}

static void close_files(struct rig *rig)
{
    for (uint32_t i = 0; i < rig->io_threads; i++)
        file_close(&rig->files[i], rig->paths[i], NULL);
}

static void one_round(struct property *property)
{
    static struct fake fake;
    static const enum engine_id ids[] = {ENGINE_URING, ENGINE_PWRITE, ENGINE_PWRITEV, ENGINE_NULL};
    static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};
    static const double shares[] = {0.5, 0.25, 0.9, 0.01, 0.7};
    struct rig rig;
    uint32_t io_threads = 1 + (uint32_t)property_below(property, RIG_THREADS);
    uint64_t request = 512 + property_below(property, 9000);
    uint64_t bytes = 1 + property_below(property, request * 60);
    const struct engine_kind *engine = engine_kind_of(ids[property_below(property, 4)]);
    fake_start(&fake);
    fake.shuffle = true;
    if (engine->id == ENGINE_NULL || engine->available(NULL))
        engine = &fake.kind;
    struct pipeline_setup setup = setup_for(engine);
    setup.mode.batch = setup.depth;
    setup.buffers = 2 * io_threads + (uint32_t)property_below(property, 20);
    setup.data_threads = 1 + (uint32_t)property_below(property, 4);
    setup.lanes = 1 + (uint32_t)property_below(property, 2);
    setup.sync = setup.sync_each = property_below(property, 2);
    setup.spin_ns = property_below(property, 2) ? 20000 : 0;
    rig_start(&rig, layouts[property_below(property, 3)], io_threads, bytes, request);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_MIXED;
    rig.mix = share_of(shares[property_below(property, 5)]);
    rig.mix.key = (uint32_t)property_below(property, UINT32_MAX);
    rig.order = (enum order)property_below(property, 3);
    setup.makes = property_below(property, 3);
    setup.checks = property_below(property, 3);
    rig_tasks(&rig, NEVER);
    if (setup.makes)
        damage_writes(&rig);
    close_files(&rig);
    rig_run(&rig, &setup, NEVER);
    check_counts(&rig, &setup);
    struct found damaged;
    struct found found[PIPELINE_DIFFERENCES];
    if (setup.makes)
        rig_check_files(&rig);
    if (setup.checks && damage_a_read(&rig, &damaged)) {
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 1);
        assert_int_equal(pipeline_found(rig.pipeline, found), 1);
        assert_int_equal(found[0].io_thread, damaged.io_thread);
        assert_int_equal(found[0].difference.offset, damaged.difference.offset);
    }
    rig_end(&rig);
}

static void test_reads_and_writes_are_each_done_once(void **state)
{
    (void)state;
    struct property property = property_start("mixed");
    for (int i = 0; i < 120; i++)
        one_round(&property);
}

/* Among the first n requests, for any n, the share of reads is almost the requested one. */
static void test_directions_are_spread_evenly(void **state)
{
    (void)state;
    static const double shares[] = {0, 0.01, 0.3, 0.5, 0.99, 1};
    const double EVEN = 3;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        struct task task = {.mix = share_of(shares[i])};
        int reads = 0;
        for (int place = 0; place < 5000; place++) {
            reads += task_direction(&task, (uint64_t)place) == ENGINE_READ;
            double expected = shares[i] * (place + 1);
            assert_true(reads > expected - EVEN && reads < expected + EVEN);
        }
    }
}

/* The engine completes nothing until the depth is full, so this needs enough buffers of both
 * directions. */
static void test_both_directions_fill_the_depth(void **state)
{
    (void)state;
    static struct fake fake;
    enum { DEPTH = 16, ROUNDS = 6 };
    for (int handled = 0; handled < 4; handled++) {
        struct rig rig;
        fake_start(&fake);
        struct pipeline_setup setup = {.engine = &fake.kind,
                                       .data_threads = 2,
                                       .depth = DEPTH,
                                       .buffers = RIG_THREADS * DEPTH * 2};
        rig_start(&rig, LAYOUT_SHARED, RIG_THREADS, RIG_THREADS * DEPTH * ROUNDS * 512, 512);
        rig_run(&rig, &setup, NEVER);
        fake.hold_until_full = true;
        rig.job = JOB_MIXED;
        rig.mix = share_of(0.5);
        setup.makes = handled & 1;
        setup.checks = handled & 2;
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(fake.most_in_flight, DEPTH);
        check_counts(&rig, &setup);
        rig_end(&rig);
    }
}

/* Reads skip requests that were never acknowledged; writes do not. */
static void test_reads_only_what_was_acknowledged(void **state)
{
    (void)state;
    static struct fake fake;
    enum { COUNT = 200 };
    uint64_t missing[] = {0, 1, 2, 50, 51, 120, 121, 122, 123};
    struct rig rig;
    int seen[COUNT] = {0};
    fake_start(&fake);
    struct pipeline_setup setup = setup_for(&fake.kind);
    rig_start(&rig, LAYOUT_RANK, 1, COUNT * 512, 512);
    rig_run(&rig, &setup, NEVER);
    acknowledged_from(&rig.acknowledged[0], COUNT - 40, 0, missing, 9);
    fake_start(&fake);
    fake.keep_log = true;
    rig.job = JOB_MIXED;
    rig.mix = share_of(0.6);
    setup.makes = setup.checks = true;
    rig_run(&rig, &setup, NEVER);
    for (uint64_t i = 0; i < fake.submitted; i++) {
        uint64_t place = fake.log[i].offset / 512;
        assert_int_equal(fake.log[i].direction, task_direction(&rig.tasks[0], place));
        seen[place]++;
    }
    for (uint64_t place = 0; place < COUNT; place++)
        assert_int_equal(seen[place], task_direction(&rig.tasks[0], place) == ENGINE_WRITE ||
                                          acknowledged_has(&rig.acknowledged[0], place));
    rig_end(&rig);
}

/* After a stop, the counters match the acknowledged writes, and all reads were checked. */
static void stop_once(struct property *property, const struct engine_kind *engine)
{
    struct rig rig;
    struct pipeline_setup setup = setup_for(engine);
    enum { BYTES = 32 << 20 };
    rig_start(&rig, LAYOUT_WRITER, 2, BYTES, REQUEST);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_MIXED;
    rig.mix = share_of(0.5);
    setup.makes = setup.checks = true;
    start(&rig, &setup);
    clock_sleep_ns((int64_t)property_below(property, 4000000));
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    int64_t sums[ENGINE_DIRECTIONS] = {0};
    for (uint32_t i = 0; i < 2; i++) {
        const struct outcome *outcome = pipeline_outcome(rig.pipeline, i);
        uint64_t written = 0;
        for (uint64_t place = 0; place < rig_share(&rig, i)->request_count; place++)
            if (task_direction(&rig.tasks[i], place) == ENGINE_WRITE &&
                acknowledged_has(&outcome->acknowledged, place))
                written += REQUEST;
        assert_int_equal(outcome->failure.code, 0);
        assert_int_equal(outcome->acknowledged.bytes, outcome->bytes[ENGINE_WRITE]);
        assert_int_equal(written, outcome->bytes[ENGINE_WRITE]);
        sums[ENGINE_READ] += outcome->bytes[ENGINE_READ];
        sums[ENGINE_WRITE] += outcome->bytes[ENGINE_WRITE];
    }
    const struct counters *data = pipeline_data_counters(rig.pipeline);
    assert_int_equal(data->bad_blocks, 0);
    assert_true(data->producer_bytes >= sums[ENGINE_READ] + sums[ENGINE_WRITE]);
    rig_end(&rig);
}

static void test_a_stop_at_any_moment(void **state)
{
    (void)state;
    static struct fake fake;
    struct property property = property_start("mixed stops");
    for (int i = 0; i < 12; i++) {
        fake_start(&fake);
        fake.shuffle = true;
        fake.hold = (uint32_t)property_below(&property, 3);
        stop_once(&property, property_below(&property, 2) ? &fake.kind : async_engine());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_directions_are_spread_evenly),
        timed_test(test_reads_and_writes_are_each_done_once),
        timed_test(test_both_directions_fill_the_depth),
        timed_test(test_reads_only_what_was_acknowledged),
        timed_test(test_a_stop_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
