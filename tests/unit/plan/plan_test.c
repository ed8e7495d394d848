/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "property.h"
#include "resolved.h"

#include "plan/plan.h"

enum { RANKS_MOST = 64 };

static const uint32_t one_node[RANKS_MOST];
static const uint32_t two_nodes[] = {0, 0, 1, 1};
static const enum target_kind directory[] = {TARGET_DIRECTORY, TARGET_DIRECTORY};

static struct plan_setup setup_of(const struct options *options)
{
    return (struct plan_setup){
        .settings = &options->common,
        .writes = true,
        .shape = {.rank_count = 4, .node_count = 2, .rank_node = two_nodes},
        .target_kinds = directory,
        .run_id = "abc",
    };
}

static void start(struct options *options)
{
    options_fresh(options);
    options_target(options, "/data");
    option_give(options, OPTION_SIZE, "1g");
    options_resolve(options);
}

static void refuse(const struct plan_setup *setup, int code, const char *text)
{
    struct plan plan;
    struct failure failure = {0};
    assert_int_equal(plan_init(&plan, setup, &failure), code);
    assert_string_equal(failure.text, text);
    plan_release(&plan);
}

/* Five rounds of 2^30 ns must be over before the time is. */
static void test_refusals_of_times_too_short_to_be_steady(void **state)
{
    (void)state;
    struct options options;
    struct plan plan;
    start(&options);
    const struct plan_setup setup = setup_of(&options);
    option_give(&options, OPTION_UNTIL_STEADY, "yes");
    option_give(&options, OPTION_TIME, "5");
    refuse(&setup, -EINVAL,
           "--until-steady needs five rounds of 1.07 s: use a --time of 6s or more, or leave it "
           "out");
    option_give(&options, OPTION_TIME, "6");
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    plan_release(&plan);
    options_release(&options);
}

static void test_refusals_of_targets(void **state)
{
    (void)state;
    static const enum target_kind null[] = {TARGET_NULL};
    static const enum target_kind files[] = {TARGET_FILE, TARGET_NEW_FILE, TARGET_DEVICE};
    struct options options;
    start(&options);
    struct plan_setup setup = setup_of(&options);
    setup.target_kinds = null;
    setup.reads = true;
    refuse(&setup, -EINVAL,
           "'/dev/null' stores nothing that a phase could read: use '--phases write'");
    for (size_t i = 0; i < 3; i++) {
        setup.target_kinds = &files[i];
        refuse(&setup, -EINVAL,
               "target '/data' is one file: use '--layout shared', or a directory");
    }
    options.common.layout = LAYOUT_SHARED;
    struct plan plan;
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    plan_release(&plan);
    options_release(&options);
}

static void test_sizes_that_overflow(void **state)
{
    (void)state;
    static const char text[] = "the data set of all ranks is larger than 8 EiB: use a smaller size";
    static const enum option_id sizes[] = {OPTION_SIZE_PER_RANK, OPTION_SIZE_PER_NODE};
    static const char *const values[] = {"2305843009213693952", "4611686018427387904"};
    for (size_t i = 0; i < 2; i++) {
        struct options options;
        options_fresh(&options);
        options_target(&options, "/data");
        option_give(&options, sizes[i], values[i]);
        options_resolve(&options);
        struct plan_setup setup = setup_of(&options);
        refuse(&setup, -EOVERFLOW, text);        /* 2^63 exactly, by 4 ranks or 2 nodes */
        options.common.size_per_rank_bytes *= 4; /* wraps around */
        options.common.size_per_node_bytes *= 2;
        refuse(&setup, -EOVERFLOW, text);
        options_release(&options);
    }
}

static void check_total(enum option_id id, const char *value, uint64_t total)
{
    struct options options;
    struct plan plan;
    options_fresh(&options);
    options_target(&options, "/data");
    if (id != OPTION_COUNT)
        option_give(&options, id, value);
    options_resolve(&options);
    struct plan_setup setup = setup_of(&options);
    setup.open_ended_bytes = 123456;
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    assert_int_equal(plan.geometry.setup.total_bytes, total);
    assert_int_equal(plan.geometry.setup.by_node, id == OPTION_SIZE_PER_NODE);
    const bool parts = id != OPTION_SIZE && id != OPTION_TIME;
    assert_int_equal(plan.geometry.setup.part_bytes > 0, parts);
    plan_release(&plan);
    setup.undivided = true; /* as version 0.1.0 planned */
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    assert_int_equal(plan.geometry.setup.total_bytes, total);
    assert_int_equal(plan.geometry.setup.part_bytes, 0);
    plan_release(&plan);
    options_release(&options);
}

static void test_sizes(void **state)
{
    (void)state;
    check_total(OPTION_SIZE, "1000001", 1000001);
    check_total(OPTION_SIZE_PER_RANK, "1000001", 4000004);
    check_total(OPTION_SIZE_PER_NODE, "1000001", 2000002);
    check_total(OPTION_TIME, "5s", 123456);
    check_total(OPTION_COUNT, "", UINT64_C(4) << 30);
}

/* Which rank reads which data, over any kernels. */
static void check_shift(struct plan *plan, uint64_t kernels)
{
    const struct shape *shape = &plan->setup.shape;
    const uint32_t *rank_kernel = shape->rank_kernel ? shape->rank_kernel : shape->rank_node;
    const uint32_t count = shape->rank_kernel ? shape->kernel_count : shape->node_count;
    bool read[RANKS_MOST] = {false};
    uint32_t same = 0;
    uint32_t largest = 0;
    assert_int_equal(plan_shift(plan, kernels, NULL), 0);
    for (uint32_t kernel = 0; kernel < count; kernel++) {
        uint32_t ranks = 0;
        for (uint32_t rank = 0; rank < shape->rank_count; rank++)
            ranks += rank_kernel[rank] == kernel;
        largest = ranks > largest ? ranks : largest;
    }
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        uint32_t from = plan->reads_of[rank];
        assert_true(from < shape->rank_count);
        assert_false(read[from]);
        read[from] = true;
        same += rank_kernel[from] == rank_kernel[rank];
        if (kernels % count == 0)
            assert_int_equal(from, rank);
    }
    assert_int_equal(plan->same_node, same);
    assert_int_equal(plan->shift, kernels % count);
    if (kernels % count == 0)
        assert_int_equal(same, shape->rank_count);
    else if (2 * largest <= shape->rank_count)
        assert_int_equal(same, 0);
    else /* no permutation does better */
        assert_int_equal(same, 2 * largest - shape->rank_count);
}

static void test_shifts(void **state)
{
    (void)state;
    struct property property = property_start("shift");
    struct options options;
    uint32_t own_node[RANKS_MOST];
    for (uint32_t rank = 0; rank < RANKS_MOST; rank++)
        own_node[rank] = rank;
    start(&options);
    for (int round = 0; round < 3000; round++) {
        uint32_t rank_node[RANKS_MOST];
        uint32_t number_of[RANKS_MOST];
        struct plan plan;
        struct plan_setup setup = setup_of(&options);
        uint32_t nodes = 1 + (uint32_t)property_below(&property, 12);
        setup.shape = (struct shape){
            .rank_count = 1 + (uint32_t)property_below(&property, RANKS_MOST),
            .rank_node = rank_node,
        };
        memset(number_of, 0xff, sizeof number_of);
        uint32_t heavy = (uint32_t)property_below(&property, 3); /* uneven: node 0 gets more */
        for (uint32_t rank = 0; rank < setup.shape.rank_count; rank++) {
            uint32_t node = property_below(&property, 3) < heavy
                                ? 0
                                : (uint32_t)property_below(&property, nodes);
            if (number_of[node] == UINT32_MAX)
                number_of[node] = setup.shape.node_count++;
            rank_node[rank] = number_of[node];
        }
        const uint32_t groups = setup.shape.node_count;
        if (property_below(&property, 2)) { /* containers: several nodes on each kernel */
            setup.shape.kernel_count = groups;
            setup.shape.rank_kernel = rank_node;
            setup.shape.node_count = setup.shape.rank_count;
            setup.shape.rank_node = own_node;
        }
        assert_int_equal(plan_init(&plan, &setup, NULL), 0);
        assert_int_equal(plan.shift, 0);
        for (uint32_t shift = 0; shift <= groups + 1; shift++)
            check_shift(&plan, shift);
        check_shift(&plan, (UINT64_C(1) << 32) + 1);
        check_shift(&plan, UINT64_MAX);
        plan_release(&plan);
    }
    options_release(&options);
}

/* Even nodes: rank i of a node reads from rank i of the node that is that many nodes away. */
static void test_a_shift_over_even_nodes(void **state)
{
    (void)state;
    static const uint32_t in_turn[] = {0, 1, 2, 0, 1, 2};
    struct options options;
    struct plan plan;
    start(&options);
    struct plan_setup setup = setup_of(&options);
    setup.shape = (struct shape){.rank_count = 6, .node_count = 3, .rank_node = in_turn};
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    assert_int_equal(plan_shift(&plan, 1, NULL), 0);
    static const uint32_t right[] = {1, 2, 0, 4, 5, 3};
    for (uint32_t rank = 0; rank < 6; rank++)
        assert_int_equal(plan.reads_of[rank], right[rank]);
    plan_release(&plan);
    options_release(&options);
}

static void fingerprint(const struct plan_setup *setup, char out[PLAN_NAME])
{
    struct plan plan;
    struct failure failure = {0};
    if (plan_init(&plan, setup, &failure))
        fail_msg("%s", failure.text);
    memcpy(out, plan.fingerprint, PLAN_NAME);
    assert_int_equal(strlen(out), 16);
    plan_release(&plan);
}

static void check_differs(const struct plan_setup *setup, const char *from, const char *what)
{
    char now[PLAN_NAME];
    fingerprint(setup, now);
    if (!strcmp(now, from))
        fail_msg("the fingerprint does not see %s", what);
}

static void test_the_fingerprint_sees_options(void **state)
{
    (void)state;
    static const struct {
        enum option_id id;
        const char *value;
    } changes[] = {
        {OPTION_SIZE, "2g"},       {OPTION_BUFFER_SIZE, "64k"}, {OPTION_BUFFER_COUNT, "100"},
        {OPTION_PRODUCERS, "3"},   {OPTION_WRITERS, "3"},       {OPTION_DEPTH, "3"},
        {OPTION_LAYOUT, "shared"}, {OPTION_SEED, "5"},          {OPTION_TIME, "5s"},
        {OPTION_VERIFY, "yes"},    {OPTION_SHIFT, "2"},         {OPTION_GENERATE, "once"},
        {OPTION_ENGINE, "pwrite"}, {OPTION_DIRECT, "never"},    {OPTION_FSYNC, "never"},
        {OPTION_RATE, "1m"},
    };
    struct options options;
    char first[PLAN_NAME];
    char again[PLAN_NAME];
    start(&options);
    struct plan_setup setup = setup_of(&options);
    fingerprint(&setup, first);
    fingerprint(&setup, again);
    assert_string_equal(first, again);
    setup.reads = true;
    check_differs(&setup, first, "reading");
    setup.reads = false;
    options_release(&options);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        options_fresh(&options);
        options_target(&options, "/data");
        option_give(&options, OPTION_SIZE, "1g");
        option_give(&options, changes[i].id, changes[i].value);
        options_resolve(&options);
        check_differs(&setup, first, options_name(changes[i].id));
        options_release(&options);
    }
}

static void test_the_fingerprint_sees_the_rest(void **state)
{
    (void)state;
    static const uint32_t other_nodes[] = {0, 1, 0, 1};
    static const enum target_kind file[] = {TARGET_FILE};
    struct options options;
    char first[PLAN_NAME];
    options_fresh(&options);
    options_target(&options, "/data");
    option_give(&options, OPTION_TIME, "5s");
    option_give(&options, OPTION_LAYOUT, "shared");
    options_resolve(&options);
    struct plan_setup setup = setup_of(&options);
    setup.open_ended_bytes = 1 << 20;
    const struct plan_setup good = setup;
    fingerprint(&setup, first);
    setup.open_ended_bytes++;
    check_differs(&setup, first, "the size of an open end");
    setup = good;
    setup.run_id = "abd";
    check_differs(&setup, first, "the run id");
    setup = good;
    setup.shape.rank_node = other_nodes;
    check_differs(&setup, first, "which rank is on which node");
    setup = good;
    setup.shape.rank_count = 3;
    check_differs(&setup, first, "the number of ranks");
    setup = good;
    setup.target_kinds = file;
    check_differs(&setup, first, "what a target is");
    options_target(&options, "/date");
    check_differs(&good, first, "the target's name");
    options_release(&options);
}

/* All targets together get the data set, all nodes together what a target gets. */
static void test_bytes_of_targets_and_nodes(void **state)
{
    (void)state;
    static const uint32_t rank_node[] = {0, 1, 2, 2, 1, 3, 3, 3, 4};
    char *targets[] = {(char[]){"/a"}, (char[]){"/b"}};
    struct options options;
    struct plan plan;
    start(&options);
    assert_int_equal(options_set_targets(&options, targets, 2, SOURCE_COMMAND_LINE, NULL), 0);
    options.common.size_bytes = 1234567891;
    struct plan_setup setup = setup_of(&options);
    setup.shape = (struct shape){.rank_count = 9, .node_count = 5, .rank_node = rank_node};
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    uint64_t sum = 0;
    for (uint32_t target = 0; target < 2; target++) {
        uint64_t nodes = 0;
        for (uint32_t node = 0; node < 5; node++) {
            uint64_t bytes = plan_node_bytes(&plan, target, node);
            assert_true(node % 2 == target ? bytes > 0 : bytes == 0);
            nodes += bytes;
        }
        assert_int_equal(nodes, plan_target_bytes(&plan, target));
        sum += nodes;
    }
    assert_int_equal(sum, 1234567891);
    plan_release(&plan);
    plan_release(&plan);
    options_release(&options);
}

static void test_one_node_reads_its_own(void **state)
{
    (void)state;
    struct options options;
    struct plan plan;
    start(&options);
    struct plan_setup setup = setup_of(&options);
    setup.shape = (struct shape){.rank_count = 5, .node_count = 1, .rank_node = one_node};
    assert_int_equal(plan_init(&plan, &setup, NULL), 0);
    assert_int_equal(plan_shift(&plan, 3, NULL), 0);
    assert_int_equal(plan.shift, 0);
    assert_int_equal(plan.same_node, 5);
    plan_release(&plan);
    options_release(&options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals_of_times_too_short_to_be_steady),
        cmocka_unit_test(test_refusals_of_targets),
        cmocka_unit_test(test_sizes_that_overflow),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_shifts),
        cmocka_unit_test(test_a_shift_over_even_nodes),
        cmocka_unit_test(test_one_node_reads_its_own),
        cmocka_unit_test(test_the_fingerprint_sees_options),
        cmocka_unit_test(test_the_fingerprint_sees_the_rest),
        cmocka_unit_test(test_bytes_of_targets_and_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
