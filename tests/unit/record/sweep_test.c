/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "record/record.h"

static void add(struct record *record, int64_t point, int64_t megabytes, int64_t p99_ns)
{
    struct record_sweep_run run = {
        .point = point,
        .phase = "write",
        .settings = "depth 1",
        .bytes = megabytes * 1000000,
        .duration_ns = 1000000000,
        .p50_ns = 10,
        .p99_ns = p99_ns,
        .cpu_ns = megabytes * 1000,
    };
    assert_int_equal(record_add_sweep_run(record, &run), 0);
}

static void points_have_medians_and_what_equals_the_best(void **state)
{
    (void)state;
    static const int64_t rates[3][6] = {
        {100, 102, 98, 101, 99, 97}, {103, 101, 99, 100, 104, 98}, {50, 51, 49, 52, 48, 50}};
    struct record record = {0};
    for (int64_t i = 0; i < 6; i++)
        for (int64_t point = 3; point > 0; point--)
            add(&record, point, rates[point - 1][i], point == 2 && i == 3 ? -1 : 40 + i);
    assert_int_equal(record.sweep_run_count, 18);
    assert_int_equal(record.sweep_count, 3);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(record.sweep[i].point, i + 1);
        assert_int_equal(record.sweep[i].count, 6);
    }
    assert_int_equal(record.sweep[0].median_per_s, 99500000);
    assert_int_equal(record.sweep[0].low_per_s, 97000000);
    assert_int_equal(record.sweep[0].high_per_s, 102000000);
    assert_int_equal(record.sweep[0].p99_ns, 42);
    assert_int_equal(record.sweep[1].p99_ns, -1);
    assert_int_equal(record.sweep[0].cpu_ns_per_gib, 1073742);
    assert_int_equal(record.sweep[0].best, TRUTH_YES);
    assert_int_equal(record.sweep[1].best, TRUTH_YES);
    assert_int_equal(record.sweep[2].best, TRUTH_NO);
    record_release(&record);
}

static void efficiency_is_that_of_each_rank_against_the_base(void **state)
{
    (void)state;
    static const int64_t rates[] = {0, 100, 180, 300};
    struct record record = {0};
    for (int64_t point = 1; point <= 3; point++) {
        struct record_sweep_run run = {
            .point = point,
            .phase = "write",
            .scale = 1 << (point - 1),
            .base_point = 1,
            .bytes = rates[point] * 1000000,
            .duration_ns = 1000000000,
        };
        assert_int_equal(record_add_sweep_run(&record, &run), 0);
    }
    assert_int_equal(record.sweep[0].efficiency_ppm, 1000000);
    assert_int_equal(record.sweep[1].efficiency_ppm, 900000);
    assert_int_equal(record.sweep[2].efficiency_ppm, 750000);
    record_release(&record);
}

static void too_few_repetitions_decide_nothing(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_sweep_run failed = {.point = 3, .phase = "write", .reason = "no"};
    add(&record, 1, 100, 1);
    add(&record, 2, 50, 1);
    assert_int_equal(record_add_sweep_run(&record, &failed), 0);
    assert_int_equal(record.sweep[0].best, TRUTH_YES);
    assert_int_equal(record.sweep[1].best, TRUTH_UNKNOWN);
    assert_int_equal(record.sweep[1].low_per_s, -1);
    assert_int_equal(record.sweep[2].count, 0);
    assert_int_equal(record.sweep[2].best, TRUTH_NO);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_have_medians_and_what_equals_the_best),
        cmocka_unit_test(efficiency_is_that_of_each_rank_against_the_base),
        cmocka_unit_test(too_few_repetitions_decide_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
