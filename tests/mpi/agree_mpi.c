/* SPDX-License-Identifier: Apache-2.0 */
/* Random ranks fail; every rank must get the same, correct result. */
#include "ranks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct truth {
    uint32_t ranks;
    uint32_t nodes;
    uint32_t first;
    bool node_failed[256];
};

static struct truth count_failures(const bool *failed)
{
    struct truth truth = {.first = UINT32_MAX};
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        if (!failed[rank])
            continue;
        if (truth.ranks++ == 0)
            truth.first = rank;
        truth.node_failed[cluster.shape.rank_node[rank]] = true;
    }
    for (uint32_t node = 0; node < cluster.shape.node_count; node++)
        truth.nodes += truth.node_failed[node];
    return truth;
}

/* The expected list, computed in the simplest way; the names in these tests are short, so eight
 * fit. */
static void expected_names(const struct truth *truth, char *out, size_t size)
{
    uint32_t first = cluster.shape.rank_node[truth->first];
    uint32_t shown = 1;
    snprintf(out, size, "%s", cluster.node_names[first]);
    for (uint32_t node = 0; node < cluster.shape.node_count && shown < 8; node++) {
        if (!truth->node_failed[node] || node == first)
            continue;
        strncat(out, shown++ ? ", " : "", size - strlen(out) - 1);
        strncat(out, cluster.node_names[node], size - strlen(out) - 1);
    }
    if (shown < truth->nodes)
        snprintf(out + strlen(out), size - strlen(out), " and %u more", truth->nodes - shown);
}

static void one_round(const bool *failed)
{
    struct truth truth = count_failures(failed);
    struct failure mine = {0};
    if (failed[cluster.rank])
        failure_set(&mine, -EIO, "cannot read '/x/r%u'", cluster.rank);
    struct agreement agreement;
    int code = cluster_agree(&cluster, &mine, &agreement);

    struct failure why = {0};
    assert_everywhere(cluster_check_same(&cluster, &agreement, sizeof agreement, "answer", &why) ==
                      0);
    assert_everywhere(code == (truth.ranks ? -EIO : 0));
    assert_everywhere(agreement.failed_ranks == truth.ranks);
    assert_everywhere(agreement.failed_nodes == truth.nodes);
    if (truth.ranks == 0)
        return;
    char text[FAILURE_TEXT];
    char names[RECORD_LINE];
    snprintf(text, sizeof text, "cannot read '/x/r%u'", truth.first);
    expected_names(&truth, names, sizeof names);
    assert_everywhere(strcmp(agreement.first.text, text) == 0);
    assert_everywhere(strcmp(agreement.nodes, names) == 0);
}

static void random_ranks_fail(void **state)
{
    (void)state;
    struct property property =
        property_start("agree"); /* one random sequence, the same on every rank */
    for (int round = 0; round < 60; round++) {
        bool failed[256] = {false};
        uint64_t one_in = 1 + property_below(&property, 6);
        for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++)
            failed[rank] = property_below(&property, one_in) == 0;
        one_round(failed);
    }
}

static void no_rank_fails(void **state)
{
    (void)state;
    bool failed[256] = {false};
    one_round(failed);
    struct agreement agreement;
    assert_everywhere(cluster_agree(&cluster, NULL, &agreement) == 0);
}

static void each_rank_fails_alone(void **state)
{
    (void)state;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        bool failed[256] = {false};
        failed[rank] = true;
        one_round(failed);
    }
}

static void same_names_the_first_rank_that_differs(void **state)
{
    (void)state;
    char bytes[40000];
    struct property property = property_start("same");
    for (uint32_t round = 0; round < 20; round++) {
        uint32_t first = (uint32_t)property_below(&property, cluster.shape.rank_count + 1);
        size_t at = (size_t)property_below(&property, sizeof bytes);
        memset(bytes, 5, sizeof bytes);
        if (first > 0 && cluster.rank >= first)
            bytes[at] = 6;
        struct failure why = {0};
        int code = cluster_check_same(&cluster, bytes, sizeof bytes, "plan", &why);
        bool differs = first > 0 && first < cluster.shape.rank_count;
        char expected[64];
        snprintf(expected, sizeof expected, "first on rank %u ('host", first);
        assert_everywhere(code == (differs ? -EINVAL : 0));
        assert_everywhere(differs ? strstr(why.text, expected) != NULL : why.code == 0);
    }
}

static void same_detects_a_different_length(void **state)
{
    (void)state;
    char bytes[100] = {0};
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    struct failure why = {0};
    int code = cluster_check_same(&cluster, bytes, last ? 99 : 100, "plan", &why);
    assert_everywhere(code == (cluster.shape.rank_count > 1 ? -EINVAL : 0));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rank_fails),
        cmocka_unit_test(each_rank_fails_alone),
        cmocka_unit_test(random_ranks_fail),
        cmocka_unit_test(same_names_the_first_rank_that_differs),
        cmocka_unit_test(same_detects_a_different_length),
    };
    return RANKS_MAIN(argc, argv, "agree", tests);
}
