/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/describe.h"

#include <stdlib.h>

#include "property.h"
#include "unit.h"

static void the_median_of_known_numbers(void **state)
{
    (void)state;
    int64_t odd[] = {9, -5, 3};
    int64_t even[] = {INT64_MAX, INT64_MIN, 4, 8};
    describe_sort(odd, 3);
    describe_sort(even, 4);
    assert_int_equal(describe_median(odd, 0), 0);
    assert_int_equal(describe_median(odd, 1), -5);
    assert_int_equal(describe_median(odd, 3), 3);
    assert_int_equal(describe_median(even, 4), 6);
    const int64_t extremes[] = {INT64_MIN, INT64_MAX};
    assert_int_equal(describe_median(extremes, 2), -1);
}

static void an_outlier_does_not_change_the_deviation(void **state)
{
    (void)state;
    int64_t values[] = {98, 99, 100, 101, 102};
    int64_t scratch[5];
    assert_int_equal(describe_deviation(values, 5, 100, scratch), 1);
    values[4] = 1000000;
    assert_int_equal(describe_deviation(values, 5, 100, scratch), 1);
    assert_int_equal(describe_deviation(values, 0, 100, scratch), 0);
}

/* From statistics textbooks; 6 numbers are the fewest that give 95 %. */
static void intervals_match_the_sign_test(void **state)
{
    (void)state;
    static const struct {
        size_t count, low, high;
        int64_t level_ppm;
    } known[] = {
        {6, 0, 5, 968750},    {7, 0, 6, 984375},     {8, 0, 7, 992188},   {9, 1, 7, 960938},
        {10, 1, 8, 978516},   {12, 2, 9, 961426},    {20, 5, 14, 958611}, {25, 7, 17, 956715},
        {50, 17, 32, 967160}, {100, 39, 60, 964800},
    };
    struct interval interval;
    for (size_t count = 0; count < known[0].count; count++)
        assert_false(describe_interval(count, &interval));
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(describe_interval(known[i].count, &interval));
        assert_int_equal(interval.low, known[i].low);
        assert_int_equal(interval.high, known[i].high);
        assert_in_range(interval.level_ppm, known[i].level_ppm - 1, known[i].level_ppm + 1);
    }
}

/* In repeated samples the interval contains the true median as often as 'level_ppm' states. */
static void intervals_contain_the_median_as_often_as_stated(void **state)
{
    (void)state;
    struct property property = property_start("interval");
    static const size_t counts[] = {6, 9, 15};
    enum { ROUNDS = 20000 };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct interval interval;
        size_t contained = 0;
        assert_true(describe_interval(counts[i], &interval));
        for (int round = 0; round < ROUNDS; round++) {
            int64_t values[16];
            for (size_t k = 0; k < counts[i]; k++) { /* a skewed distribution */
                int64_t root = (int64_t)property_below(&property, 2000001) - 1000000;
                values[k] = root < 0 ? root : root * root;
            }
            describe_sort(values, counts[i]);
            contained += values[interval.low] <= 0 && values[interval.high] >= 0;
        }
        int64_t found_ppm = (int64_t)(contained * 1000000 / ROUNDS);
        print_message("%zu numbers: %ld ppm of %ld\n", counts[i], (long)found_ppm,
                      (long)interval.level_ppm);
        assert_in_range(found_ppm, interval.level_ppm - 6000, interval.level_ppm + 6000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_of_known_numbers),
        cmocka_unit_test(an_outlier_does_not_change_the_deviation),
        cmocka_unit_test(intervals_match_the_sign_test),
        cmocka_unit_test(intervals_contain_the_median_as_often_as_stated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
