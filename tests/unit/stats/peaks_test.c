/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "stats/peaks.h"

static int64_t at(uint64_t window)
{
    return (int64_t)(window << PEAKS_SHIFT) + 5;
}

static void each_window_keeps_its_largest_latency(void **state)
{
    (void)state;
    struct peaks peaks = {0};
    peaks_record(&peaks, at(0), 70);
    peaks_record(&peaks, at(1), 30);
    peaks_record(&peaks, at(1), 50);
    peaks_record(&peaks, at(1), 40);
    peaks_record(&peaks, at(3), 20);
    assert_int_equal(peaks_read(&peaks, 0, 1), 70);
    assert_int_equal(peaks_read(&peaks, 1, 2), 50);
    assert_int_equal(peaks_read(&peaks, 2, 3), 0);
    assert_int_equal(peaks_read(&peaks, 1, 4), 50);
    assert_int_equal(peaks_read(&peaks, 3, 3), 0);
}

static void a_later_window_replaces_the_oldest(void **state)
{
    (void)state;
    struct peaks peaks = {0};
    peaks_record(&peaks, at(2), 900);
    peaks_record(&peaks, at(2 + PEAKS_KEPT), 10);
    assert_int_equal(peaks_read(&peaks, 2, 3), 0);
    assert_int_equal(peaks_read(&peaks, 0, 3 + PEAKS_KEPT), 10);
}

/* Numbers of windows wrap after 13 days, and latencies end at 73 minutes. */
static void long_phases_and_latencies_fit(void **state)
{
    (void)state;
    struct peaks peaks = {0};
    const uint64_t many = (UINT64_C(1) << (64 - PEAKS_LATENCY_BITS)) + 7;
    peaks_record(&peaks, at(7 + PEAKS_KEPT), 9);
    peaks_record(&peaks, at(many), INT64_MAX);
    assert_int_equal(peaks_read(&peaks, many, many + 1), (INT64_C(1) << PEAKS_LATENCY_BITS) - 1);
    peaks_record(&peaks, -1, -1);
    assert_int_equal(peaks_read(&peaks, 0, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_window_keeps_its_largest_latency),
        cmocka_unit_test(a_later_window_replaces_the_oldest),
        cmocka_unit_test(long_phases_and_latencies_fit),
    };
    return cmocka_run_group_tests_name("peaks", tests, NULL, NULL);
}
