/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"

#include "work_bytes.h"

/* One rank that writes or reads a data set. */
struct stage {
    struct folder folder;
    struct options options; /* of what was written */
    struct settings reader;
    struct prepared writing;
    struct prepared reading;
    struct prepared *all[2];
    struct setup setup;
    struct cluster cluster;
    struct run run;
    struct phase phase;
    struct dataset *dataset;
    struct work_bytes *bytes;
};

static const enum target_kind directory[] = {TARGET_DIRECTORY};
static const uint32_t rank_node[] = {0};

static void stage_start(struct stage *stage, enum layout layout, uint64_t writers,
                        uint64_t size_bytes)
{
    struct settings *settings = &stage->options.common;
    memset(stage, 0, sizeof *stage);
    folder_start(&stage->folder);
    char *targets[] = {stage->folder.path};
    assert_int_equal(options_init(&stage->options, NULL), 0);
    assert_int_equal(options_set_targets(&stage->options, targets, 1, SOURCE_COMMAND_LINE, NULL),
                     0);
    settings->layout = layout;
    settings->buffer_size_bytes = 4096;
    settings->writers = writers;
    settings->size_bytes = size_bytes;
    const struct plan_setup setup = {
        .settings = settings,
        .writes = true,
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = rank_node},
        .target_kinds = directory,
        .run_id = "id",
    };
    stage->cluster = (struct cluster){.shape = setup.shape};
    stage->reader = *settings;
    stage->dataset = &stage->writing.dataset;
    assert_int_equal(plan_init(&stage->writing.plan, &setup, NULL), 0);
    assert_int_equal(dataset_init(stage->dataset, &stage->cluster, &stage->writing.plan, NULL), 0);
    stage->dataset->generation = 7;
    stage->writing.settings = settings;
    stage->reading = stage->writing;
    stage->reading.settings = &stage->reader;
    stage->all[0] = &stage->writing;
    stage->all[1] = &stage->reading;
    stage->setup = (struct setup){.prepared = stage->all, .prepared_count = 2};
    stage->run = (struct run){.cluster = &stage->cluster, .setup = &stage->setup};
}

static void stage_begin(struct stage *stage, enum phase_id id)
{
    const struct step step = {.phase = id, .settings = id == PHASE_READ};
    assert_int_equal(phase_init(&stage->phase, &stage->run, &step, NULL), 0);
    stage->bytes = work_bytes_of(&stage->phase);
}

static void stage_end(struct stage *stage)
{
    phase_release(&stage->phase);
    for (uint32_t i = 0; i < stage->dataset->part_count; i++)
        unlink(stage->dataset->parts[i].path);
    rmdir(stage->dataset->folder);
    dataset_release(stage->dataset);
    plan_release(&stage->writing.plan);
    options_release(&stage->options);
    folder_end(&stage->folder);
}

/* Creates the files, and records that storage acknowledged all of them. */
static void stage_write(struct stage *stage)
{
    struct failure failure = {0};
    assert_int_equal(directory_create(stage->dataset->folder, 0700, &failure), 0);
    for (uint32_t i = 0; i < stage->dataset->part_count; i++) {
        struct part *part = &stage->dataset->parts[i];
        if (part->share.bytes)
            close(open(part->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        acknowledged_all(&stage->bytes->readable[i], part->share.request_count, part->share.bytes);
    }
}

static void test_writing_tasks(void **state)
{
    (void)state;
    struct stage stage;
    stage_start(&stage, LAYOUT_SHARED, 2, 1000);
    stage_begin(&stage, PHASE_WRITE);
    work_bytes_set_writing(stage.bytes);
    const struct task *task = &stage.bytes->tasks[1];
    assert_int_equal(task->piece_count, 1);
    assert_int_equal(task->places, 1);
    assert_int_equal(task->pieces->share.bytes, 1000);
    assert_int_equal(task->pieces->writer, 1);
    assert_int_equal(task->pieces->position.generation, 7);
    assert_int_equal(task->pieces->position.file_bytes, 1000); /* where the unaligned tail is */
    assert_ptr_equal(task->pieces->file, &stage.bytes->opened.files[1]);
    assert_true(task->may_fall_back);
    assert_null(task->reading);
    assert_int_equal(stage.bytes->tasks[0].piece_count, 0);
    assert_int_equal(stage.bytes->tasks[0].places, 0);
    assert_int_equal(stage.bytes->planned.bytes, 1000);
    stage_end(&stage);
}

static void test_required_direct_transfers_do_not_fall_back(void **state)
{
    (void)state;
    struct stage stage;
    stage_start(&stage, LAYOUT_SHARED, 2, 1000);
    stage.options.common.direct = REQUIRE;
    stage_begin(&stage, PHASE_WRITE);
    work_bytes_set_writing(stage.bytes);
    assert_false(stage.bytes->tasks[0].may_fall_back);
    stage_end(&stage);
}

/* With the writers' settings, what each of them acknowledged; nothing of one that acknowledged
 * nothing. */
static void test_reading_as_it_was_written(void **state)
{
    (void)state;
    struct stage stage;
    struct failure failure = {0};
    stage_start(&stage, LAYOUT_SHARED, 3, 3 * 40960);
    stage_begin(&stage, PHASE_READ);
    stage_write(&stage);
    acknowledged_from(&stage.bytes->readable[0], 7, 5 * 4096, (uint64_t[]){1, 3}, 2);
    acknowledged_from(&stage.bytes->readable[1], 0, 0, NULL, 0);
    if (work_bytes_open_reading(stage.bytes, &failure))
        fail_msg("%s", failure.text);
    const struct task *task = stage.bytes->tasks;
    assert_string_equal(task[0].pieces->path, stage.dataset->parts[0].path);
    assert_int_equal(task[0].piece_count, 1);
    assert_int_equal(task[0].places, 7);
    assert_int_equal(task[0].pieces->share.bytes, 40960);
    assert_ptr_equal(task[0].reading, &stage.bytes->reading);
    assert_int_equal(task[1].piece_count, 0);
    assert_int_equal(task[1].places, 0);
    assert_int_equal(task[2].places, 10);
    assert_int_equal(task[2].pieces->share.file_offset, 2 * 40960);
    assert_int_equal(task[2].pieces->position.generation, 7);
    assert_int_equal(stage.bytes->planned.requests, 5 + 10);
    assert_int_equal(stage.bytes->planned.bytes, 15 * 4096);
    stage_end(&stage);
}

/* Two threads with larger requests, of what three have written: the middle file is read by both.
 * Each opens a file once. */
static void test_reading_in_another_way(void **state)
{
    (void)state;
    static const uint32_t right[2][2] = {{0, 1}, {1, 2}};
    struct stage stage;
    struct failure failure = {0};
    stage_start(&stage, LAYOUT_WRITER, 3, 3 * 40960);
    stage.reader.buffer_size_bytes = 8192;
    stage.reader.writers = 2;
    stage_begin(&stage, PHASE_READ);
    stage_write(&stage);
    if (work_bytes_open_reading(stage.bytes, &failure))
        fail_msg("%s", failure.text);
    for (uint32_t thread = 0; thread < 2; thread++) {
        const struct task *task = &stage.bytes->tasks[thread];
        assert_int_equal(task->piece_count, 2);
        assert_int_equal(task->places, thread ? 8 : 7);
        assert_true(task->reading->whole);
        for (uint32_t i = 0; i < 2; i++) {
            assert_int_equal(task->pieces[i].writer, right[thread][i]);
            assert_string_equal(task->pieces[i].path, stage.dataset->parts[right[thread][i]].path);
            assert_int_equal(task->pieces[i].share.request_bytes, 8192);
            assert_true(task->pieces[i].file->fd >= 0);
        }
    }
    assert_int_equal(work_bytes_first(stage.bytes, 1), 2);
    assert_int_equal(stage.bytes->planned.bytes, 3 * 40960);
    stage_end(&stage);
}

/* Two stretches with a gap between them, in one file. */
static void test_one_file_is_opened_once(void **state)
{
    (void)state;
    struct stage stage;
    struct failure failure = {0};
    stage_start(&stage, LAYOUT_RANK, 2, 2 * 40960);
    stage.reader.buffer_size_bytes = 8192;
    stage.reader.writers = 1;
    stage_begin(&stage, PHASE_READ);
    stage_write(&stage);
    acknowledged_all(&stage.bytes->readable[0], 6, 6 * 4096);
    if (work_bytes_open_reading(stage.bytes, &failure))
        fail_msg("%s", failure.text);
    const struct task *task = stage.bytes->tasks;
    assert_int_equal(task->piece_count, 2);
    assert_ptr_equal(task->pieces[0].file, task->pieces[1].file);
    assert_string_equal(task->pieces[1].path, stage.dataset->parts[1].path);
    assert_int_equal(task->pieces[1].share.file_offset, 40960);
    assert_null(stage.bytes->opened.paths[1]);
    stage_end(&stage);
}

static void test_a_file_that_is_gone_is_a_failure(void **state)
{
    (void)state;
    struct stage stage;
    struct failure failure = {0};
    stage_start(&stage, LAYOUT_WRITER, 2, 2 * 40960);
    stage_begin(&stage, PHASE_READ);
    stage_write(&stage);
    unlink(stage.dataset->parts[1].path);
    assert_int_equal(work_bytes_open_reading(stage.bytes, &failure), -ENOENT);
    assert_non_null(strstr(failure.text, stage.dataset->parts[1].path));
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writing_tasks),
        cmocka_unit_test(test_required_direct_transfers_do_not_fall_back),
        cmocka_unit_test(test_reading_as_it_was_written),
        cmocka_unit_test(test_reading_in_another_way),
        cmocka_unit_test(test_one_file_is_opened_once),
        cmocka_unit_test(test_a_file_that_is_gone_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
