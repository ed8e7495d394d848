/* A stop reaches every rank, whoever wishes it and whatever was under way; progress adds up. */
#include "ranks.h"

#include "platform/clock.h"

/* Rounds within which a stop must be everywhere: at most four hops up and four down, and some for
 * messages that MPI shows late. */
enum { ROUNDS = 40, SECOND_NS = 1000 * 1000 * 1000 };

static uint32_t phase; /* each test takes new ones */
static int64_t pretended_ns;

/* All ranks poll in step; returns what this rank knows at the end. */
static enum stop_reason poll_rounds(enum stop_reason mine, int rounds)
{
    enum stop_reason reason = STOP_NONE;
    for (int round = 0; round < rounds; round++) {
        reason = cluster_stop_poll(&cluster, phase, mine);
        ranks_meet();
    }
    return reason;
}

static void test_from_any_rank_to_all(void **state)
{
    (void)state;
    for (uint32_t origin = 0; origin < cluster.shape.rank_count; origin++) {
        phase++;
        assert_everywhere(poll_rounds(STOP_NONE, 3) == STOP_NONE);
        enum stop_reason mine = cluster.rank == origin ? STOP_SIGTERM : STOP_NONE;
        assert_everywhere(poll_rounds(mine, ROUNDS) == STOP_SIGTERM);
    }
}

static int order_of(enum stop_reason reason)
{
    static const int orders[] = {[STOP_NONE] = 0,   [STOP_STEADY] = 1, [STOP_SIGTERM] = 2,
                                 [STOP_SIGINT] = 3, [STOP_STALL] = 4,  [STOP_FAILURE] = 5};
    return orders[reason];
}

/* In each round every rank has a wish, or none. */
static void draw_wishes(struct property *property, enum stop_reason *wishes,
                        enum stop_reason *gravest)
{
    *gravest = STOP_NONE;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++) {
        bool any = property_below(property, 3) == 0;
        wishes[rank] = any ? (enum stop_reason)property_below(property, 6) : STOP_NONE;
        if (order_of(wishes[rank]) > order_of(*gravest))
            *gravest = wishes[rank];
    }
}

/* Wishes that are uttered before anything was heard: the gravest holds on every rank. */
static void test_the_gravest_of_several_holds(void **state)
{
    (void)state;
    struct property property = property_start("wishes");
    for (int round = 0; round < 15; round++) {
        enum stop_reason wishes[256];
        enum stop_reason gravest;
        draw_wishes(&property, wishes, &gravest);
        phase++;
        ranks_meet();
        enum stop_reason first = cluster_stop_poll(&cluster, phase, wishes[cluster.rank]);
        ranks_meet();
        enum stop_reason last = poll_rounds(STOP_NONE, ROUNDS);
        /* Who heard another's wish before its own poll drops its own; then only "one of them". */
        bool dropped = wishes[cluster.rank] != STOP_NONE && first != wishes[cluster.rank] &&
                       order_of(first) < order_of(wishes[cluster.rank]);
        bool any_dropped = cluster_max(&cluster, dropped) != 0;
        uint64_t known = (uint64_t)last;
        assert_everywhere(cluster_min(&cluster, known) == cluster_max(&cluster, known));
        assert_everywhere(any_dropped ? last != STOP_NONE : last == gravest);
    }
}

static void test_the_first_wins_over_later_wishes(void **state)
{
    (void)state;
    phase++;
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    assert_everywhere(poll_rounds(last ? STOP_SIGINT : STOP_NONE, ROUNDS) == STOP_SIGINT);
    assert_everywhere(poll_rounds(cluster.rank == 0 ? STOP_FAILURE : STOP_NONE, ROUNDS) ==
                      STOP_SIGINT);
}

/* An end because all is well yields to what comes later. */
static void test_steady_yields_to_later_wishes(void **state)
{
    (void)state;
    phase++;
    bool last = cluster.rank == cluster.shape.rank_count - 1;
    assert_everywhere(poll_rounds(cluster.rank == 0 ? STOP_STEADY : STOP_NONE, ROUNDS) ==
                      STOP_STEADY);
    assert_everywhere(poll_rounds(last ? STOP_FAILURE : STOP_NONE, ROUNDS) == STOP_FAILURE);
}

static void test_leftovers_do_not_stop_the_next_phase(void **state)
{
    (void)state;
    for (uint32_t origin = 0; origin < cluster.shape.rank_count; origin++) {
        phase++;
        cluster_stop_poll(&cluster, phase, cluster.rank == origin ? STOP_FAILURE : STOP_NONE);
        cluster_gate_patient(&cluster);
        phase++;
        assert_everywhere(poll_rounds(STOP_NONE, 8) == STOP_NONE);
    }
}

static void test_settling_gives_one_answer(void **state)
{
    (void)state;
    struct property property = property_start("settle");
    for (int round = 0; round < 20; round++) {
        enum stop_reason wishes[256];
        enum stop_reason gravest;
        draw_wishes(&property, wishes, &gravest);
        phase++;
        cluster_gate_patient(&cluster);
        enum stop_reason settled = cluster_stop_settle(&cluster, phase, wishes[cluster.rank]);
        uint64_t known = (uint64_t)settled;
        assert_everywhere(cluster_min(&cluster, known) == cluster_max(&cluster, known));
        assert_everywhere((settled == STOP_NONE) == (gravest == STOP_NONE));
        assert_everywhere(cluster_stop_poll(&cluster, phase, STOP_NONE) == settled);
    }
}

/* A rank that is done early stands in the gate; those behind it must be heard all the same. */
static void test_a_waiting_rank_passes_a_stop_on(void **state)
{
    (void)state;
    for (uint32_t early = 0; early < cluster.shape.rank_count; early++) {
        phase++;
        bool heard = false;
        uint32_t origin = (early + 1) % cluster.shape.rank_count;
        enum stop_reason mine = cluster.rank == origin ? STOP_STALL : STOP_NONE;
        for (int look = 0; cluster.rank != early && look < 20000 && !heard; look++) {
            heard = cluster_stop_poll(&cluster, phase, mine) == STOP_STALL;
            clock_sleep_ns(500 * 1000);
        }
        cluster_gate_patient(&cluster);
        assert_everywhere(heard || cluster.rank == early);
        if (cluster.shape.rank_count > 1)
            assert_everywhere(cluster_stop_settle(&cluster, phase, STOP_NONE) == STOP_STALL);
    }
}

/* Polls in step while the pretended clock goes on by 'step_ns' a round. */
static uint64_t progress_rounds(uint64_t bytes, int rounds, int64_t step_ns)
{
    uint64_t sum = 0;
    for (int round = 0; round < rounds; round++) {
        pretended_ns += step_ns;
        sum = cluster_progress_poll(&cluster, phase, bytes, pretended_ns);
        ranks_meet();
    }
    return sum;
}

static void test_progress_adds_up(void **state)
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

/* While the clock stands still each rank tells once at most, however its bytes grow. */
static void test_progress_is_told_once_a_second(void **state)
{
    (void)state;
    uint64_t mine = cluster.rank == 0 ? 0 : 1;
    phase++;
    progress_rounds(mine, ROUNDS, SECOND_NS);
    uint64_t told = progress_rounds(10 * mine, ROUNDS, 0);
    assert_everywhere(progress_rounds(1000 * mine, ROUNDS, 0) == told);
    uint64_t all = progress_rounds(1000 * mine, ROUNDS, SECOND_NS);
    assert_everywhere(all == (cluster.rank == 0 ? 1000 * (cluster.shape.rank_count - 1) : 0));
}

/* Takes what has come on rank 0: each edge once, in order, with the sum of all ranks. */
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

static void test_edges_add_up_whoever_is_first(void **state)
{
    (void)state;
    enum { EDGES = 20 };
    const uint64_t factor = UINT64_C(1) << 33;
    uint64_t next = 1;
    bool right = true;
    struct property property = property_start("edges");
    property.state += cluster.rank;
    phase++;
    uint64_t told = 0;
    for (int round = 0; round < EDGES * 3 + ROUNDS; round++) {
        /* some tell several at once, some nothing for a while */
        uint64_t some = property_below(&property, 4);
        for (; some && told < EDGES && (round < EDGES * 3); some--, told++)
            cluster_edge_tell(&cluster, phase, told + 1, (told + 1) * factor * (cluster.rank + 1));
        for (; round == EDGES * 3 && told < EDGES; told++)
            cluster_edge_tell(&cluster, phase, told + 1, (told + 1) * factor * (cluster.rank + 1));
        progress_rounds(0, 1, 0);
        take_edges(&next, factor, &right);
    }
    progress_rounds(0, EDGES * 2 + ROUNDS, 0);
    take_edges(&next, factor, &right);
    assert_everywhere(right);
    assert_everywhere(next == (cluster.rank == 0 ? EDGES + 1 : 1));
}

/* One rank tells so late that the others' first edges are forgotten: those that are left are right,
 * and the next phase knows nothing of them. */
static void test_late_edges_are_left_out_not_wrong(void **state)
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
            cluster_edge_tell(&cluster, phase, edge, edge);
        progress_rounds(0, 1, 0);
    }
    for (uint64_t edge = 1; last && edge <= EDGES; edge++)
        cluster_edge_tell(&cluster, phase, edge, edge);
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
    cluster_edge_tell(&cluster, phase, 1, 1);
    progress_rounds(0, ROUNDS, 0);
    assert_everywhere(cluster.rank || (cluster_edge_take(&cluster, phase, &edge, &bytes) &&
                                       edge == 1 && bytes == ranks));
}

/* Left on purpose for cluster_close, which must take in what is still under way. */
static void test_a_stop_just_before_the_end(void **state)
{
    (void)state;
    phase++;
    cluster_stop_poll(&cluster, phase, cluster.rank % 2 ? STOP_SIGINT : STOP_FAILURE);
    progress_rounds(cluster.rank, 1, SECOND_NS);
}

int main(int argc, char **argv)
{
    pretended_ns = clock_now_ns();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_any_rank_to_all),
        cmocka_unit_test(test_the_gravest_of_several_holds),
        cmocka_unit_test(test_the_first_wins_over_later_wishes),
        cmocka_unit_test(test_steady_yields_to_later_wishes),
        cmocka_unit_test(test_leftovers_do_not_stop_the_next_phase),
        cmocka_unit_test(test_settling_gives_one_answer),
        cmocka_unit_test(test_a_waiting_rank_passes_a_stop_on),
        cmocka_unit_test(test_progress_adds_up),
        cmocka_unit_test(test_progress_is_told_once_a_second),
        cmocka_unit_test(test_edges_add_up_whoever_is_first),
        cmocka_unit_test(test_late_edges_are_left_out_not_wrong),
        cmocka_unit_test(test_a_stop_just_before_the_end),
    };
    return RANKS_MAIN(argc, argv, "spread", tests);
}
