/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "property.h"

#include "plan/limits.h"

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
        cmocka_unit_test(test_the_schedule),
        cmocka_unit_test(test_any_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
