#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "work_bytes.h"

/* One rank, two writers, one shared file, of which the second writer has no part. */
struct stage {
    struct options options;
    struct prepared prepared;
    struct prepared *all[1];
    struct setup setup;
    struct cluster cluster;
    struct run run;
    struct phase phase;
    struct work_bytes *bytes;
};

static const enum target_kind directory[] = {TARGET_DIRECTORY};
static const uint32_t rank_node[] = {0};

static void stage_start(struct stage *stage, enum phase_id id)
{
    char *targets[] = {(char[]){"/data"}};
    struct options *options = &stage->options;
    memset(stage, 0, sizeof *stage);
    assert_int_equal(options_init(options, NULL), 0);
    assert_int_equal(options_set_targets(options, targets, 1, SOURCE_COMMAND_LINE, NULL), 0);
    options->common.layout = LAYOUT_SHARED;
    options->common.buffer_size_bytes = 4096;
    options->common.writers = 2;
    options->common.size_bytes = 1000;
    const struct plan_setup setup = {
        .settings = &options->common,
        .writes = phase_kinds[id].writes,
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = rank_node},
        .target_kinds = directory,
        .run_id = "id",
    };
    stage->prepared.settings = &options->common;
    assert_int_equal(plan_init(&stage->prepared.plan, &setup, NULL), 0);
    stage->cluster = (struct cluster){.shape = setup.shape};
    assert_int_equal(
        dataset_init(&stage->prepared.dataset, &stage->cluster, &stage->prepared.plan, NULL), 0);
    stage->prepared.dataset.generation = 7;
    stage->all[0] = &stage->prepared;
    stage->setup = (struct setup){.prepared = stage->all, .prepared_count = 1};
    stage->run = (struct run){.cluster = &stage->cluster, .setup = &stage->setup};
    const struct step step = {.phase = id};
    assert_int_equal(phase_init(&stage->phase, &stage->run, &step, NULL), 0);
    stage->bytes = work_bytes_of(&stage->phase);
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(
            dataset_foreign(&stage->prepared.dataset, 0, i, &stage->bytes->opened.parts[i], NULL),
            0);
    work_bytes_set_tasks(stage->bytes);
}

static void stage_end(struct stage *stage)
{
    phase_release(&stage->phase);
    dataset_release(&stage->prepared.dataset);
    plan_release(&stage->prepared.plan);
    options_release(&stage->options);
}

static void test_tasks(void **state)
{
    (void)state;
    static const enum phase_id ids[] = {PHASE_WRITE, PHASE_READ};
    for (size_t i = 0; i < 2; i++) {
        struct stage stage;
        stage_start(&stage, ids[i]);
        uint32_t with = stage.bytes->opened.parts[0].share.bytes ? 0 : 1;
        const struct task *task = &stage.bytes->tasks[with];
        assert_string_equal(task->path, "/data/tidemill-id/shared");
        assert_ptr_equal(task->file, &stage.bytes->opened.files[with]);
        assert_int_equal(task->share.bytes, 1000);
        assert_int_equal(task->position.generation, 7);
        assert_int_equal(task->position.file_bytes, 1000); /* where the unaligned tail is */
        assert_true(task->may_fall_back);
        assert_int_equal(task->only != NULL, ids[i] == PHASE_READ);
        assert_null(stage.bytes->tasks[!with].file);
        assert_int_equal(stage.bytes->tasks[!with].share.request_count, 0);
        stage_end(&stage);
    }
}

static void test_required_direct_transfers_do_not_fall_back(void **state)
{
    (void)state;
    struct stage stage;
    stage_start(&stage, PHASE_WRITE);
    stage.options.common.direct = REQUIRE;
    work_bytes_set_tasks(stage.bytes);
    assert_false(stage.bytes->tasks[0].may_fall_back);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks),
        cmocka_unit_test(test_required_direct_transfers_do_not_fall_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
