/* Who does not come to a gate, and whose storage does not answer: rank 0 hears of it. */
#include "ranks.h"

#include "platform/clock.h"

enum { MS = 1000 * 1000, AFTER_NS = 1200 * MS };
static const int64_t late_ns = 2500LL * MS;

static uint32_t phase = 1;

struct heard {
    uint32_t calls;
    struct absence last;
};

static void hear(void *context, const struct absence *absence)
{
    struct heard *heard = context;
    heard->calls++;
    heard->last = *absence;
}

static void at_agreement(void)
{
    struct agreement agreement;
    cluster_agree(&cluster, NULL, &agreement);
}

static void at_gate(void)
{
    cluster_gate_patient(&cluster);
}

static void wait_for(uint32_t late, void (*gate)(void), struct heard *heard)
{
    *heard = (struct heard){0};
    ranks_meet();
    cluster_watch_gates(&cluster, AFTER_NS, hear, heard);
    if (cluster.rank == late)
        clock_sleep_ns(late_ns);
    gate();
    cluster_watch_gates(&cluster, 0, NULL, NULL);
}

static bool leads(uint32_t rank)
{
    uint32_t first = 0;
    while (cluster.shape.rank_node[first] != cluster.shape.rank_node[rank])
        first++;
    return first == rank;
}

static void one_absent(uint32_t late, void (*gate)(void))
{
    struct heard heard;
    wait_for(late, gate, &heard);
    bool right = heard.calls > 0 && heard.last.first == late && heard.last.waited_ns >= AFTER_NS &&
                 (leads(late) ? heard.last.ranks >= 1 : heard.last.ranks == 1);
    assert_everywhere(cluster.rank != 0 || late == 0 ? heard.calls == 0 : right);
}

static void test_an_absent_rank_is_named(void **state)
{
    (void)state;
    uint32_t last = cluster.shape.rank_count - 1;
    one_absent(last, at_agreement);
    one_absent(last / 2, at_gate);
}

/* Gates that nobody is late for; how long the slowest of them took. */
static int64_t pass_gates(struct heard *heard)
{
    int64_t longest_ns = 0;
    *heard = (struct heard){0};
    cluster_watch_gates(&cluster, AFTER_NS, hear, heard);
    for (int round = 0; round < 20; round++) {
        int64_t start_ns = clock_now_ns();
        at_agreement();
        at_gate();
        int64_t took_ns = clock_now_ns() - start_ns;
        longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
    }
    cluster_watch_gates(&cluster, 0, NULL, NULL);
    return (int64_t)cluster_max(&cluster, (uint64_t)longest_ns);
}

/* Unless the machine itself stood still so long that somebody was late. */
static void test_who_comes_in_time_is_not(void **state)
{
    (void)state;
    struct heard heard = {0};
    int64_t longest_ns = AFTER_NS;
    for (int tries = 0; longest_ns >= AFTER_NS && tries < 5; tries++)
        longest_ns = pass_gates(&heard);
    assert_everywhere(heard.calls == 0);
}

/* Polls as an observer does, until all must have heard: rank 0, and those who pass it on. */
static struct stall hear_of_stalls(bool mine, int64_t waited_ns, uint32_t expected)
{
    struct stall own = {
        .ranks = mine,
        .rank = cluster.rank,
        .writer = 7,
        .offset = UINT64_C(1) << 40,
        .waited_ns = waited_ns,
    };
    struct stall all = {0};
    bool heard = false;
    for (int round = 0; round < 100 && !heard; round++) {
        int64_t until_ns = clock_now_ns() + 300 * MS;
        while (clock_now_ns() < until_ns) {
            cluster_stall_poll(&cluster, phase, &own, &all);
            cluster_progress_poll(&cluster, phase, 0, clock_now_ns());
            clock_sleep_ns(2 * MS);
        }
        cluster_stall_poll(&cluster, phase, &own, &all);
        heard = cluster_max(&cluster, cluster.rank == 0 && all.ranks == expected) != 0;
    }
    return all;
}

static void test_stalls_add_up_and_the_longest_is_named(void **state)
{
    (void)state;
    uint32_t count = cluster.shape.rank_count;
    bool stalled = cluster.rank % 2 == 1 || count == 1;
    uint32_t expected = count == 1 ? 1 : count / 2;
    struct stall all = hear_of_stalls(stalled, 1000 + cluster.rank, expected);
    uint32_t longest = count == 1 ? 0 : count % 2 ? count - 2 : count - 1;
    bool right = all.ranks == expected && all.rank == longest && all.writer == 7 &&
                 all.offset == UINT64_C(1) << 40 && all.waited_ns == 1000 + longest;
    assert_everywhere(cluster.rank != 0 || right);
    all = hear_of_stalls(false, 0, 0);
    assert_everywhere(cluster.rank != 0 || all.ranks == 0);
}

static void test_the_next_phase_knows_nothing_of_them(void **state)
{
    (void)state;
    hear_of_stalls(true, 5, cluster.shape.rank_count);
    ranks_meet();
    phase++;
    struct stall all = hear_of_stalls(false, 0, 0);
    assert_everywhere(all.ranks == 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_absent_rank_is_named),
        cmocka_unit_test(test_who_comes_in_time_is_not),
        cmocka_unit_test(test_stalls_add_up_and_the_longest_is_named),
        cmocka_unit_test(test_the_next_phase_knows_nothing_of_them),
    };
    return RANKS_MAIN(argc, argv, "stall", tests);
}
