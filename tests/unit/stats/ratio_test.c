/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/ratio.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "property.h"

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-9 * fabs(b)))
        fail_msg("%.12g instead of %.12g", a, b);
}

static void the_ratio_is_the_median_of_all_pairs(void **state)
{
    (void)state;
    const int64_t before[] = {10, 20, 40};
    const int64_t after[] = {20, 10};
    const struct ratio ratio = ratio_estimate(before, 3, after, 2);
    assert_near(ratio.value, (0.5 + 1) / 2); /* 0.25 0.5 0.5 1 1 2 */
    assert_int_equal(ratio.level_ppm, 0);
    const struct ratio one = ratio_estimate(before, 1, after, 1);
    assert_near(one.value, 2);
}

/* The smallest samples with an interval, and the chance of the extreme order: 1 of 70, 1 of 56. */
static void few_numbers_carry_no_interval(void **state)
{
    (void)state;
    const int64_t before[] = {100, 101, 102, 103, 104};
    const int64_t after[] = {200, 202, 204, 206, 208};
    assert_int_equal(ratio_estimate(before, 3, after, 4).level_ppm, 0);
    assert_int_equal(ratio_estimate(before, 4, after, 4).level_ppm, 971428);
    assert_int_equal(ratio_estimate(before, 3, after, 5).level_ppm, 964285);
    const struct ratio ratio = ratio_estimate(before, 4, after, 4);
    assert_near(ratio.low, 200. / 103);
    assert_near(ratio.high, 206. / 100);
}

/* Known quantiles of the Mann-Whitney statistic: with 5 and 5, P(U <= 2) = 4/252; with 10 and 10,
 * P(U <= 23) = 0.0216 (tables of Mann and Whitney, 1947, and Owen, 1962). */
static void the_interval_is_that_of_the_test(void **state)
{
    (void)state;
    int64_t before[10];
    int64_t after[10];
    for (int i = 0; i < 10; i++) {
        before[i] = 1;
        after[i] = 100 + i;
    }
    struct ratio ratio = ratio_estimate(before, 5, after, 5);
    assert_int_equal(ratio.level_ppm, (int64_t)((1 - 2 * 4. / 252) * 1e6));
    assert_near(ratio.low, 100); /* the third smallest of five times 100 ... */
    ratio = ratio_estimate(before, 10, after, 10);
    assert_true(ratio.level_ppm >= 950000 && ratio.level_ppm < 960000);
    assert_near(ratio.low, 102); /* the 24th of ten times 100, 101, 102 ... */
    assert_near(ratio.high, 107);
}

static void what_is_not_positive_has_no_ratio(void **state)
{
    (void)state;
    const int64_t good[] = {1, 2, 3, 4};
    const int64_t bad[] = {1, 2, 0, 4};
    assert_true(ratio_estimate(good, 4, bad, 4).value == 0);
    assert_true(ratio_estimate(good, 0, good, 4).value == 0);
    assert_true(ratio_estimate(good, 4, good, 0).value == 0);
}

static void many_numbers_are_cut(void **state)
{
    (void)state;
    int64_t before[100];
    int64_t after[100];
    for (int i = 0; i < 100; i++) {
        before[i] = i < RATIO_MOST ? 1 : 1000;
        after[i] = 3;
    }
    const struct ratio ratio = ratio_estimate(before, 100, after, 100);
    assert_near(ratio.value, 3);
    assert_true(ratio.level_ppm >= 950000);
}

/* Samples of a skewed distribution. */
static void the_interval_covers_the_true_ratio(void **state)
{
    (void)state;
    struct property property = property_start("ratio");
    int covered = 0;
    for (int round = 0; round < 2000; round++) {
        int64_t before[7];
        int64_t after[6];
        for (int i = 0; i < 7; i++)
            before[i] = 1000 + (int64_t)property_below(&property, 1000) *
                                   (int64_t)property_below(&property, 1000) / 1000;
        for (int i = 0; i < 6; i++)
            after[i] = 3 * (1000 + (int64_t)property_below(&property, 1000) *
                                       (int64_t)property_below(&property, 1000) / 1000);
        const struct ratio ratio = ratio_estimate(before, 7, after, 6);
        covered += ratio.low <= 3 && 3 <= ratio.high;
    }
    assert_true(covered >= 1880); /* expected 1900 and more, three standard deviations below */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ratio_is_the_median_of_all_pairs),
        cmocka_unit_test(few_numbers_carry_no_interval),
        cmocka_unit_test(the_interval_is_that_of_the_test),
        cmocka_unit_test(what_is_not_positive_has_no_ratio),
        cmocka_unit_test(many_numbers_are_cut),
        cmocka_unit_test(the_interval_covers_the_true_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
