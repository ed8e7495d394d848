/* SPDX-License-Identifier: Apache-2.0 */
/* A stop reaches every rank, from any rank and during any other traffic; progress is summed. */
#include "ranks.h"

#include "platform/clock.h"

/* Rounds in which a stop must reach all ranks: at most four hops up and four down, and some more
 * for messages that MPI delivers late. */
enum { ROUNDS = 40, SECOND_NS = 1000 * 1000 * 1000 };

static uint32_t phase; /* each test uses new numbers */
static int64_t simulated_ns;

/* All ranks poll in lockstep; returns the reason that this rank knows at the end. */
static enum stop_reason poll_rounds(enum stop_reason mine, int rounds)
{
    enum stop_reason reason = STOP_NONE;
    for (int round = 0; round < rounds; round++) {
        reason = cluster_stop_poll(&cluster, phase, mine);
        ranks_meet();
    }
    return reason;
}

static void a_stop_reaches_all_ranks_from_any_rank(void **state)
{
    (void)state;
    for (uint32_t origin = 0; origin < cluster.shape.rank_count; origin++) {
        phase++;
        assert_everywhere(poll_rounds(STOP_NONE, 3) == STOP_NONE);
        enum stop_reason mine = cluster.rank == origin ? STOP_SIGTERM : STOP_NONE;
        assert_everywhere(poll_rounds(mine, ROUNDS) == STOP_SIGTERM);
    }
}

static int severity_of(enum stop_reason reason)
{
    static const int orders[] = {[STOP_NONE] = 0,   [STOP_STEADY] = 1, [STOP_SIGTERM] = 2,
                                 [STOP_SIGINT] = 3, [STOP_STALL] = 4,  [STOP_FAILURE] = 5};
    return orders[reason];
}

/* In each round every rank has a reason, or none. */
static void random_reasons(struct property *property, enum stop_reason *reasons,
                           enum stop_reason *most_severe)
{
    *most_severe = STOP_NONE;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        bool any = property_below(property, 3) == 0;
        reasons[rank] = any ? (enum stop_reason)property_below(property, 6) : STOP_NONE;
        if (severity_of(reasons[rank]) > severity_of(*most_severe))
            *most_severe = reasons[rank];
    }
}

/* Reasons proposed before any message arrived: the most severe one holds on every rank. */
static void the_most_severe_reason_holds(void **state)
{
    (void)state;
    struct property property = property_start("reasons");
    for (int round = 0; round < 15; round++) {
        enum stop_reason reasons[256];
        enum stop_reason most_severe;
        random_reasons(&property, reasons, &most_severe);
        phase++;
        ranks_meet();
        enum stop_reason first = cluster_stop_poll(&cluster, phase, reasons[cluster.rank]);
        ranks_meet();
        enum stop_reason last = poll_rounds(STOP_NONE, ROUNDS);
        /* A rank that received another reason before its own poll drops its own; then any of them
         * may hold. */
        bool dropped = reasons[cluster.rank] != STOP_NONE && first != reasons[cluster.rank] &&
                       severity_of(first) < severity_of(reasons[cluster.rank]);
        bool any_dropped = cluster_max(&cluster, dropped) != 0;
        uint64_t known = (uint64_t)last;
        assert_everywhere(cluster_min(&cluster, known) == cluster_max(&cluster, known));
        assert_everywhere(any_dropped ? last != STOP_NONE : last == most_severe);
    }
}

static void the_first_reason_wins_over_later_ones(void **state)
{
    (void)state;
    phase++;
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    assert_everywhere(poll_rounds(last ? STOP_SIGINT : STOP_NONE, ROUNDS) == STOP_SIGINT);
    assert_everywhere(poll_rounds(cluster.rank == 0 ? STOP_FAILURE : STOP_NONE, ROUNDS) ==
                      STOP_SIGINT);
}

/* Steady state yields to any later reason. */
static void steady_yields_to_later_reasons(void **state)
{
    (void)state;
    phase++;
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    assert_everywhere(poll_rounds(cluster.rank == 0 ? STOP_STEADY : STOP_NONE, ROUNDS) ==
                      STOP_STEADY);
    assert_everywhere(poll_rounds(last ? STOP_FAILURE : STOP_NONE, ROUNDS) == STOP_FAILURE);
}

static void late_messages_do_not_stop_the_next_phase(void **state)
{
    (void)state;
    for (uint32_t origin = 0; origin < cluster.shape.rank_count; origin++) {
        phase++;
        cluster_stop_poll(&cluster, phase, cluster.rank == origin ? STOP_FAILURE : STOP_NONE);
        cluster_gate_sleeping(&cluster);
        phase++;
        assert_everywhere(poll_rounds(STOP_NONE, 8) == STOP_NONE);
    }
}

static void settling_gives_all_ranks_the_same_reason(void **state)
{
    (void)state;
    struct property property = property_start("settle");
    for (int round = 0; round < 20; round++) {
        enum stop_reason reasons[256];
        enum stop_reason most_severe;
        random_reasons(&property, reasons, &most_severe);
        phase++;
        cluster_gate_sleeping(&cluster);
        enum stop_reason settled = cluster_stop_settle(&cluster, phase, reasons[cluster.rank]);
        uint64_t known = (uint64_t)settled;
        assert_everywhere(cluster_min(&cluster, known) == cluster_max(&cluster, known));
        assert_everywhere((settled == STOP_NONE) == (most_severe == STOP_NONE));
        assert_everywhere(cluster_stop_poll(&cluster, phase, STOP_NONE) == settled);
    }
}

/* A rank that finishes early waits in the gate; the stops of ranks behind it in the tree must still
 * pass. */
static void a_waiting_rank_forwards_a_stop(void **state)
{
    (void)state;
    for (uint32_t early = 0; early < cluster.shape.rank_count; early++) {
        phase++;
        bool received = false;
        uint32_t origin = (early + 1) % cluster.shape.rank_count;
        enum stop_reason mine = cluster.rank == origin ? STOP_STALL : STOP_NONE;
        for (int poll = 0; cluster.rank != early && poll < 20000 && !received; poll++) {
            received = cluster_stop_poll(&cluster, phase, mine) == STOP_STALL;
            clock_sleep_ns(500 * 1000);
        }
        cluster_gate_sleeping(&cluster);
        assert_everywhere(received || cluster.rank == early);
        if (cluster.shape.rank_count > 1)
            assert_everywhere(cluster_stop_settle(&cluster, phase, STOP_NONE) == STOP_STALL);
    }
}

/* Polls in lockstep while the simulated clock advances by 'step_ns' per round. */
static uint64_t progress_rounds(uint64_t bytes, int rounds, int64_t step_ns)
{
    uint64_t sum = 0;
    for (int round = 0; round < rounds; round++) {
        simulated_ns += step_ns;
        sum = cluster_progress_poll(&cluster, phase, bytes, simulated_ns);
        ranks_meet();
    }
    return sum;
}

static void progress_is_summed(void **state)
{
    (void)state;
    uint64_t ranks = cluster.shape.rank_count;
    uint64_t ids = ranks * (ranks + 1) / 2;
    phase++;
    for (uint64_t step = 1; step < 4; step++) {
        uint64_t bytes = (step << 40) * (cluster.rank + 1);
        uint64_t sum = progress_rounds(bytes, ROUNDS, SECOND_NS);
        assert_everywhere(sum == (cluster.rank == 0 ? (step << 40) * ids : 0));
    }
    phase++;
    assert_everywhere(progress_rounds(0, 3, SECOND_NS) == 0);
}

/* While the clock does not advance, each rank sends at most once, however its bytes grow. */
static void progress_is_sent_once_a_second(void **state)
{
    (void)state;
    uint64_t mine = cluster.rank == 0 ? 0 : 1;
    phase++;
    progress_rounds(mine, ROUNDS, SECOND_NS);
    uint64_t sent = progress_rounds(10 * mine, ROUNDS, 0);
    assert_everywhere(progress_rounds(1000 * mine, ROUNDS, 0) == sent);
    uint64_t all = progress_rounds(1000 * mine, ROUNDS, SECOND_NS);
    assert_everywhere(all == (cluster.rank == 0 ? 1000 * (cluster.shape.rank_count - 1) : 0));
}

/* Takes all edges on rank 0: each edge once, in order, with the sum of all ranks. */
static void take_edges(uint64_t *next, uint64_t factor, bool *right)
{
    uint64_t ranks = cluster.shape.rank_count;
    uint64_t edge;
    uint64_t bytes;
    while (cluster_edge_take(&cluster, phase, &edge, &bytes)) {
        *right &= edge == *next && bytes == edge * factor * ranks * (ranks + 1) / 2;
        *next = edge + 1;
    }
}

static void edges_are_summed_in_any_order(void **state)
{
    (void)state;
    enum { EDGES = 20 };
    const uint64_t factor = UINT64_C(1) << 33;
    uint64_t next = 1;
    bool right = true;
    struct property property = property_start("edges");
    property.state += cluster.rank;
    phase++;
    uint64_t sent = 0;
    for (int round = 0; round < EDGES * 3 + ROUNDS; round++) {
        /* some ranks report several at once, some none for a while */
        uint64_t count = property_below(&property, 4);
        for (; count && sent < EDGES && (round < EDGES * 3); count--, sent++)
            cluster_edge_report(&cluster, phase, sent + 1,
                                (sent + 1) * factor * (cluster.rank + 1));
        for (; round == EDGES * 3 && sent < EDGES; sent++)
            cluster_edge_report(&cluster, phase, sent + 1,
                                (sent + 1) * factor * (cluster.rank + 1));
        progress_rounds(0, 1, 0);
        take_edges(&next, factor, &right);
    }
    progress_rounds(0, EDGES * 2 + ROUNDS, 0);
    take_edges(&next, factor, &right);
    assert_everywhere(right);
    assert_everywhere(next == (cluster.rank == 0 ? EDGES + 1 : 1));
}

/* One rank reports so late that the others' first edges are dropped: the remaining sums are
 * correct, and the next phase starts without any of them. */
static void late_edges_are_skipped(void **state)
{
    (void)state;
    enum { EDGES = 200 };
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    uint64_t ranks = cluster.shape.rank_count;
    uint64_t seen = 0;
    uint64_t before = 0;
    bool right = true;
    phase++;
    for (uint64_t edge = 1; edge <= EDGES; edge++) {
        if (!last)
            cluster_edge_report(&cluster, phase, edge, edge);
        progress_rounds(0, 1, 0);
    }
    for (uint64_t edge = 1; last && edge <= EDGES; edge++)
        cluster_edge_report(&cluster, phase, edge, edge);
    for (int round = 0; round < EDGES + ROUNDS; round++) {
        uint64_t edge;
        uint64_t bytes;
        progress_rounds(0, 1, 0);
        while (cluster_edge_take(&cluster, phase, &edge, &bytes)) {
            right &= edge > before && edge <= EDGES && bytes == edge * ranks;
            before = edge;
            seen++;
        }
    }
    assert_everywhere(right);
    assert_everywhere(cluster.rank ? !seen : seen > 0 && before == EDGES);
    phase++;
    uint64_t edge;
    uint64_t bytes;
    cluster_edge_report(&cluster, phase, 1, 1);
    progress_rounds(0, ROUNDS, 0);
    assert_everywhere(cluster.rank || (cluster_edge_take(&cluster, phase, &edge, &bytes) &&
                                       edge == 1 && bytes == ranks));
}

/* All ranks poll in lockstep; true if this rank knows at the end that 'expected' is final. */
static bool most_rounds(uint64_t mine, bool last, int rounds, uint64_t expected)
{
    uint64_t most = 0;
    bool final = false;
    for (int round = 0; round < rounds; round++) {
        final = cluster_most_poll(&cluster, phase, mine, last, &most);
        progress_rounds(0, 1, 0);
    }
    return final && most == expected;
}

/* Any rank may be the fastest one, and any the last to report. */
static void all_ranks_learn_the_highest_amount(void **state)
{
    (void)state;
    const uint32_t ranks = cluster.shape.rank_count;
    for (uint32_t fastest = 0; fastest < ranks; fastest++) {
        const uint32_t late = (fastest + ranks - 1) % ranks;
        const uint64_t mine = (cluster.rank == fastest ? UINT64_C(1) << 50 : 0) + cluster.rank;
        const uint64_t expected = (UINT64_C(1) << 50) + fastest;
        uint64_t most = 0;
        phase++;
        for (int round = 0; round < ROUNDS; round++) {
            const bool final =
                cluster_most_poll(&cluster, phase, mine, cluster.rank != late, &most);
            assert_everywhere(!final);
            progress_rounds(0, 1, 0);
        }
        assert_everywhere(most == expected); /* known before it is final */
        assert_everywhere(most_rounds(mine, true, ROUNDS, expected));
    }
    phase++; /* nothing of it is left */
    assert_everywhere(most_rounds(0, true, ROUNDS, 0));
}

/* Left to cluster_close, which must receive all pending messages. */
static void a_stop_before_close_is_received(void **state)
{
    (void)state;
    phase++;
    cluster_stop_poll(&cluster, phase, cluster.rank % 2 ? STOP_SIGINT : STOP_FAILURE);
    progress_rounds(cluster.rank, 1, SECOND_NS);
}

int main(int argc, char **argv)
{
    simulated_ns = clock_now_ns();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_reaches_all_ranks_from_any_rank),
        cmocka_unit_test(the_most_severe_reason_holds),
        cmocka_unit_test(the_first_reason_wins_over_later_ones),
        cmocka_unit_test(steady_yields_to_later_reasons),
        cmocka_unit_test(late_messages_do_not_stop_the_next_phase),
        cmocka_unit_test(settling_gives_all_ranks_the_same_reason),
        cmocka_unit_test(a_waiting_rank_forwards_a_stop),
        cmocka_unit_test(progress_is_summed),
        cmocka_unit_test(progress_is_sent_once_a_second),
        cmocka_unit_test(edges_are_summed_in_any_order),
        cmocka_unit_test(late_edges_are_skipped),
        cmocka_unit_test(all_ranks_learn_the_highest_amount),
        cmocka_unit_test(a_stop_before_close_is_received),
    };
    return RANKS_MAIN(argc, argv, "spread", tests);
}
