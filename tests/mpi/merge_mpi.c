/* SPDX-License-Identifier: Apache-2.0 */
/* Timelines of all ranks are merged as if one rank had recorded all events. */
#include "ranks.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/merge.h"
#include "stats/timeline.h"

enum { ROUNDS = 5, EVENTS = 200 };

static void fill(struct timeline *timeline, uint32_t rank, uint64_t round)
{
    struct property property = {.state = (round << 32) + rank};
    int64_t longest_ns = INT64_C(1) << (20 + property_below(&property, 20));
    timeline_clear(timeline);
    for (int i = 0; i < EVENTS; i++) {
        int64_t at_ns = (int64_t)(property_next(&property) % (uint64_t)longest_ns);
        timeline_record(timeline, at_ns, (int64_t)property_below(&property, 1000), at_ns / 7);
    }
}

static void rule(void *into, const void *from)
{
    timeline_merge(into, from);
}

/* The expected timeline of this node, or of all ranks. */
static void expect(struct timeline *expected, bool all, uint64_t round)
{
    struct timeline *one = malloc(sizeof *one);
    timeline_clear(expected);
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        if (!all && cluster.shape.rank_node[rank] != cluster.node)
            continue;
        fill(one, rank, round);
        timeline_merge(expected, one);
    }
    free(one);
}

static void timelines_are_merged_by_node_and_then_globally(void **state)
{
    (void)state;
    struct timeline *value = malloc(sizeof *value);
    struct timeline *scratch = malloc(sizeof *scratch);
    struct timeline *expected = malloc(sizeof *expected);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        fill(value, cluster.rank, round);
        cluster_merge_node(&cluster, value, scratch, sizeof *value, rule);
        expect(expected, false, round);
        assert_everywhere(!cluster.leader || memcmp(value, expected, sizeof *value) == 0);
        cluster_merge_leaders(&cluster, value, scratch, sizeof *value, rule);
        expect(expected, true, round);
        assert_everywhere(cluster.rank != 0 || memcmp(value, expected, sizeof *value) == 0);
    }
    free(expected);
    free(scratch);
    free(value);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timelines_are_merged_by_node_and_then_globally)};
    return RANKS_MAIN(argc, argv, "merge", tests);
}
