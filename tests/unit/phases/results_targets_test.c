/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of targets, from the ranks that used them. */
#include "results.h"

#include <stdlib.h>

#include "unit.h"

enum { RANKS = 5, NODES = 3 };

static const uint32_t target_of[RANKS] = {0, 0, 2, 2, 2};

/* Two ranks each on the first two nodes, one on the third; none uses the second target. */
static void make_phase(struct record_phase *phase, struct record_row *ranks,
                       struct histogram *latency)
{
    *phase = (struct record_phase){
        .ranks = ranks, .rank_count = RANKS, .node_count = NODES, .node_latency = latency};
    for (int i = 0; i < NODES; i++)
        histogram_clear(&latency[i]);
    for (int i = 0; i < RANKS; i++) {
        ranks[i] = (struct record_row){.rank = i, .node = i / 2};
        counters_clear(&ranks[i].counters);
        ranks[i].counters.bytes = 1000 * (i + 1);
        ranks[i].counters.requests = 10;
        ranks[i].counters.first_ns = 0;
        ranks[i].counters.end_ns = 100 * (i + 1);
        ranks[i].latency.max_ns = 7 * (i + 1);
        for (int j = 0; j < 1000; j++)
            histogram_record(&latency[i / 2], 1000 * (i / 2 + 1));
    }
}

static void each_used_target_has_a_row(void **state)
{
    struct record_phase phase;
    struct record_row ranks[RANKS];
    struct histogram latency[NODES];
    (void)state;
    make_phase(&phase, ranks, latency);
    assert_int_equal(results_sum_targets(&phase, target_of, 3), 0);
    assert_int_equal(phase.used_target_count, 2);
    const struct record_used_target *first = &phase.used_targets[0];
    const struct record_used_target *last = &phase.used_targets[1];
    assert_int_equal(first->target, 0);
    assert_int_equal(first->ranks, 2);
    assert_int_equal(first->nodes, 1);
    assert_int_equal(first->bytes, 3000);
    assert_int_equal(first->requests, 20);
    assert_int_equal(first->end_ns, 200);
    assert_int_equal(first->latency.max_ns, 1000);
    assert_int_equal(last->target, 2);
    assert_int_equal(last->ranks, 3);
    assert_int_equal(last->nodes, 2);
    assert_int_equal(last->bytes, 12000);
    assert_int_equal(last->end_ns, 500);
    assert_true(last->latency.p99_ns >= 2900);
    free(phase.used_targets);
}

static void latency_is_unknown_where_a_node_used_several(void **state)
{
    static const uint32_t mixed[RANKS] = {0, 1, 1, 1, 1};
    struct record_phase phase;
    struct record_row ranks[RANKS];
    struct histogram latency[NODES];
    (void)state;
    make_phase(&phase, ranks, latency);
    counters_clear(&ranks[4].counters); /* had nothing to do */
    assert_int_equal(results_sum_targets(&phase, mixed, 2), 0);
    assert_int_equal(phase.used_target_count, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(phase.used_targets[i].latency.p50_ns, -1);
        assert_int_equal(phase.used_targets[i].latency.p99_ns, -1);
    }
    assert_int_equal(phase.used_targets[1].latency.max_ns, 28);
    assert_int_equal(phase.used_targets[1].ranks, 3);
    free(phase.used_targets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_used_target_has_a_row),
        cmocka_unit_test(latency_is_unknown_where_a_node_used_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
