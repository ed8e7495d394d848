/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/steady.h"

#include "property.h"
#include "unit.h"

enum { COUNT = STEADY_ROUNDS, BASE = 1000000 };

/* True if a window was found; sets its first round in 'first'. */
static bool finds_window(const int64_t *rounds, size_t count, size_t *first)
{
    struct steady steady = {0};
    bool reached = steady_find(rounds, count, &steady);
    *first = steady.first;
    return reached;
}

static void a_flat_noisy_rate_is_steady_at_once(void **state)
{
    (void)state;
    struct property property = property_start("steady");
    size_t first;
    for (int round = 0; round < 200; round++) {
        int64_t rounds[COUNT];
        for (int i = 0; i < COUNT; i++) /* within 4 % around the base */
            rounds[i] = BASE - BASE / 50 + (int64_t)property_below(&property, BASE / 25);
        assert_true(finds_window(rounds, COUNT, &first));
        assert_int_equal(first, 0);
    }
}

static void a_smooth_drift_is_not_steady(void **state)
{
    (void)state;
    int64_t rounds[COUNT];
    size_t first;
    for (int i = 0; i < COUNT; i++) /* falls by 3 % a round: 12 % over each window */
        rounds[i] = i ? rounds[i - 1] * 97 / 100 : BASE;
    assert_false(finds_window(rounds, COUNT, &first));
    for (int i = 0; i < COUNT; i++) /* by 2 %: 8 %, which the definition allows */
        rounds[i] = i ? rounds[i - 1] * 98 / 100 : BASE;
    assert_true(finds_window(rounds, COUNT, &first));
}

static void a_saw_tooth_is_steady_only_if_small(void **state)
{
    (void)state;
    int64_t rounds[COUNT];
    size_t first;
    for (int i = 0; i < COUNT; i++) /* the fitted line is flat, the range is not */
        rounds[i] = i % 2 ? BASE * 112 / 100 : BASE * 88 / 100;
    assert_false(finds_window(rounds, COUNT, &first));
    for (int i = 0; i < COUNT; i++)
        rounds[i] = i % 2 ? BASE * 109 / 100 : BASE * 91 / 100;
    assert_true(finds_window(rounds, COUNT, &first));
    for (int i = 0; i < COUNT; i++) /* three rounds long, climbing */
        rounds[i] = BASE + BASE / 4 * (i % 3);
    assert_false(finds_window(rounds, COUNT, &first));
}

static void no_steady_window_contains_a_step(void **state)
{
    (void)state;
    int64_t rounds[COUNT];
    size_t first;
    for (int i = 0; i < COUNT; i++)
        rounds[i] = i < 3 ? 4 * BASE : BASE;
    assert_true(finds_window(rounds, COUNT, &first));
    assert_int_equal(first, 3); /* the cache is full after three rounds */
    assert_false(finds_window(rounds, 7, &first));
}

static void no_steady_window_contains_a_spike(void **state)
{
    (void)state;
    int64_t rounds[COUNT];
    size_t first;
    for (int i = 0; i < COUNT; i++)
        rounds[i] = i == 4 ? BASE / 2 : BASE;
    assert_true(finds_window(rounds, COUNT, &first));
    assert_int_equal(first, 5);
    for (int i = 0; i < COUNT; i++) /* one in each window */
        rounds[i] = i % 5 == 2 ? BASE / 2 : BASE;
    assert_false(finds_window(rounds, COUNT, &first));
}

static void range_and_slope_match_the_window(void **state)
{
    (void)state;
    const int64_t rounds[] = {98, 99, 100, 101, 102};
    const int64_t zeros[STEADY_WINDOW] = {0};
    struct steady steady;
    assert_true(steady_find(rounds, 5, &steady));
    assert_int_equal(steady.range_ppm, 40000);
    assert_int_equal(steady.slope_ppm, 40000);
    assert_false(steady_find(rounds, 4, &steady));
    assert_false(steady_find(zeros, 5, &steady)); /* no bytes: not a steady state */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_noisy_rate_is_steady_at_once),
        cmocka_unit_test(a_smooth_drift_is_not_steady),
        cmocka_unit_test(a_saw_tooth_is_steady_only_if_small),
        cmocka_unit_test(no_steady_window_contains_a_step),
        cmocka_unit_test(no_steady_window_contains_a_spike),
        cmocka_unit_test(range_and_slope_match_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
