/* SPDX-License-Identifier: Apache-2.0 */
/* Reading with another request size, order and number of I/O threads than was written with. */
#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "property.h"
#include "rig.h"

#include "platform/clock.h"

enum { WRITERS = 3, BUFFERS = 12, ROUNDS = 60 };

static const enum engine_id engines[] = {ENGINE_PWRITE, ENGINE_PWRITEV, ENGINE_URING};
static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};
static const enum order orders[] = {ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM};

static bool is_available(enum engine_id id)
{
    return engine_kind_of(id)->available(NULL) == 0;
}

static struct pipeline_setup setup_for(enum engine_id id)
{
    return (struct pipeline_setup){.engine = engine_kind_of(id),
                                   .data_threads = 2,
                                   .depth = id == ENGINE_PWRITE ? 1 : 4,
                                   .buffers = BUFFERS};
}

static void write_all(struct rig *rig, struct property *property, enum preference direct)
{
    struct pipeline_setup setup = setup_for(ENGINE_PWRITE);
    uint64_t request = 512 * (1 + property_below(property, 16));
    if (property_below(property, 4) == 0)
        request -= property_below(property, 100);
    rig_start(rig, layouts[property_below(property, 3)], WRITERS,
              1 + property_below(property, 60 * request), request);
    rig->order = orders[property_below(property, 3)];
    rig_run(rig, &setup, direct);
}

/* Takes some of what was written for lost: up to the end, in between, or all of a thread's. */
static void lose_some(struct rig *rig, struct property *property)
{
    for (uint32_t i = 0; i < WRITERS; i++) {
        uint64_t missing[64];
        uint64_t missing_count = 0;
        uint64_t issued = rig_share(rig, i)->request_count;
        if (property_below(property, 3) == 0)
            issued = property_below(property, issued + 1);
        for (uint64_t place = 0; place < issued && property_below(property, 2); place++)
            if (property_below(property, 8) == 0)
                missing[missing_count++] = place;
        acknowledged_from(&rig->acknowledged[i], issued, 0, missing, missing_count);
    }
}

/* Exactly what may be read is read, and is what was written. */
static void check_reading(struct rig *rig, struct pipeline_setup *setup, enum preference direct)
{
    struct amount amount;
    rig_run(rig, setup, direct);
    reading_count(&rig->reading, &amount);
    assert_int_equal(rig_bytes_read(rig), amount.bytes);
    assert_int_equal(rig_requests(rig), amount.requests);
    if (rig->job != JOB_CHECK)
        return;
    assert_int_equal(pipeline_data_counters(rig->pipeline)->producer_bytes, amount.bytes);
    assert_int_equal(pipeline_data_counters(rig->pipeline)->bad_blocks, 0);
}

static void test_reads_in_another_way(void **state)
{
    (void)state;
    struct property property = property_start("pieces");
    for (int round = 0; round < ROUNDS; round++) {
        struct rig rig;
        enum preference direct = property_below(&property, 2) ? PREFER : NEVER;
        write_all(&rig, &property, direct);
        if (property_below(&property, 3))
            lose_some(&rig, &property);
        for (size_t e = 0; e < sizeof engines / sizeof *engines; e++) {
            struct pipeline_setup setup = setup_for(engines[e]);
            rig.job = property_below(&property, 3) ? JOB_CHECK : JOB_READ;
            rig.io_threads = 1 + (uint32_t)property_below(&property, RIG_THREADS);
            rig.request_bytes = 1 + property_below(&property, 20000);
            if (property_below(&property, 2))
                rig.request_bytes = 512 * (1 + property_below(&property, 40));
            rig.order = orders[property_below(&property, 3)];
            rig.first_percent = property_below(&property, 2) ? property_below(&property, 100) : 0;
            if (is_available(engines[e]))
                check_reading(&rig, &setup, direct);
        }
        rig_end(&rig);
    }
}

/* What is checked is not in the files, which are damaged: it is in the buffers from the start. */
static void test_ready_data_are_checked_without_reading(void **state)
{
    (void)state;
    struct property property = property_start("ready");
    for (int round = 0; round < ROUNDS; round++) {
        struct rig rig;
        write_all(&rig, &property, NEVER);
        for (uint32_t i = 0; i < WRITERS; i++)
            if (rig_share(&rig, i)->bytes)
                rig_damage(&rig, i, rig_share(&rig, i)->file_offset);
        if (property_below(&property, 3))
            lose_some(&rig, &property);
        struct pipeline_setup setup = setup_for(ENGINE_NULL);
        setup.ready = true;
        rig.job = JOB_CHECK;
        rig.io_threads = 1 + (uint32_t)property_below(&property, RIG_THREADS);
        rig.request_bytes = 1 + property_below(&property, 20000);
        rig.order = orders[property_below(&property, 3)];
        check_reading(&rig, &setup, NEVER);
        /* data threads end after all I/O threads */
        const int64_t lived_ns = pipeline_data_counters(rig.pipeline)->producer_time_ns;
        for (uint32_t i = 0; i < rig.io_threads; i++)
            assert_true(!rig.tasks[i].places ||
                        setup.data_threads * pipeline_outcome(rig.pipeline, i)->counters.end_ns >=
                            lived_ns);
        rig_end(&rig);
    }
}

/* One thread reads three files; the wrong byte is in the second one. */
static void test_a_difference_is_in_its_file(void **state)
{
    (void)state;
    struct rig rig;
    struct found found[PIPELINE_DIFFERENCES];
    struct pipeline_setup setup = setup_for(ENGINE_PWRITE);
    rig_start(&rig, LAYOUT_WRITER, WRITERS, 3 * 81920, 8192);
    rig_run(&rig, &setup, NEVER);
    rig_damage(&rig, 1, 50000);
    rig_damage(&rig, 2, 10);
    rig.job = JOB_CHECK;
    rig.io_threads = 1;
    rig.request_bytes = 20000;
    rig_run(&rig, &setup, NEVER);
    assert_int_equal(rig.tasks[0].piece_count, 3);
    assert_int_equal(rig_bytes_read(&rig), 3 * 81920);
    assert_int_equal(pipeline_data_counters(rig.pipeline)->bad_blocks, 2);
    assert_int_equal(pipeline_found(rig.pipeline, found), 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(found[i].piece, i + 1);
        assert_int_equal(rig.pieces[0][found[i].piece].writer, i + 1);
        assert_int_equal(found[i].difference.offset, i ? 10 : 50000);
    }
    rig_end(&rig);
}

/* A failure names the file that it came from. */
static void test_a_failure_names_its_file(void **state)
{
    (void)state;
    struct rig rig;
    struct failure failure = {0};
    struct pipeline_setup setup = setup_for(ENGINE_PWRITE);
    rig_start(&rig, LAYOUT_WRITER, WRITERS, 3 * 81920, 8192);
    rig_run(&rig, &setup, NEVER);
    assert_int_equal(truncate(rig.paths[1], 4096), 0);
    rig.job = JOB_READ;
    rig.io_threads = 1;
    rig.request_bytes = 16384;
    rig_tasks(&rig, NEVER);
    if (rig_open(&rig, &setup, &failure))
        fail_msg("%s", failure.text);
    pipeline_go_at(rig.pipeline, clock_now_ns());
    rig_wait(&rig);
    const struct outcome *outcome = pipeline_outcome(rig.pipeline, 0);
    assert_int_equal(outcome->failure.code, -EIO);
    assert_non_null(strstr(outcome->failure.text, rig.pieces[0][1].path));
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(rig.pieces[0][i].file->fd, -1);
    rig_end(&rig);
}

/* Hardly anything of a large share was written, in a random order: a thread that searches for more
 * sees a stop, and what it has sent comes back meanwhile. */
static void test_a_search_is_stopped(void **state)
{
    (void)state;
    struct rig rig;
    struct failure failure = {0};
    struct pipeline_setup setup = setup_for(ENGINE_NULL);
    rig_start(&rig, LAYOUT_RANK, 1, UINT64_C(1) << 50, 4096);
    rig.order = ORDER_RANDOM;
    rig_tasks(&rig, NEVER);
    rig.job = JOB_READ;
    rig.order = ORDER_SEQUENTIAL;
    acknowledged_all(&rig.acknowledged[0], 1000, 1000 * 4096);
    file_close(&rig.files[0], rig.paths[0], NULL);
    rig.request_bytes = 512;
    rig_tasks(&rig, NEVER);
    if (rig_open(&rig, &setup, &failure))
        fail_msg("%s", failure.text);
    pipeline_go_at(rig.pipeline, clock_now_ns());
    assert_false(pipeline_wait(rig.pipeline, 50 * 1000 * 1000));
    pipeline_stop(rig.pipeline);
    rig_wait(&rig);
    assert_int_equal(pipeline_outcome(rig.pipeline, 0)->failure.code, 0);
    rig_end(&rig);
}

/* All of the few that were written are found where there are enough of them to get through. */
static void test_a_search_finds_all(void **state)
{
    (void)state;
    struct rig rig;
    struct pipeline_setup setup = setup_for(ENGINE_NULL);
    rig_start(&rig, LAYOUT_RANK, 1, 200000 * 4096, 4096);
    rig.order = ORDER_RANDOM;
    rig_tasks(&rig, NEVER);
    rig.job = JOB_READ;
    rig.order = ORDER_SEQUENTIAL;
    acknowledged_all(&rig.acknowledged[0], 100, 100 * 4096);
    file_close(&rig.files[0], rig.paths[0], NULL);
    rig.request_bytes = 2048;
    check_reading(&rig, &setup, NEVER);
    assert_int_equal(rig_requests(&rig), 200);
    rig_end(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_in_another_way),
        cmocka_unit_test(test_ready_data_are_checked_without_reading),
        cmocka_unit_test(test_a_difference_is_in_its_file),
        cmocka_unit_test(test_a_failure_names_its_file),
        cmocka_unit_test(test_a_search_is_stopped),
        cmocka_unit_test(test_a_search_finds_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
