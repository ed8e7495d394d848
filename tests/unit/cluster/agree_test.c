/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "cluster/cluster.h"

static const struct agreement twelve = {
    .failed_ranks = 12,
    .failed_nodes = 2,
    .first = {.code = -ENOSPC, .text = "cannot write '/x/r3': No space left on device"},
    .nodes = "n03, n04",
};

static void the_line_names_ranks_and_nodes(void **state)
{
    (void)state;
    const struct cluster cluster = {.shape = {.rank_count = 64, .node_count = 8}};
    char line[RECORD_LINE];
    agreement_format(&cluster, &twelve, line, sizeof line);
    assert_string_equal(line, "12 of 64 ranks (nodes n03, n04): cannot write '/x/r3': "
                              "No space left on device");
}

static void the_line_of_one_node(void **state)
{
    (void)state;
    const struct cluster cluster = {.shape = {.rank_count = 4, .node_count = 1}};
    struct agreement agreement = twelve;
    agreement.failed_ranks = 1;
    agreement.failed_nodes = 1;
    strcpy(agreement.nodes, "vm");
    char line[RECORD_LINE];
    agreement_format(&cluster, &agreement, line, sizeof line);
    assert_string_equal(line, "1 of 4 ranks (node vm): cannot write '/x/r3': "
                              "No space left on device");
}

static void a_single_rank_needs_no_names(void **state)
{
    (void)state;
    const struct cluster cluster = {.shape = {.rank_count = 1, .node_count = 1}};
    char line[RECORD_LINE];
    agreement_format(&cluster, &twelve, line, sizeof line);
    assert_string_equal(line, twelve.first.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_names_ranks_and_nodes),
        cmocka_unit_test(the_line_of_one_node),
        cmocka_unit_test(a_single_rank_needs_no_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
