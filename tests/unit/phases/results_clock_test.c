/* SPDX-License-Identifier: Apache-2.0 */
/* A rank's instants, bins and slowest requests on rank 0's clock, by comparisons that are given. */
#include "results.h"

#include "unit.h"

static const int64_t second_ns = 1000000000;

/* A phase that began at 'start_ns' of this rank's clock, which was ahead by 'before_ns' a second
 * before and by 'after_ns' ten seconds after. */
static struct clock_points drifting(int64_t start_ns, int64_t before_ns, int64_t after_ns)
{
    return (struct clock_points){
        .start_ns = start_ns,
        .before = {.local_ns = start_ns - second_ns, .offset_ns = before_ns},
        .after = {.local_ns = start_ns + 10 * second_ns, .offset_ns = after_ns},
    };
}

static void an_offset_alone_changes_nothing(void **state)
{
    (void)state;
    struct clock_points clocks = drifting(77 * second_ns, -864000 * second_ns, -864000 * second_ns);
    struct timeline own;
    struct timeline common;
    timeline_clear(&own);
    timeline_record(&own, 1, 3, 40);
    timeline_record(&own, 5 * second_ns, 7, 50);
    assert_int_equal(results_common_ns(&clocks, 5 * second_ns), 5 * second_ns);
    assert_int_equal(results_convert_timeline(&clocks, &own, 5 * second_ns, &common), 0);
    assert_memory_equal(&own, &common, sizeof own);
}

/* 110 us in 11 s: 10 us a second, the first of them before the start. */
static void drift_is_taken_out(void **state)
{
    (void)state;
    struct clock_points clocks = drifting(50 * second_ns, 5000, 115000);
    assert_int_equal(results_common_ns(&clocks, -second_ns), -second_ns);
    assert_int_equal(results_common_ns(&clocks, 0), -10000);
    assert_int_equal(results_common_ns(&clocks, 4 * second_ns), 4 * second_ns - 50000);
    assert_int_equal(results_common_ns(&clocks, 10 * second_ns), 10 * second_ns - 110000);
    assert_int_equal(results_common_ns(&clocks, INT64_MAX), INT64_MAX);

    struct counters counters;
    counters_clear(&counters);
    results_convert(&clocks, &counters);
    assert_int_equal(counters.first_ns, INT64_MAX);
    assert_int_equal(counters.end_ns, 0);
    counters.started_ns = 0;
    counters.first_ns = second_ns;
    counters.last_ns = 8 * second_ns;
    counters.end_ns = 9 * second_ns;
    results_convert(&clocks, &counters);
    assert_int_equal(counters.started_ns, -10000);
    assert_int_equal(counters.first_ns, second_ns - 20000);
    assert_int_equal(counters.last_ns, 8 * second_ns - 90000);
    assert_int_equal(counters.end_ns, 9 * second_ns - 100000);
}

/* The clock goes right but was found a quarter of a bin ahead just before the start. */
static void bins_that_an_edge_divides_are_divided(void **state)
{
    (void)state;
    const int64_t width_ns = INT64_C(1) << TIMELINE_FIRST_SHIFT;
    struct clock_points clocks = {.start_ns = second_ns,
                                  .before = {.local_ns = second_ns - 1},
                                  .after = {.local_ns = second_ns, .offset_ns = -width_ns / 4}};
    clocks.after.local_ns += 1000 * width_ns; /* a quarter of a bin in a thousand bins */
    clocks.before.local_ns -= 1000 * width_ns;
    clocks.before.offset_ns = width_ns / 4; /* half of the way is gone at the start: no offset */
    struct timeline own;
    struct timeline common;
    timeline_clear(&own);
    timeline_record(&own, 999 * width_ns, 4000, 70);
    timeline_record(&own, 1000 * width_ns, 1, 5);
    int64_t moved_ns = results_convert_timeline(&clocks, &own, 1000 * width_ns, &common);
    int64_t expected_ns = results_common_ns(&clocks, 1000 * width_ns) - 1000 * width_ns;
    assert_true(expected_ns > width_ns / 2 - 1000 && expected_ns < width_ns / 2 + 1000);
    assert_true(moved_ns >= expected_ns && moved_ns <= expected_ns + 1);
    assert_int_equal(common.bins[999].amount + common.bins[1000].amount, 4001);
    assert_true(common.bins[999].amount >= 2000 && common.bins[999].amount < 2010);
    assert_int_equal(common.bins[999].requests + common.bins[1000].requests, 2);
    assert_int_equal(common.used, 1001);
}

static int64_t twice(const void *context, int64_t at_ns)
{
    return 2 * at_ns + *(const int64_t *)context;
}

/* An absurd clock: every bin becomes two, moved by an eighth of one. */
static void nothing_is_lost_by_an_absurd_clock(void **state)
{
    (void)state;
    const int64_t width_ns = INT64_C(1) << TIMELINE_FIRST_SHIFT;
    const int64_t ahead_ns = width_ns / 8;
    const struct timeline_clock clock = {.convert = twice, .context = &ahead_ns};
    struct timeline own;
    struct timeline common;
    timeline_clear(&own);
    timeline_clear(&common);
    timeline_record(&own, 0, 160, 30);
    for (int64_t i = 1; i < TIMELINE_BINS; i++)
        timeline_record(&own, i * width_ns, i, i);
    timeline_record_part(&common, 0, 1000);
    int64_t last_ns = TIMELINE_BINS * width_ns - 1;
    assert_int_equal(timeline_add_converted(&common, &own, last_ns, &clock),
                     TIMELINE_BINS * width_ns + ahead_ns);
    int64_t bytes = 0;
    int64_t requests = 0;
    int64_t slowest_ns = 0;
    for (uint32_t i = 0; i < common.used; i++) {
        bytes += common.bins[i].amount;
        requests += common.bins[i].requests;
        slowest_ns =
            common.bins[i].slowest_ns > slowest_ns ? common.bins[i].slowest_ns : slowest_ns;
    }
    assert_int_equal(bytes, 1000 + 160 + TIMELINE_BINS * (TIMELINE_BINS - 1) / 2);
    assert_int_equal(requests, TIMELINE_BINS);
    assert_int_equal(slowest_ns, TIMELINE_BINS - 1);
    assert_int_equal(timeline_width_ns(&common), 4 * width_ns); /* an eighth did not fit */
}

/* Before the start counts as its first instant, as everywhere. */
static void what_moves_before_the_start_stays_in_the_first_bin(void **state)
{
    (void)state;
    struct clock_points clocks = drifting(50 * second_ns, 0, 11 * 5000000); /* 5 ms a second */
    struct timeline own;
    struct timeline common;
    timeline_clear(&own);
    timeline_record(&own, 100, 9, 40);
    assert_int_equal(results_convert_timeline(&clocks, &own, 100, &common), 5000000);
    assert_int_equal(common.used, 1);
    assert_int_equal(common.bins[0].amount, 9);
    assert_int_equal(common.bins[0].requests, 1);
    assert_int_equal(common.bins[0].slowest_ns, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offset_alone_changes_nothing),
        cmocka_unit_test(drift_is_taken_out),
        cmocka_unit_test(bins_that_an_edge_divides_are_divided),
        cmocka_unit_test(nothing_is_lost_by_an_absurd_clock),
        cmocka_unit_test(what_moves_before_the_start_stays_in_the_first_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
