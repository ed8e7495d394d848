/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "outcome.h"

static void test_clear_resets_every_field(void **state)
{
    (void)state;
    static const struct histogram none;
    struct outcome *outcome = malloc(sizeof *outcome);
    struct counters counters;
    struct timeline *timeline = malloc(sizeof *timeline);
    struct slowest slowest;
    assert_true(outcome && timeline);
    counters_clear(&counters);
    timeline_clear(timeline);
    slowest_clear(&slowest);
    memset(outcome, 0xa5, sizeof *outcome);
    outcome_clear(outcome);
    assert_memory_equal(&outcome->counters, &counters, sizeof counters);
    for (int i = 0; i < ENGINE_DIRECTIONS; i++) {
        assert_memory_equal(&outcome->latency[i], &none, sizeof none);
        assert_int_equal(outcome->bytes[i], 0);
        assert_memory_equal(&outcome->timeline[i], timeline, sizeof *timeline);
    }
    assert_memory_equal(&outcome->intended, &none, sizeof none);
    assert_memory_equal(&outcome->queued, &none, sizeof none);
    assert_memory_equal(&outcome->slowest, &slowest, sizeof slowest);
    assert_int_equal(outcome->acknowledged.issued, 0);
    assert_int_equal(outcome->failure.code, 0);
    assert_false(outcome->direct_refused || outcome->buffers_fixed || outcome->uncached_refused);
    assert_string_equal(outcome->reason, "");
    free(timeline);
    free(outcome);
}

static void test_queued_buffers_are_counted(void **state)
{
    (void)state;
    struct histogram queued = {0};
    struct counters counters;
    counters_clear(&counters);
    histogram_record(&queued, 30);
    histogram_record(&queued, 50);
    outcome_count_queued(&counters, &queued);
    assert_int_equal(counters.queued_buffers, 2);
    assert_int_equal(counters.queue_wait_ns, 80);
    assert_int_equal(counters.longest_queue_wait_ns, 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_resets_every_field),
        cmocka_unit_test(test_queued_buffers_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
