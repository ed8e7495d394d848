/* SPDX-License-Identifier: Apache-2.0 */
/* Which rank is on which node, compared with the simulated hosts. */
#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The expected node, computed in the simplest way: the number of hosts that occur before it. */
static uint32_t expected_node(uint32_t rank)
{
    uint32_t count = cluster.shape.rank_count;
    uint32_t before = 0;
    for (uint32_t other = 0;; other++) {
        uint32_t host = layout_host(other, count);
        if (host == layout_host(rank, count))
            return before;
        bool seen = false;
        for (uint32_t earlier = 0; earlier < other; earlier++)
            seen = seen || layout_host(earlier, count) == host;
        before += !seen;
    }
}

static void every_rank_is_on_its_node(void **state)
{
    (void)state;
    bool good = true;
    uint32_t highest = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        uint32_t node = expected_node(rank);
        good = good && cluster.shape.rank_node[rank] == node;
        highest = node > highest ? node : highest;
    }
    assert_everywhere(good);
    assert_everywhere(cluster.shape.node_count == highest + 1);
    assert_everywhere(cluster.node == expected_node(cluster.rank));
}

/* All simulated hosts have the same boot id, except twins. */
static void ranks_with_one_boot_id_are_on_one_kernel(void **state)
{
    (void)state;
    const struct shape *shape = &cluster.shape;
    bool twins = strcmp(layout_name(), "twins") == 0;
    uint32_t ranks = 0;
    bool good = true;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++) {
        uint32_t kernel = twins ? shape->rank_node[rank] : 0;
        good = good && shape->rank_kernel[rank] == kernel;
        ranks += kernel == shape->rank_kernel[cluster.rank];
    }
    assert_everywhere(good);
    assert_everywhere(shape->kernel_count == (twins ? shape->node_count : 1));
    assert_everywhere(cluster.kernel_ranks == ranks);
}

static void ranks_of_a_node_are_numbered_in_order(void **state)
{
    (void)state;
    uint32_t before = 0;
    uint32_t all = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        bool local = cluster.shape.rank_node[rank] == cluster.node;
        before += local && rank < cluster.rank;
        all += local;
    }
    assert_everywhere(cluster.local_rank == before);
    assert_everywhere(cluster.leader == (before == 0));
    assert_everywhere(cluster.local_count == all);
}

static void nodes_have_unique_names(void **state)
{
    (void)state;
    bool good = true;
    for (uint32_t node = 0; node < cluster.shape.node_count; node++) {
        for (uint32_t other = 0; other < node; other++)
            good = good && strcmp(cluster.node_names[node], cluster.node_names[other]) != 0;
        good = good && strncmp(cluster.node_names[node], "host", 4) == 0;
    }
    assert_everywhere(good);
    struct failure why = {0};
    size_t bytes = cluster.shape.node_count * sizeof *cluster.node_names;
    assert_everywhere(cluster_check_same(&cluster, cluster.node_names, bytes, "names", &why) == 0);
}

/* All ranks of this test share the memory of one machine, so MPI reports one node. */
static void a_different_number_of_nodes_is_reported(void **state)
{
    (void)state;
    assert_everywhere(cluster.mpi_nodes == 1);
    assert_everywhere(cluster.mpi_local_count == cluster.shape.rank_count);
    assert_everywhere(cluster.mpi_agrees == (cluster.shape.node_count == 1));
}

static void the_mpi_library_is_named(void **state)
{
    (void)state;
    assert_everywhere(strncmp(cluster.library, "Open MPI v", 10) == 0);
    assert_everywhere(!strchr(cluster.library, ','));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rank_is_on_its_node),
        cmocka_unit_test(ranks_with_one_boot_id_are_on_one_kernel),
        cmocka_unit_test(ranks_of_a_node_are_numbered_in_order),
        cmocka_unit_test(nodes_have_unique_names),
        cmocka_unit_test(a_different_number_of_nodes_is_reported),
        cmocka_unit_test(the_mpi_library_is_named),
    };
    return RANKS_MAIN(argc, argv, "nodes", tests);
}
