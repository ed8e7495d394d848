/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/rounds.h"

#include "property.h"
#include "unit.h"

enum { RATE = 1000000 };

/* Adds edge after edge; returns the edge at which the rounds became steady, 0 if they never did. */
static uint64_t first_steady_edge(struct rounds *rounds, uint64_t edges,
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

/* Not steady with rounds of one, two or four edges: each tooth is eight edges long. */
static uint64_t saw_tooth(uint64_t round)
{
    return RATE * (1 + round % 8);
}

static uint64_t nothing(uint64_t round)
{
    (void)round;
    return 0;
}

static void a_flat_rate_is_steady_after_five_rounds(void **state)
{
    (void)state;
    struct rounds rounds;
    assert_int_equal(first_steady_edge(&rounds, 100, flat), 5);
    assert_int_equal(rounds_width_ns(&rounds), INT64_C(1) << ROUND_SHIFT);
    assert_int_equal(rounds_window_ns(&rounds), 0);
}

static void a_short_fast_start_is_not_steady(void **state)
{
    (void)state;
    struct rounds rounds;
    /* seven fast rounds are steady on their own */
    assert_int_equal(first_steady_edge(&rounds, 100, fast_at_first), 5);
    uint64_t bytes = 0;
    rounds_clear(&rounds);
    for (uint64_t edge = 1; edge <= 12; edge++) {
        bytes += fast_at_first(edge + 2); /* only four fast rounds */
        assert_int_equal(rounds_add(&rounds, edge, bytes), edge >= 9);
    }
    assert_int_equal(rounds_window_ns(&rounds), INT64_C(7) << ROUND_SHIFT);
}

static void a_rate_that_never_settles_is_never_steady(void **state)
{
    (void)state;
    struct rounds rounds;
    assert_int_equal(first_steady_edge(&rounds, 45, always_doubling), 0);
    assert_int_equal(first_steady_edge(&rounds, 100000, nothing), 0);
}

/* Each round adds 5 % of the first rate: over five rounds that is a tenth of the mean once the rate
 * has doubled. */
static void a_drift_is_steady_only_when_it_is_small(void **state)
{
    (void)state;
    struct rounds rounds;
    uint64_t edge = first_steady_edge(&rounds, 1000, ever_faster);
    assert_int_equal(edge, 23); /* the middle one of the last five rounds is 1 + 20 / 20 */
}

static void rounds_grow_until_a_whole_tooth_fits(void **state)
{
    (void)state;
    struct rounds rounds;
    uint64_t edge = first_steady_edge(&rounds, 1000, saw_tooth);
    assert_int_equal(rounds.width, 8);
    assert_int_equal(edge % 8, 0);
    assert_int_equal(rounds_width_ns(&rounds), INT64_C(8) << ROUND_SHIFT);
    assert_int_equal(rounds_window_ns(&rounds), (int64_t)(edge - 40) << ROUND_SHIFT);
}

/* A lost edge cannot be distinguished from a stall, so five whole rounds must follow it. */
static void a_gap_restarts_the_rounds(void **state)
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

/* For random rates, the verdict on the last five rounds equals that of steady.h on their bytes. */
static void the_verdict_matches_steady_find(void **state)
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
            bool got = rounds_add(&rounds, edge, before[edge]);
            assert_true(rounds.count <= STEADY_ROUNDS + 1);
            if (edge % rounds.width || edge < 5 * rounds.width) {
                assert_false(got);
                continue;
            }
            int64_t window[STEADY_WINDOW];
            struct steady steady;
            for (uint64_t i = 0; i < STEADY_WINDOW; i++)
                window[i] = (int64_t)(before[edge - (4 - i) * rounds.width] -
                                      before[edge - (5 - i) * rounds.width]);
            assert_int_equal(got, steady_find(window, STEADY_WINDOW, &steady));
            assert_int_equal(rounds_window_ns(&rounds), (int64_t)(edge - 5 * rounds.width)
                                                            << ROUND_SHIFT);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_rate_is_steady_after_five_rounds),
        cmocka_unit_test(a_short_fast_start_is_not_steady),
        cmocka_unit_test(a_rate_that_never_settles_is_never_steady),
        cmocka_unit_test(a_drift_is_steady_only_when_it_is_small),
        cmocka_unit_test(rounds_grow_until_a_whole_tooth_fits),
        cmocka_unit_test(a_gap_restarts_the_rounds),
        cmocka_unit_test(the_verdict_matches_steady_find),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
