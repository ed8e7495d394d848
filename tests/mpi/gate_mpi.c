/* Nobody leaves a gate before everybody has come. */
#include "ranks.h"

#include "platform/clock.h"

/* All ranks share this machine's clock, so comparing their times is sound here. */
static void pass(void (*gate)(struct cluster *))
{
    struct property property = property_start("gate");
    for (int round = 0; round < 10; round++) {
        uint32_t late = (uint32_t)property_below(&property, cluster.shape.rank_count);
        if (cluster.rank == late)
            clock_sleep_ns(5 * 1000 * 1000);
        uint64_t came = (uint64_t)clock_now_ns();
        gate(&cluster);
        uint64_t left = (uint64_t)clock_now_ns();
        uint64_t last_came = cluster_max(&cluster, came);
        uint64_t first_left = cluster_min(&cluster, left);
        assert_everywhere(last_came <= first_left);
    }
}

static void test_prompt(void **state)
{
    (void)state;
    pass(cluster_gate);
}

static void test_patient(void **state)
{
    (void)state;
    pass(cluster_gate_patient);
}

/* Ranks may stand in the one gate by either call. */
static void mixed(struct cluster *any)
{
    if (any->rank % 2) {
        cluster_gate_patient(any);
        return;
    }
    cluster_gate_enter(any);
    while (!cluster_gate_passed(any))
        clock_sleep_ns(100 * 1000);
}

static void test_in_pieces(void **state)
{
    (void)state;
    pass(mixed);
}

/* Waiting costs no processor: a rank that waits for a late one sleeps nearly all the time. */
static void test_patience_leaves_the_processor(void **state)
{
    (void)state;
    ranks_meet();
    int64_t before = clock_thread_cpu_ns();
    if (cluster.rank == 0)
        clock_sleep_ns(400 * 1000 * 1000);
    cluster_gate_patient(&cluster);
    int64_t used = clock_thread_cpu_ns() - before;
    assert_everywhere(used < 200 * 1000 * 1000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompt),
        cmocka_unit_test(test_patient),
        cmocka_unit_test(test_in_pieces),
        cmocka_unit_test(test_patience_leaves_the_processor),
    };
    return RANKS_MAIN(argc, argv, "gate", tests);
}
