/* SPDX-License-Identifier: Apache-2.0 */
/* Whole jobs over real files, with several engines: all data are written, read back and checked. */
#include <unistd.h>

#include "unit.h"

#include "fake_engine.h"
#include "property.h"
#include "timed.h"

#include "rig.h"

/* Behaviour of the scripted engine: short transfers and EINTR, out of order. */
static int64_t sometimes_short(struct fake *fake, const struct engine_request *request,
                               uint64_t number)
{
    (void)fake;
    if (number % 7 == 3)
        return -EINTR;
    return number % 5 == 2 && request->length > 1024 ? 512 : (int64_t)request->length;
}

static const struct engine_kind *some_engine(struct property *property, struct fake *fake)
{
    static const enum engine_id ids[] = {ENGINE_URING, ENGINE_PWRITE};
    const struct engine_kind *kind = NULL;
    fake_start(fake);
    fake->answer = sometimes_short;
    fake->shuffle = true;
    fake->hold = 1;
    uint64_t chosen = property_below(property, 3);
    if (chosen < 2)
        kind = engine_kind_of(ids[chosen]);
    return kind && !kind->available(NULL) ? kind : &fake->kind;
}

/* Random threads, depth and buffers within the engine's limits, often with the fewest buffers. */
static struct pipeline_setup some_setup(struct property *property, const struct engine_kind *engine,
                                        uint32_t io_threads)
{
    uint32_t depth = 1U << property_below(property, 6);
    struct pipeline_setup setup = {
        .engine = engine,
        .data_threads = 1 + (uint32_t)property_below(property, 4),
        .depth = depth > engine->traits.depth_max ? engine->traits.depth_max : depth,
        .sync = property_below(property, 2),
        .spin_ns = property_below(property, 2) ? 20000 : 0,
    };
    uint32_t full = io_threads * setup.depth + setup.data_threads;
    setup.buffers = property_below(property, 2)
                        ? io_threads
                        : io_threads + (uint32_t)property_below(property, full - io_threads + 1);
    return setup;
}

/* Damages a few bytes and checks that the lowest one is reported first. */
static void check_finds_damage(struct rig *rig, struct pipeline_setup *setup,
                               struct property *property, enum preference direct)
{
    struct found found[PIPELINE_DIFFERENCES];
    uint32_t count = 1 + (uint32_t)property_below(property, 4);
    uint32_t lowest_thread = UINT32_MAX;
    uint64_t lowest_offset = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t io_thread = (uint32_t)property_below(property, rig->io_threads);
        const struct share *share = rig_share(rig, io_thread);
        if (!share->bytes)
            continue;
        uint64_t offset = share->file_offset + property_below(property, share->bytes);
        if (io_thread < lowest_thread || (io_thread == lowest_thread && offset < lowest_offset)) {
            lowest_thread = io_thread;
            lowest_offset = offset;
        }
        rig_damage(rig, io_thread,
                   offset); /* damaging a byte twice would repair it; not with this seed */
    }
    rig_run(rig, setup, direct);
    uint32_t reported = pipeline_found(rig->pipeline, found);
    int64_t bad = pipeline_data_counters(rig->pipeline)->bad_blocks;
    if (lowest_thread == UINT32_MAX) {
        assert_int_equal(reported, 0);
        return;
    }
    assert_true(reported >= 1 && reported <= count && bad >= reported);
    assert_int_equal(found[0].io_thread, lowest_thread);
    assert_int_equal(found[0].difference.offset, lowest_offset);
}

static void one_round(struct property *property)
{
    static struct fake fake;
    static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};
    static const uint64_t requests[] = {512, 4096, 65536, 5000, 777, 131072};
    struct rig rig;
    uint32_t io_threads = 1 + (uint32_t)property_below(property, RIG_THREADS);
    uint64_t request = requests[property_below(property, 6)];
    uint64_t bytes = 1 + property_below(property, request * 60);
    const struct engine_kind *engine = some_engine(property, &fake);
    enum preference direct = property_below(property, 2) ? PREFER : NEVER;
    rig_start(&rig, layouts[property_below(property, 3)], io_threads, bytes, request);
    struct pipeline_setup setup = some_setup(property, engine, io_threads);
    rig_run(&rig, &setup, direct);
    rig_check_writing(&rig, bytes);
    rig.job = JOB_READ;
    rig_run(&rig, &setup, direct);
    assert_int_equal(rig_bytes_read(&rig), bytes);
    rig_check_handling(&rig, 0);
    rig.job = JOB_CHECK;
    rig_run(&rig, &setup, direct);
    rig_check_handling(&rig, rig_requests(&rig));
    assert_int_equal(rig_bytes_read(&rig), bytes);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->producer_bytes, bytes);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 0);
    check_finds_damage(&rig, &setup, property, direct);
    rig_end(&rig);
}

static void test_what_is_written_is_read_and_checked(void **state)
{
    (void)state;
    struct property property = property_start("whole jobs");
    for (int i = 0; i < 80; i++)
        one_round(&property);
}

static void test_ready_made_buffers(void **state)
{
    (void)state;
    struct property property = property_start("ready-made");
    for (int i = 0; i < 20; i++) {
        static struct fake fake;
        struct rig rig;
        uint32_t io_threads = 1 + (uint32_t)property_below(&property, RIG_THREADS);
        uint64_t bytes = 1 + property_below(&property, 300000);
        rig_start(&rig, LAYOUT_WRITER, io_threads, bytes, 4096);
        struct pipeline_setup setup =
            some_setup(&property, some_engine(&property, &fake), io_threads);
        rig.job = JOB_WRITE_READY;
        rig_run(&rig, &setup, PREFER);
        uint64_t sum = 0;
        for (uint32_t w = 0; w < io_threads; w++) {
            rig_check_counts(&rig, w);
            sum += (uint64_t)pipeline_outcome(rig.pipeline, w)->counters.bytes;
            assert_int_equal(rig_file_size(&rig, w), rig_share(&rig, w)->bytes);
        }
        assert_int_equal(sum, bytes);
        assert_int_equal(pipeline_data_counters(rig.pipeline)->producer_bytes, 0);
        rig_check_handling(&rig, 0);
        rig_end(&rig);
    }
}

/* A buffer that is filled in advance for the short last request also serves longer ones. */
static void test_ready_made_buffers_are_full(void **state)
{
    (void)state;
    static unsigned char bytes[4096];
    static const unsigned char zeros[1024];
    struct rig rig;
    struct pipeline_setup setup = {
        .engine = engine_kind_of(ENGINE_PWRITE),
        .depth = 1,
        .buffers = 4,
    };
    rig_start(&rig, LAYOUT_RANK, 1, 3 * 4096 + 100, 4096);
    rig.job = JOB_WRITE_READY;
    rig_run(&rig, &setup, NEVER);
    int fd = open(rig.paths[0], O_RDONLY | O_CLOEXEC);
    for (off_t at = 0; at < 3 * 4096; at += 4096) {
        assert_int_equal(pread(fd, bytes, sizeof bytes, at), sizeof bytes);
        assert_memory_not_equal(bytes + 3072, zeros, sizeof zeros);
    }
    close(fd);
    rig_end(&rig);
}

/* Engine null reads nothing, so every block still holds the poison. */
static void test_a_read_that_never_happened_is_found(void **state)
{
    (void)state;
    struct rig rig;
    struct found found[PIPELINE_DIFFERENCES];
    struct pipeline_setup setup = {
        .engine = engine_kind_of(ENGINE_NULL), .data_threads = 2, .depth = 4, .buffers = 8};
    rig_start(&rig, LAYOUT_RANK, 2, 40 * 8192, 8192);
    rig_run(&rig, &setup, NEVER);
    rig.job = JOB_CHECK;
    rig_run(&rig, &setup, NEVER);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 80);
    assert_int_equal(pipeline_found(rig.pipeline, found), PIPELINE_DIFFERENCES);
    for (uint32_t i = 0; i < PIPELINE_DIFFERENCES; i++) {
        assert_int_equal(found[i].io_thread, 0);
        assert_int_equal(found[i].difference.offset, i * 8192);
        assert_int_equal(found[i].difference.kind, DIFFERENCE_UNREAD);
    }
    rig_end(&rig);
}

/* If a file ends inside a request, the bytes before its end count, also in the timeline. */
static void test_bytes_before_an_early_end_add_up(void **state)
{
    (void)state;
    static const enum engine_id engines[] = {ENGINE_URING, ENGINE_PWRITE, ENGINE_PWRITEV};
    for (size_t i = 0; i < sizeof engines / sizeof *engines; i++) {
        struct rig rig;
        struct pipeline_setup setup = {
            .engine = engine_kind_of(engines[i]), .data_threads = 1, .depth = 1, .buffers = 8};
        if (setup.engine->available(NULL))
            continue;
        rig_start(&rig, LAYOUT_RANK, 1, 20 * 4096, 4096);
        rig_run(&rig, &setup, NEVER);
        assert_int_equal(truncate(rig.paths[0], 10 * 4096 + 1000), 0);
        rig.job = JOB_CHECK;
        rig_run(&rig, &setup, NEVER);
        const struct counters *counters = &pipeline_outcome(rig.pipeline, 0)->counters;
        assert_int_equal(counters->bytes, 10 * 4096 + 1000);
        assert_int_equal(counters->requests, 10);
        rig_check_series(&rig, 0);
        rig_end(&rig);
    }
}

/* Only the acknowledged requests are read, each once. */
static void test_reads_only_what_was_acknowledged(void **state)
{
    (void)state;
    static struct fake fake;
    struct property property = property_start("only");
    for (int round = 0; round < 40; round++) {
        struct rig rig;
        uint64_t missing[64];
        uint64_t count = 1 + property_below(&property, 200);
        uint64_t issued = property_below(&property, count + 1);
        uint64_t missing_count = 0;
        bool seen[200] = {false};
        for (uint64_t place = 0; place < issued && missing_count < 64; place++)
            if (!property_below(&property, 4))
                missing[missing_count++] = place;
        fake_start(&fake);
        fake.keep_log = fake.drop = true;
        struct pipeline_setup setup = {
            .engine = &fake.kind, .depth = 8, .buffers = 8, .data_threads = 1};
        rig_start(&rig, LAYOUT_RANK, 1, count * 512, 512);
        rig_tasks(&rig, NEVER);
        acknowledged_from(&rig.acknowledged[0], issued, 0, missing, missing_count);
        file_close(&rig.files[0], rig.paths[0], NULL);
        rig.job = JOB_READ;
        rig_run(&rig, &setup, NEVER);
        for (uint64_t i = 0; i < fake.submitted; i++) {
            uint64_t place = fake.log[i].offset / 512;
            assert_true(acknowledged_has(&rig.acknowledged[0], place));
            assert_false(seen[place]);
            seen[place] = true;
        }
        assert_int_equal(fake.submitted, acknowledged_count(&rig.acknowledged[0]));
        rig_end(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_what_is_written_is_read_and_checked),
        timed_test(test_ready_made_buffers),
        timed_test(test_ready_made_buffers_are_full),
        timed_test(test_a_read_that_never_happened_is_found),
        timed_test(test_bytes_before_an_early_end_add_up),
        timed_test(test_reads_only_what_was_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
