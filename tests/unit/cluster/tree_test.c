/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "property.h"
#include "tree.h"

enum { RANKS_MOST = 700 };

/* Random ranks on random hosts, numbered by their lowest rank. */
static void random_shape(struct property *property, struct shape *shape, uint32_t *rank_node)
{
    uint32_t number_of[RANKS_MOST] = {0}; /* host to node + 1 */
    uint32_t ranks = 1 + (uint32_t)property_below(property, RANKS_MOST);
    uint32_t hosts = 1 + (uint32_t)property_below(property, ranks);
    *shape = (struct shape){.rank_count = ranks, .rank_node = rank_node};
    for (uint32_t rank = 0; rank < ranks; rank++) {
        uint32_t host = (uint32_t)property_below(property, hosts);
        if (number_of[host] == 0)
            number_of[host] = ++shape->node_count;
        rank_node[rank] = number_of[host] - 1;
    }
}

static bool has(const uint32_t *list, uint32_t count, uint32_t value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i] == value)
            return true;
    }
    return false;
}

struct edges {
    uint32_t *of[RANKS_MOST];
    uint32_t count[RANKS_MOST];
};

/* Returns the number of steps from 'rank' to rank 0; fails the test if there is a loop. */
static uint32_t steps_to_root(const struct edges *edges, uint32_t rank)
{
    uint32_t steps = 0;
    for (; rank != 0; rank = edges->of[rank][0]) {
        assert_in_range(edges->count[rank], 1, RANKS_MOST);
        assert_in_range(++steps, 1, 4);
    }
    return steps;
}

/* Checks that edges are symmetric, that every rank reaches rank 0 through its first neighbour, and
 * that there are no more edges than in a tree. */
static void check_tree(const struct shape *shape)
{
    struct edges edges = {{NULL}, {0}};
    uint32_t ends = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        assert_int_equal(tree_neighbours(shape, rank, &edges.of[rank], &edges.count[rank]), 0);
        ends += edges.count[rank];
    }
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        steps_to_root(&edges, rank);
        for (uint32_t i = 0; i < edges.count[rank]; i++) {
            uint32_t other = edges.of[rank][i];
            assert_true(other < shape->rank_count && other != rank);
            assert_true(has(edges.of[other], edges.count[other], rank));
        }
    }
    assert_int_equal(ends, 2 * (shape->rank_count - 1));
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        free(edges.of[rank]);
}

static void neighbours_form_a_tree(void **state)
{
    (void)state;
    struct property property = property_start("tree");
    for (int round = 0; round < 60; round++) {
        struct shape shape;
        uint32_t rank_node[RANKS_MOST];
        random_shape(&property, &shape, rank_node);
        check_tree(&shape);
    }
}

/* Only a node's first rank communicates with other nodes, and with few of them. */
static void only_leaders_have_neighbours_on_other_nodes(void **state)
{
    (void)state;
    struct property property = property_start("tree traffic");
    struct shape shape;
    uint32_t rank_node[RANKS_MOST];
    random_shape(&property, &shape, rank_node);
    for (uint32_t rank = 0; rank < shape.rank_count; rank++) {
        uint32_t *neighbours = NULL;
        uint32_t count = 0;
        uint32_t on_other_nodes = 0;
        bool leads = !has(rank_node, rank, rank_node[rank]);
        assert_int_equal(tree_neighbours(&shape, rank, &neighbours, &count), 0);
        for (uint32_t i = 0; i < count; i++)
            on_other_nodes += rank_node[neighbours[i]] != rank_node[rank];
        free(neighbours);
        assert_true(on_other_nodes <= (leads ? TREE_FAN_OUT + 1 : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_form_a_tree),
        cmocka_unit_test(only_leaders_have_neighbours_on_other_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
