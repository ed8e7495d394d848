/* SPDX-License-Identifier: Apache-2.0 */
/* No rank leaves a gate before all ranks have entered it. */
#include "ranks.h"

#include "platform/clock.h"

/* All ranks read the same clock here, so their times can be compared. */
static void check_gate(void (*gate)(struct cluster *))
{
    struct property property = property_start("gate");
    for (int round = 0; round < 10; round++) {
        uint32_t late = (uint32_t)property_below(&property, cluster.shape.rank_count);
        if (cluster.rank == late)
            clock_sleep_ns(5 * 1000 * 1000);
        uint64_t entered = (uint64_t)clock_now_ns();
        gate(&cluster);
        uint64_t left = (uint64_t)clock_now_ns();
        uint64_t last_entered = cluster_max(&cluster, entered);
        uint64_t first_left = cluster_min(&cluster, left);
        assert_everywhere(last_entered <= first_left);
    }
}

static void no_rank_leaves_a_sleeping_gate_early(void **state)
{
    (void)state;
    check_gate(cluster_gate_sleeping);
}

/* Ranks may enter the same gate by either call. */
static void mixed_gate(struct cluster *any)
{
    if (any->rank % 2) {
        cluster_gate_sleeping(any);
        return;
    }
    cluster_gate_enter(any);
    while (!cluster_gate_passed(any))
        clock_sleep_ns(100 * 1000);
}

static void both_kinds_of_gate_can_be_mixed(void **state)
{
    (void)state;
    check_gate(mixed_gate);
}

/* A rank that waits for a late rank sleeps nearly all the time. */
static void waiting_uses_little_cpu_time(void **state)
{
    (void)state;
    ranks_meet();
    int64_t before = clock_thread_cpu_ns();
    if (cluster.rank == 0)
        clock_sleep_ns(400 * 1000 * 1000);
    cluster_gate_sleeping(&cluster);
    int64_t used = clock_thread_cpu_ns() - before;
    assert_everywhere(used < 200 * 1000 * 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_rank_leaves_a_sleeping_gate_early),
        cmocka_unit_test(both_kinds_of_gate_can_be_mixed),
        cmocka_unit_test(waiting_uses_little_cpu_time),
    };
    return RANKS_MAIN(argc, argv, "gate", tests);
}
