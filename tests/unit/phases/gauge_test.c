/* SPDX-License-Identifier: Apache-2.0 */
#include "gauge.h"

#include <stdlib.h>

#include "platform/clock.h"
#include "unit.h"

enum { LEAD_NS = 1 << 28 };

/* What a device does between the agreement on a start and that start is none of the phase. */
static void the_first_reading_comes_with_the_start(void **state)
{
    (void)state;
    int64_t start_ns = clock_now_ns() - 5000;
    struct gauge *gauge = gauge_start("", start_ns);
    assert_non_null(gauge);
    assert_int_equal(gauge->count, 0);
    gauge_sample(gauge, start_ns - LEAD_NS);
    gauge_sample(gauge, start_ns - 1);
    assert_int_equal(gauge->count, 0);
    gauge_sample(gauge, start_ns);
    assert_int_equal(gauge->count, 1);
    assert_true(gauge->readings[0].at_ns >= start_ns);
    gauge_sample(gauge, start_ns + 10);
    assert_int_equal(gauge->count, 1);
    gauge_sample(gauge, start_ns + 100 * gauge->interval_ns);
    assert_int_equal(gauge->count, 2);
    gauge_take(gauge);
    assert_int_equal(gauge->count, 3);
    free(gauge);
}

static void readings_and_intervals_are_bounded(void **state)
{
    (void)state;
    struct gauge *gauge = gauge_start("", clock_now_ns());
    assert_non_null(gauge);
    int64_t interval_ns = gauge->interval_ns;
    gauge_take(gauge);
    int64_t first_ns = gauge->readings[0].at_ns;
    for (int i = 1; i < 2 * GAUGE_READINGS; i++)
        gauge_take(gauge);
    assert_true(gauge->count <= GAUGE_READINGS);
    assert_true(gauge->interval_ns > interval_ns);
    assert_int_equal(gauge->readings[0].at_ns, first_ns);
    for (uint32_t i = 1; i < gauge->count; i++)
        assert_true(gauge->readings[i].at_ns >= gauge->readings[i - 1].at_ns);
    gauge_take(NULL);
    gauge_sample(NULL, 0);
    free(gauge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_reading_comes_with_the_start),
        cmocka_unit_test(readings_and_intervals_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
