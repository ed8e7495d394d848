/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "property.h"

#include "plan/limits.h"
#include "plan/tail.h"

static void test_no_limits(void **state)
{
    (void)state;
    const struct limits limits = {0};
    assert_false(limits_over(&limits, 0));
    assert_false(limits_over(&limits, INT64_MAX));
    assert_int_equal(limits_due(&limits, UINT64_MAX), 0);
}

static void test_the_deadline(void **state)
{
    (void)state;
    const struct limits limits = {.deadline_ns = 1000};
    assert_false(limits_over(&limits, 999));
    assert_true(limits_over(&limits, 1000));
    assert_true(limits_over(&limits, 1001));
}

static void test_the_end_of_the_tail(void **state)
{
    (void)state;
    struct limits limits = {.deadline_ns = 1000, .equalise = true};
    assert_int_equal(limits_left(&limits, 400), 600);
    assert_int_equal(limits_left(&limits, 1000), INT64_MAX);
    assert_false(limits_tail_over(&limits, INT64_MAX - 1));
    limits.tail_ns = 50;
    assert_int_equal(limits_left(&limits, 1000), 50);
    assert_int_equal(limits_left(&limits, 1050), 0);
    assert_false(limits_tail_over(&limits, 999));
    assert_false(limits_tail_over(&limits, 1049));
    assert_true(limits_tail_over(&limits, 1050));
    limits.tail_ns = INT64_MAX;
    assert_int_equal(limits_left(&limits, 2000), INT64_MAX);
    limits.equalise = false;
    assert_true(limits_tail_over(&limits, 1000));
    assert_int_equal(limits_left(&limits, 1000), 0);
    limits.deadline_ns = 0;
    assert_int_equal(limits_left(&limits, 1000), INT64_MAX);
    assert_false(limits_tail_over(&limits, 1000));
}

static void test_a_thread_continues_to_the_goal(void **state)
{
    (void)state;
    const struct limits limits = {.deadline_ns = 1000, .equalise = true, .tail_ns = 50};
    struct tail_goal goal = {0};
    assert_int_equal(tail_state(&limits, &goal, 999, 70), TAIL_CONTINUES);
    assert_int_equal(tail_state(&limits, &goal, 1000, 70), TAIL_WAITS);
    tail_set_goal(&goal, 71, false);
    assert_int_equal(tail_state(&limits, &goal, 1010, 70), TAIL_CONTINUES);
    assert_int_equal(tail_state(&limits, &goal, 1010, 71), TAIL_WAITS);
    assert_true(tail_is_behind(&limits, &goal, 1050, 71)); /* others may have more */
    tail_set_goal(&goal, 90, true);
    assert_int_equal(tail_state(&limits, &goal, 1049, 89), TAIL_CONTINUES);
    assert_int_equal(tail_state(&limits, &goal, 1049, 90), TAIL_ENDS);
    assert_int_equal(tail_state(&limits, &goal, 1050, 89), TAIL_ENDS);
    assert_true(tail_is_behind(&limits, &goal, 1050, 89));
    assert_false(tail_is_behind(&limits, &goal, 1050, 90));
    assert_false(tail_is_behind(&limits, &goal, 999, 3)); /* it ended in time */
}

static void test_reports(void **state)
{
    (void)state;
    struct tail_report reports[3] = {0};
    uint64_t most = 0;
    assert_false(tail_add_report(&reports[0], &most));
    tail_set_sent(&reports[0], 0);
    assert_true(tail_add_report(&reports[0], &most));
    assert_int_equal(most, 0);
    tail_set_sent(&reports[1], 9);
    tail_set_sent(&reports[2], 8);
    for (int i = 0; i < 3; i++)
        assert_true(tail_add_report(&reports[i], &most));
    assert_int_equal(most, 9);
}

static void test_the_schedule(void **state)
{
    (void)state;
    const struct limits limits = {.writer_rate = 1000};
    assert_int_equal(limits_due(&limits, 0), 0);
    assert_int_equal(limits_due(&limits, 1), 1000000);
    assert_int_equal(limits_due(&limits, 1000), 1000000000);
}

/* Never early by more than rounding, never backwards, and far away stays far away. */
static void test_any_rate(void **state)
{
    (void)state;
    struct property property = property_start("limits");
    for (int i = 0; i < 20000; i++) {
        const struct limits limits = {.writer_rate = 1 + property_magnitude(&property) / 2};
        uint64_t sent = property_magnitude(&property);
        int64_t due_ns = limits_due(&limits, sent);
        double exact_ns = (double)sent * 1e9 / (double)limits.writer_rate;
        assert_true(due_ns >= 0);
        assert_true(limits_due(&limits, sent / 2) <= due_ns);
        if (exact_ns > 1e19)
            assert_int_equal(due_ns, INT64_MAX);
        else if (exact_ns < 9e18)
            assert_true((double)due_ns <= exact_ns * (1 + 1e-12) + 1 &&
                        (double)due_ns >= exact_ns * (1 - 1e-12) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_limits),
        cmocka_unit_test(test_the_deadline),
        cmocka_unit_test(test_the_end_of_the_tail),
        cmocka_unit_test(test_a_thread_continues_to_the_goal),
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_the_schedule),
        cmocka_unit_test(test_any_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
