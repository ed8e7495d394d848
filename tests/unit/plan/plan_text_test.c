/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <string.h>

#include "resolved.h"

#include "plan/plan.h"

static const uint32_t two_nodes[] = {0, 0, 1, 1};
static const enum target_kind directories[] = {TARGET_DIRECTORY, TARGET_DIRECTORY};

static void start(struct plan *plan, struct options *options, const enum target_kind *kinds)
{
    const struct plan_setup setup = {
        .settings = &options->common,
        .writes = true,
        .shape = {.rank_count = 4, .node_count = 2, .rank_node = two_nodes},
        .target_kinds = kinds,
        .open_ended_bytes = UINT64_C(3) << 30,
        .run_id = "20240229",
    };
    struct failure failure = {0};
    if (plan_init(plan, &setup, &failure))
        fail_msg("%s", failure.text);
}

static void check_path(enum layout layout, const char *target, const enum target_kind *kind,
                       const char *right)
{
    struct options options;
    struct plan plan;
    struct share share;
    struct text path = {0};
    options_fresh(&options);
    options_target(&options, target);
    option_give(&options, OPTION_WRITERS, "3");
    options_resolve(&options);
    options.common.layout = layout;
    start(&plan, &options, kind);
    geometry_share(&plan.geometry, 3, 2, &share);
    plan_path(&plan, 3, 2, &share, &path);
    assert_string_equal(text_string(&path), right);
    text_clear(&path);
    plan.setup.files = FILES_OF_PROBE;
    plan_path(&plan, 3, 2, &share, &path);
    if (*kind == TARGET_DIRECTORY)
        assert_non_null(strstr(text_string(&path), "/tidemill-20240229/probe-"));
    else
        assert_string_equal(text_string(&path), right);
    text_release(&path);
    plan_release(&plan);
    options_release(&options);
}

static void test_paths(void **state)
{
    (void)state;
    static const enum target_kind file = TARGET_FILE;
    static const enum target_kind device = TARGET_DEVICE;
    check_path(LAYOUT_SHARED, "/data", directories, "/data/tidemill-20240229/shared");
    check_path(LAYOUT_RANK, "/data", directories, "/data/tidemill-20240229/r3");
    check_path(LAYOUT_WRITER, "/data", directories, "/data/tidemill-20240229/r3.w2");
    check_path(LAYOUT_RANK, "/data/", directories, "/data/tidemill-20240229/r3");
    check_path(LAYOUT_RANK, "here", directories, "here/tidemill-20240229/r3");
    check_path(LAYOUT_SHARED, "/data/file", &file, "/data/file");
    check_path(LAYOUT_SHARED, "/dev/vdb", &device, "/dev/vdb");
}

/* Ranks of node 1 use the second target. */
static void test_paths_on_several_targets(void **state)
{
    (void)state;
    char *targets[] = {(char[]){"/a"}, (char[]){"/b"}};
    struct options options;
    struct plan plan;
    struct share share;
    struct text path = {0};
    options_fresh(&options);
    assert_int_equal(options_set_targets(&options, targets, 2, SOURCE_COMMAND_LINE, NULL), 0);
    options_resolve(&options);
    start(&plan, &options, directories);
    geometry_share(&plan.geometry, 2, 0, &share);
    plan_path(&plan, 2, 0, &share, &path);
    assert_string_equal(text_string(&path), "/b/tidemill-20240229/r2");
    text_release(&path);
    plan_release(&plan);
    options_release(&options);
}

static void check_description(struct options *options, const char *right)
{
    struct plan plan;
    struct text text = {0};
    options_resolve(options);
    start(&plan, options, directories);
    plan_describe(&plan, &options->run, NULL, &text);
    assert_string_equal(text_string(&text), right);
    text_release(&text);
    plan_release(&plan);
    options_release(options);
}

static void test_the_plan_for_people(void **state)
{
    (void)state;
    struct options options;
    options_fresh(&options);
    options_target(&options, "/data");
    option_give(&options, OPTION_SIZE_PER_RANK, "1.5g");
    option_give(&options, OPTION_VERIFY, "yes");
    check_description(&options,
                      "plan        4 ranks on 2 nodes, one file for each rank, 1 target\n"
                      "target      '/data' gets 6.00 GiB\n"
                      "data set    6.00 GiB (6442450944 bytes) in 6144 requests of 1MiB\n"
                      "each rank   18 buffers (18.0 MiB)\n"
                      "settings    layout rank, buffer-size 1MiB, producers 2, writers 4, depth 4, "
                      "engine auto, direct prefer, fsync end\n"
                      "phases      write read with verification\n"
                      "run id      20240229, seed 77\n");
}

static void test_the_plan_of_a_run_that_time_ends(void **state)
{
    (void)state;
    struct options options;
    options_fresh(&options);
    options_target(&options, "/data");
    option_give(&options, OPTION_TIME, "90s");
    option_give(&options, OPTION_WRITERS, "1");
    option_give(&options, OPTION_PRODUCERS, "1");
    option_give(&options, OPTION_DEPTH, "2");
    option_give(&options, OPTION_LAYOUT, "shared");
    option_give(&options, OPTION_PHASES, "write,verify");
    option_give(&options, OPTION_UNTIL_STEADY, "yes");
    check_description(&options,
                      "plan        4 ranks on 2 nodes, one file for all ranks, 1 target\n"
                      "target      '/data' gets 3.00 GiB\n"
                      "data set    3.00 GiB (3221225472 bytes, what the target can take: the time "
                      "ends it) in 3072 requests of 1MiB\n"
                      "each rank   3 buffers (3.00 MiB)\n"
                      "settings    time 90s, layout shared, buffer-size 1MiB, producers 1, "
                      "writers 1, depth 2, engine auto, direct prefer, fsync end, "
                      "until-steady yes\n"
                      "phases      write verify\n"
                      "run id      20240229, seed 77\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_paths_on_several_targets),
        cmocka_unit_test(test_the_plan_for_people),
        cmocka_unit_test(test_the_plan_of_a_run_that_time_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
