/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "property.h"

#include "prepare/dataset.h"

enum { RANKS_MOST = 24 };

static const enum target_kind directories[] = {TARGET_DIRECTORY, TARGET_DIRECTORY,
                                               TARGET_DIRECTORY};

/* What the data sets of all ranks report of one file of the plan. */
struct file_facts {
    uint32_t creators;
    uint64_t bytes;
    const char *path;
};

static void check_parts(struct dataset *dataset, struct file_facts *files, char *paths[])
{
    for (uint32_t i = 0; i < dataset->part_count; i++) {
        struct part *part = &dataset->parts[i];
        struct file_facts *file = &files[part->share.file];
        assert_false(part->made);
        if (!part->share.bytes) {
            assert_false(part->creates); /* a writer without a share creates no file */
            continue;
        }
        file->bytes += part->share.bytes;
        file->creators += part->creates;
        if (part->creates)
            assert_int_equal(part->share.file_offset, 0); /* the first writer creates it */
        if (!file->path)
            file->path = paths[part->share.file] = strdup(part->path);
        assert_string_equal(part->path, file->path);
    }
}

/* Each file with data is created by exactly one writer, all ranks agree on its path, and no two
 * files have the same path. */
static void check_creators(const struct plan *plan)
{
    enum { FILES_MOST = RANKS_MOST * 4 };
    struct file_facts files[FILES_MOST] = {0};
    char *paths[FILES_MOST] = {0};
    uint64_t total = 0;
    assert_true(plan->geometry.file_count <= FILES_MOST);
    for (uint32_t rank = 0; rank < plan->setup.shape.rank_count; rank++) {
        struct cluster cluster = {.rank = rank, .shape = plan->setup.shape};
        struct dataset dataset;
        assert_int_equal(dataset_init(&dataset, &cluster, plan, NULL), 0);
        assert_non_null(strstr(dataset.folder, "/tidemill-id"));
        check_parts(&dataset, files, paths);
        dataset_release(&dataset);
        dataset_release(&dataset);
    }
    for (uint64_t i = 0; i < plan->geometry.file_count; i++) {
        assert_int_equal(files[i].creators, files[i].bytes > 0);
        total += files[i].bytes;
        for (uint64_t j = 0; j < i; j++)
            assert_false(paths[i] && paths[j] && !strcmp(paths[i], paths[j]));
    }
    for (uint64_t i = 0; i < FILES_MOST; i++)
        free(paths[i]);
    assert_int_equal(total, plan->geometry.setup.total_bytes);
}

static void random_options(struct property *property, struct options *options)
{
    static const enum layout layouts[] = {LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER};
    char *targets[] = {(char[]){"/a"}, (char[]){"/b"}, (char[]){"/c"}};
    assert_int_equal(options_init(options, NULL), 0);
    assert_int_equal(options_set_targets(options, targets, 1 + property_below(property, 3),
                                         SOURCE_COMMAND_LINE, NULL),
                     0);
    assert_int_equal(options_set(options, OPTION_PHASES, "write,read", SOURCE_COMMAND_LINE, NULL),
                     0);
    options->common.layout = layouts[property_below(property, 3)];
    options->common.buffer_size_bytes = 4096;
    options->common.writers = 1 + property_below(property, 4);
    options->common.spread = (unsigned)property_below(
        property, options->common.layout == LAYOUT_WRITER ? SPREAD_WRITER + 1 : SPREAD_WRITER);
    options->common.size_bytes = 1 + property_below(property, 4096 * 120);
}

static void test_each_file_has_one_creator(void **state)
{
    (void)state;
    struct property property = property_start("makers");
    for (int round = 0; round < 600; round++) {
        uint32_t rank_node[RANKS_MOST];
        struct options options;
        struct plan plan;
        struct failure failure = {0};
        uint32_t ranks = 1 + (uint32_t)property_below(&property, RANKS_MOST);
        uint32_t nodes = 1 + (uint32_t)property_below(&property, ranks);
        for (uint32_t rank = 0; rank < ranks; rank++)
            rank_node[rank] = rank % nodes;
        random_options(&property, &options);
        const struct plan_setup setup = {
            .settings = &options.common,
            .writes = true,
            .shape = {.rank_count = ranks, .node_count = nodes, .rank_node = rank_node},
            .target_kinds = directories,
            .run_id = "id",
        };
        if (plan_init(&plan, &setup, &failure))
            fail_msg("%s", failure.text);
        check_creators(&plan);
        plan_release(&plan);
        options_release(&options);
    }
}

/* A rank reads another rank's part from the path to which that rank wrote it. */
static void test_foreign_parts(void **state)
{
    (void)state;
    static const uint32_t rank_node[] = {0, 1, 0};
    struct property property = property_start("foreign");
    struct options options;
    struct plan plan;
    random_options(&property, &options);
    options.common.layout = LAYOUT_WRITER;
    options.common.writers = 2;
    const struct plan_setup setup = {
        .settings = &options.common,
        .writes = true,
        .shape = {.rank_count = 3, .node_count = 2, .rank_node = rank_node},
        .target_kinds = directories,
        .run_id = "id",
    };
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    struct cluster one = {.rank = 1, .shape = setup.shape};
    struct cluster two = {.rank = 2, .shape = setup.shape};
    struct dataset reader;
    struct dataset writer;
    struct part part;
    assert_int_equal(dataset_init(&reader, &one, &plan, NULL), 0);
    assert_int_equal(dataset_init(&writer, &two, &plan, NULL), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(dataset_foreign(&reader, 2, i, &part, NULL), 0);
        assert_string_equal(part.path, writer.parts[i].path);
        assert_memory_equal(&part.share, &writer.parts[i].share, sizeof part.share);
        free(part.path);
    }
    dataset_release(&reader);
    dataset_release(&writer);
    plan_release(&plan);
    options_release(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_file_has_one_creator),
        cmocka_unit_test(test_foreign_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
