/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/target_spread.h"

#include "property.h"
#include "unit.h"

enum { RANKS_MOST = 48, NODES_MOST = 8, TARGETS_MOST = 9, WRITERS_MOST = 10 };

static struct shape shape_of(uint32_t nodes, uint32_t each, bool cyclic,
                             uint32_t rank_node[RANKS_MOST])
{
    const uint32_t ranks = nodes * each;
    for (uint32_t rank = 0; rank < ranks; rank++)
        rank_node[rank] = cyclic ? rank % nodes : rank / each;
    return (struct shape){.rank_count = ranks, .node_count = nodes, .rank_node = rank_node};
}

static enum spread choose(const struct shape *shape, uint32_t targets, uint32_t writers, bool local,
                          bool by_writer)
{
    enum spread chosen = SPREAD_AUTO;
    assert_int_equal(target_spread_choose(shape, targets, writers, local, by_writer, &chosen), 0);
    return chosen;
}

static void auto_is_the_coarsest_that_is_even(void **state)
{
    static const struct {
        uint32_t nodes, each, targets, writers;
        bool local, by_writer;
        enum spread chosen;
    } cases[] = {
        {1, 1, 1, 4, false, true, SPREAD_NODE},   /* nothing to choose */
        {4, 2, 2, 1, false, true, SPREAD_NODE},   /* two nodes each */
        {4, 2, 2, 1, true, true, SPREAD_RANK},    /* each node has two mounts of its own */
        {4, 1, 2, 1, true, true, SPREAD_NODE},    /* nothing uses both */
        {4, 1, 2, 2, true, true, SPREAD_WRITER},  /* its two writers do */
        {4, 1, 2, 2, true, false, SPREAD_NODE},   /* ... but share a file */
        {3, 2, 2, 1, false, true, SPREAD_RANK},   /* nodes would be uneven */
        {3, 1, 2, 1, false, true, SPREAD_NODE},   /* so are ranks, and writers */
        {3, 1, 2, 2, false, true, SPREAD_WRITER}, /* these are not */
        {1, 1, 8, 8, true, true, SPREAD_WRITER},  /* one node with eight mounts and eight writers */
        {1, 8, 8, 1, true, true, SPREAD_RANK},
        {1, 4, 8, 2, true, true, SPREAD_WRITER},
        {1, 4, 8, 1, true, true, SPREAD_RANK}, /* half of them, by ranks as by writers */
        {2, 4, 8, 1, false, true, SPREAD_RANK},
        {1, 1, 3, 2, true, true, SPREAD_WRITER}, /* two of three */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int cyclic = 0; cyclic < 2; cyclic++) {
            uint32_t rank_node[RANKS_MOST];
            const struct shape shape =
                shape_of(cases[i].nodes, cases[i].each, cyclic != 0, rank_node);
            assert_int_equal(choose(&shape, cases[i].targets, cases[i].writers, cases[i].local,
                                    cases[i].by_writer),
                             cases[i].chosen);
        }
}

/* Each node of eight ranks uses its eight mounts, however ranks are numbered. */
static void a_node_uses_all_its_targets(void **state)
{
    (void)state;
    for (int cyclic = 0; cyclic < 2; cyclic++) {
        uint32_t rank_node[RANKS_MOST];
        const struct shape shape = shape_of(4, 8, cyclic != 0, rank_node);
        struct target_spread with;
        assert_int_equal(target_spread_init(&with, SPREAD_RANK, 8, 3, &shape), 0);
        for (uint32_t node = 0; node < 4; node++) {
            uint32_t used = 0;
            for (uint32_t rank = 0; rank < shape.rank_count; rank++)
                if (rank_node[rank] == node)
                    used |= 1U << target_spread_of(&with, rank, 0);
            assert_int_equal(used, 0xff);
        }
        target_spread_release(&with);
    }
}

/* The count of a rank's writers on a target is that of its writers one by one, and over all ranks
 * the units that take turns differ by at most one. */
static void turns_are_even(void **state)
{
    struct property property = property_start("target_spread");
    (void)state;
    for (int round = 0; round < 2000; round++) {
        uint32_t rank_node[RANKS_MOST];
        uint64_t sums[TARGETS_MOST] = {0};
        uint64_t least = UINT64_MAX, most = 0;
        const uint32_t nodes = 1 + (uint32_t)property_below(&property, NODES_MOST);
        const uint32_t each = 1 + (uint32_t)property_below(&property, RANKS_MOST / NODES_MOST);
        const uint32_t targets = 1 + (uint32_t)property_below(&property, TARGETS_MOST);
        const uint32_t writers = 1 + (uint32_t)property_below(&property, WRITERS_MOST);
        const enum spread spread = (enum spread)property_below(&property, 4);
        const struct shape shape = shape_of(nodes, each, property_below(&property, 2), rank_node);
        const uint64_t unit = spread == SPREAD_WRITER ? 1
                              : spread == SPREAD_RANK ? writers
                                                      : (uint64_t)each * writers;
        struct target_spread with;
        assert_int_equal(target_spread_init(&with, spread, targets, writers, &shape), 0);
        for (uint32_t rank = 0; rank < shape.rank_count; rank++)
            for (uint32_t target = 0; target < targets; target++) {
                uint32_t count = 0;
                for (uint32_t writer = 0; writer < writers; writer++)
                    count += target_spread_of(&with, rank, writer) == target;
                assert_int_equal(target_spread_count(&with, rank, target), count);
                sums[target] += count;
            }
        for (uint32_t target = 0; target < targets; target++) {
            least = sums[target] < least ? sums[target] : least;
            most = sums[target] > most ? sums[target] : most;
        }
        assert_true(most - least <= unit);
        target_spread_release(&with);
    }
}

static void fit(uint64_t writers, enum spread asked, enum layout layout, bool layout_given,
                const struct spread_choice *choice, struct settings *fitted)
{
    static const uint32_t one_node[] = {0};
    static char names[2][3] = {"/a", "/b"};
    static char *targets[] = {names[0], names[1]};
    const struct shape shape = {.rank_count = 1, .node_count = 1, .rank_node = one_node};
    *fitted = (struct settings){.target_count = 2,
                                .targets = targets,
                                .writers = writers,
                                .spread = asked,
                                .layout = layout};
    if (layout_given)
        fitted->source[OPTION_LAYOUT] = SOURCE_COMMAND_LINE;
    assert_int_equal(target_spread_fit(fitted, &shape, choice, NULL), 0);
}

static void a_default_layout_follows(void **state)
{
    const struct spread_choice directories = {.local = true};
    const struct spread_choice files = {.local = true, .files = true};
    const struct spread_choice objects = {.local = true, .objects = true};
    const struct spread_choice stored = {.local = true, .stored = true};
    struct settings fitted;
    (void)state;
    fit(2, SPREAD_AUTO, LAYOUT_RANK, false, &directories, &fitted);
    assert_int_equal(fitted.spread, SPREAD_WRITER);
    assert_int_equal(fitted.layout, LAYOUT_WRITER);
    fit(1, SPREAD_WRITER, LAYOUT_RANK, false, &directories, &fitted);
    assert_int_equal(fitted.layout, LAYOUT_WRITER);
    fit(2, SPREAD_AUTO, LAYOUT_RANK, true, &directories, &fitted);
    assert_int_equal(fitted.spread, SPREAD_NODE);
    assert_int_equal(fitted.layout, LAYOUT_RANK);
    fit(2, SPREAD_AUTO, LAYOUT_SHARED, false, &files, &fitted);
    assert_int_equal(fitted.spread, SPREAD_NODE);
    assert_int_equal(fitted.layout, LAYOUT_SHARED);
    fit(2, SPREAD_AUTO, LAYOUT_RANK, false, &objects, &fitted);
    assert_int_equal(fitted.spread, SPREAD_NODE);
    fit(2, SPREAD_AUTO, LAYOUT_WRITER, true, &stored, &fitted);
    assert_int_equal(fitted.spread, SPREAD_NODE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(auto_is_the_coarsest_that_is_even),
        cmocka_unit_test(a_node_uses_all_its_targets),
        cmocka_unit_test(turns_are_even),
        cmocka_unit_test(a_default_layout_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
