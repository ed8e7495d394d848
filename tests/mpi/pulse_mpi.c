/* SPDX-License-Identifier: Apache-2.0 */
/* What the ranks did in each second reaches rank 0 as one sum. */
#include "ranks.h"

enum { ROUNDS = 800, SECOND_NS = 1000 * 1000 * 1000 };

static uint32_t phase;
static int64_t simulated_ns;

/* Polls until rank 0 has this second, and returns it there. */
static struct pulse pulse_of(uint64_t second, bool silent)
{
    struct pulse mine = {
        .second = silent ? 0 : second,
        .amount = second * (cluster.rank + 1),
        .per_s = cluster.rank + 1,
        .latency_ns = 1000 + cluster.rank,
        .ranks = 1,
    };
    struct pulse all = {0};
    bool received = false;
    for (int round = 0; round < ROUNDS && !received; round++) {
        struct pulse one;
        simulated_ns += SECOND_NS / 20;
        if (cluster_pulse_poll(&cluster, phase, &mine, simulated_ns, &one))
            all = one;
        cluster_progress_poll(&cluster, phase, 0, simulated_ns);
        received = cluster_max(&cluster, all.second == second) != 0;
    }
    return all;
}

static double rate_of_node(uint32_t node, uint32_t silent_rank)
{
    double rate = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++)
        if (cluster.shape.rank_node[rank] == node && rank != silent_rank)
            rate += rank + 1;
    return rate;
}

static bool names_slowest(const struct pulse *all, uint32_t silent_rank)
{
    const double rate = rate_of_node(all->slowest, silent_rank);
    bool lowest = all->slowest < cluster.shape.node_count;
    for (uint32_t node = 0; node < cluster.shape.node_count; node++)
        lowest &= rate <= rate_of_node(node, silent_rank);
    return lowest && all->slowest_per_s <= rate && all->slowest_per_s >= rate;
}

/* Sums of small whole numbers are exact. A rank that sends nothing has rate 0. */
static void each_second_is_summed_and_names_the_slowest_node(void **state)
{
    (void)state;
    const uint32_t ranks = cluster.shape.rank_count;
    const uint64_t ids = (uint64_t)ranks * (ranks + 1) / 2;
    struct pulse all = {0};
    phase++;
    for (uint64_t second = 1; second < 4; second++) {
        all = pulse_of(second, false);
        assert_everywhere(cluster.rank != 0 ||
                          (all.amount == second * ids && all.ranks == ranks &&
                           (uint64_t)all.per_s == ids && all.latency_ns == 1000 + ranks - 1 &&
                           names_slowest(&all, ranks)));
    }
    for (uint64_t second = 4; ranks > 1 && second < 9; second++)
        all = pulse_of(second, cluster.rank == ranks - 1);
    assert_everywhere(cluster.rank != 0 || ranks == 1 ||
                      (all.ranks == ranks && (uint64_t)all.per_s == ids - ranks &&
                       all.latency_ns == 1000 + ranks - 2 && names_slowest(&all, ranks - 1)));
    phase++;
    all = pulse_of(1, false);
    assert_everywhere(cluster.rank != 0 || all.amount == ids);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_second_is_summed_and_names_the_slowest_node),
    };
    return RANKS_MAIN(argc, argv, "pulse", tests);
}
