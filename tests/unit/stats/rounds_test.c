#include "stats/rounds.h"

#include "property.h"
#include "unit.h"

enum { RATE = 1000000 };

/* Feeds edge after edge; the edge at which it was steady, 0 when never. */
static uint64_t edge_of_steady(struct rounds *rounds, uint64_t edges,
                               uint64_t (*bytes_of)(uint64_t round))
{
    uint64_t bytes = 0;
    rounds_clear(rounds);
    for (uint64_t edge = 1; edge <= edges; edge++) {
        bytes += bytes_of(edge - 1);
        if (rounds_add(rounds, edge, bytes))
            return edge;
    }
    return 0;
}

static uint64_t flat(uint64_t round)
{
    return RATE + round % 3 * (RATE / 50);
}

static uint64_t fast_at_first(uint64_t round)
{
    return round < 7 ? 3 * RATE : RATE;
}

static uint64_t always_doubling(uint64_t round)
{
    return UINT64_C(1) << round % 50;
}

static uint64_t ever_faster(uint64_t round)
{
    return RATE + round * (RATE / 20);
}

/* Too rough by one edge or two, even by four: teeth that are eight edges long. */
static uint64_t saw_tooth(uint64_t round)
{
    return RATE * (1 + round % 8);
}

static uint64_t nothing(uint64_t round)
{
    (void)round;
    return 0;
}

static void flat_ends_after_five_rounds(void **state)
{
    (void)state;
    struct rounds rounds;
    assert_int_equal(edge_of_steady(&rounds, 100, flat), 5);
    assert_int_equal(rounds_width_ns(&rounds), INT64_C(1) << ROUND_SHIFT);
    assert_int_equal(rounds_window_ns(&rounds), 0);
}

static void a_cache_that_fills_first_is_waited_for(void **state)
{
    (void)state;
    struct rounds rounds;
    /* the seven fast rounds are steady by themselves */
    assert_int_equal(edge_of_steady(&rounds, 100, fast_at_first), 5);
    uint64_t bytes = 0;
    rounds_clear(&rounds);
    for (uint64_t edge = 1; edge <= 12; edge++) {
        bytes += fast_at_first(edge + 2); /* four fast ones, too few */
        assert_int_equal(rounds_add(&rounds, edge, bytes), edge >= 9);
    }
    assert_int_equal(rounds_window_ns(&rounds), INT64_C(7) << ROUND_SHIFT);
}

static void what_never_settles_is_never_steady(void **state)
{
    (void)state;
    struct rounds rounds;
    assert_int_equal(edge_of_steady(&rounds, 45, always_doubling), 0);
    assert_int_equal(edge_of_steady(&rounds, 100000, nothing), 0);
}

/* 5 % of the start more each round: over five rounds a tenth of the mean once that is twice. */
static void a_drift_is_waited_for_until_it_is_small(void **state)
{
    (void)state;
    struct rounds rounds;
    uint64_t edge = edge_of_steady(&rounds, 1000, ever_faster);
    assert_int_equal(edge, 23); /* the middle round of the last five is 1 + 20 / 20 */
}

static void rounds_get_longer_until_teeth_fit(void **state)
{
    (void)state;
    struct rounds rounds;
    uint64_t edge = edge_of_steady(&rounds, 1000, saw_tooth);
    assert_int_equal(rounds.width, 8);
    assert_int_equal(edge % 8, 0);
    assert_int_equal(rounds_width_ns(&rounds), INT64_C(8) << ROUND_SHIFT);
    assert_int_equal(rounds_window_ns(&rounds), (int64_t)(edge - 40) << ROUND_SHIFT);
}

/* Edges that were lost on the way cannot be told apart from a stall: five whole rounds after. */
static void a_gap_begins_anew(void **state)
{
    (void)state;
    struct rounds rounds;
    rounds_clear(&rounds);
    for (uint64_t edge = 1; edge <= 4; edge++)
        assert_false(rounds_add(&rounds, edge, edge * RATE));
    for (uint64_t edge = 6; edge <= 10; edge++)
        assert_false(rounds_add(&rounds, edge, edge * RATE));
    assert_true(rounds_add(&rounds, 11, UINT64_C(11) * RATE));
    assert_int_equal(rounds_window_ns(&rounds), INT64_C(6) << ROUND_SHIFT);
}

/* Whatever comes: what it says of the last five rounds is what steady.h says of their bytes. */
static void agrees_with_the_series(void **state)
{
    (void)state;
    static uint64_t before[2001];
    struct property property = property_start("rounds");
    for (int trial = 0; trial < 50; trial++) {
        struct rounds rounds;
        uint64_t noise = 1 + property_below(&property, RATE);
        rounds_clear(&rounds);
        for (uint64_t edge = 1; edge <= 2000; edge++) {
            before[edge] = before[edge - 1] + RATE + property_below(&property, noise);
            bool said = rounds_add(&rounds, edge, before[edge]);
            assert_true(rounds.count <= STEADY_ROUNDS + 1);
            if (edge % rounds.width || edge < 5 * rounds.width) {
                assert_false(said);
                continue;
            }
            int64_t window[STEADY_WINDOW];
            struct steady steady;
            for (uint64_t i = 0; i < STEADY_WINDOW; i++)
                window[i] = (int64_t)(before[edge - (4 - i) * rounds.width] -
                                      before[edge - (5 - i) * rounds.width]);
            assert_int_equal(said, steady_find(window, STEADY_WINDOW, &steady));
            assert_int_equal(rounds_window_ns(&rounds), (int64_t)(edge - 5 * rounds.width)
                                                            << ROUND_SHIFT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_ends_after_five_rounds),
        cmocka_unit_test(a_cache_that_fills_first_is_waited_for),
        cmocka_unit_test(what_never_settles_is_never_steady),
        cmocka_unit_test(a_drift_is_waited_for_until_it_is_small),
        cmocka_unit_test(rounds_get_longer_until_teeth_fit),
        cmocka_unit_test(a_gap_begins_anew),
        cmocka_unit_test(agrees_with_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
