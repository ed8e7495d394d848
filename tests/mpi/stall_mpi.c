/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks that do not arrive at a gate, and ranks whose storage does not respond, are reported to
 * rank 0. */
#include "ranks.h"

#include "platform/clock.h"

enum { MS = 1000 * 1000, AFTER_NS = 1200 * MS };
static const int64_t late_ns = 2500LL * MS;

static uint32_t phase = 1;

struct reports {
    uint32_t calls;
    uint32_t ends;
    struct absence last;
};

static void record_absence(void *context, const struct absence *absence)
{
    struct reports *reports = context;
    if (!absence->ranks) {
        reports->ends++;
        return;
    }
    reports->calls++;
    reports->last = *absence;
}

static void pass_agreement(void)
{
    struct agreement agreement;
    cluster_agree(&cluster, NULL, &agreement);
}

static void pass_gate(void)
{
    cluster_gate_sleeping(&cluster);
}

static void wait_for(uint32_t late, void (*gate)(void), struct reports *reports)
{
    *reports = (struct reports){0};
    ranks_meet();
    cluster_watch_gates(&cluster, AFTER_NS, record_absence, reports);
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

static void check_absent_rank(uint32_t late, void (*gate)(void))
{
    struct reports reports;
    wait_for(late, gate, &reports);
    bool right = reports.calls > 0 && reports.ends == 1 && reports.last.first == late &&
                 reports.last.waited_ns >= AFTER_NS &&
                 (leads(late) ? reports.last.ranks >= 1 : reports.last.ranks == 1);
    assert_everywhere(cluster.rank != 0 || late == 0 ? reports.calls == 0 : right);
}

static void an_absent_rank_is_named(void **state)
{
    (void)state;
    uint32_t last = cluster.shape.rank_count - 1;
    check_absent_rank(last, pass_agreement);
    check_absent_rank(last / 2, pass_gate);
}

/* Passes gates without a late rank; returns how long the slowest of them took. */
static int64_t pass_gates(struct reports *reports)
{
    int64_t longest_ns = 0;
    *reports = (struct reports){0};
    cluster_watch_gates(&cluster, AFTER_NS, record_absence, reports);
    for (int round = 0; round < 20; round++) {
        int64_t start_ns = clock_now_ns();
        pass_agreement();
        pass_gate();
        int64_t took_ns = clock_now_ns() - start_ns;
        longest_ns = took_ns > longest_ns ? took_ns : longest_ns;
    }
    cluster_watch_gates(&cluster, 0, NULL, NULL);
    return (int64_t)cluster_max(&cluster, (uint64_t)longest_ns);
}

/* Repeated if the machine itself stopped so long that a rank was late. */
static void a_rank_in_time_is_not_reported(void **state)
{
    (void)state;
    struct reports reports = {0};
    int64_t longest_ns = AFTER_NS;
    for (int tries = 0; longest_ns >= AFTER_NS && tries < 5; tries++)
        longest_ns = pass_gates(&reports);
    assert_everywhere(reports.calls == 0);
}

/* Polls as an observer does, until rank 0 and the ranks between have received all stalls. */
static struct stall poll_stalls(bool mine, int64_t waited_ns, uint32_t expected)
{
    struct stall own = {
        .ranks = mine,
        .rank = cluster.rank,
        .writer = 7,
        .offset = UINT64_C(1) << 40,
        .waited_ns = waited_ns,
    };
    struct stall all = {0};
    bool received = false;
    for (int round = 0; round < 100 && !received; round++) {
        int64_t until_ns = clock_now_ns() + 300 * MS;
        while (clock_now_ns() < until_ns) {
            cluster_stall_poll(&cluster, phase, &own, &all);
            cluster_progress_poll(&cluster, phase, 0, clock_now_ns());
            clock_sleep_ns(2 * MS);
        }
        cluster_stall_poll(&cluster, phase, &own, &all);
        received = cluster_max(&cluster, cluster.rank == 0 && all.ranks == expected) != 0;
    }
    return all;
}

static void stalls_are_counted_and_the_longest_is_named(void **state)
{
    (void)state;
    uint32_t count = cluster.shape.rank_count;
    bool stalled = cluster.rank % 2 == 1 || count == 1;
    uint32_t expected = count == 1 ? 1 : count / 2;
    struct stall all = poll_stalls(stalled, 1000 + cluster.rank, expected);
    uint32_t longest = count == 1 ? 0 : count % 2 ? count - 2 : count - 1;
    bool right = all.ranks == expected && all.rank == longest && all.writer == 7 &&
                 all.offset == UINT64_C(1) << 40 && all.waited_ns == 1000 + longest;
    assert_everywhere(cluster.rank != 0 || right);
    all = poll_stalls(false, 0, 0);
    assert_everywhere(cluster.rank != 0 || all.ranks == 0);
}

static void the_next_phase_starts_without_stalls(void **state)
{
    (void)state;
    poll_stalls(true, 5, cluster.shape.rank_count);
    ranks_meet();
    phase++;
    struct stall all = poll_stalls(false, 0, 0);
    assert_everywhere(all.ranks == 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_absent_rank_is_named),
        cmocka_unit_test(a_rank_in_time_is_not_reported),
        cmocka_unit_test(stalls_are_counted_and_the_longest_is_named),
        cmocka_unit_test(the_next_phase_starts_without_stalls),
    };
    return RANKS_MAIN(argc, argv, "stall", tests);
}
