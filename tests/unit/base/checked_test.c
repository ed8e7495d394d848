/* SPDX-License-Identifier: Apache-2.0 */
#include "base/checked.h"
#include "property.h"
#include "unit.h"

static void addition_reports_overflow(void **state)
{
    (void)state;
    uint64_t result = 7;
    assert_int_equal(checked_add(UINT64_MAX, 1, &result), -EOVERFLOW);
    assert_true(result == 7);
    assert_int_equal(checked_add(UINT64_MAX - 1, 1, &result), 0);
    assert_true(result == UINT64_MAX);
}

static void multiplication_reports_overflow(void **state)
{
    (void)state;
    uint64_t result = 7;
    assert_int_equal(checked_multiply(1ULL << 32, 1ULL << 32, &result), -EOVERFLOW);
    assert_true(result == 7);
    assert_int_equal(checked_multiply(UINT32_MAX, UINT32_MAX, &result), 0);
    assert_true(result == 0xfffffffe00000001);
    assert_int_equal(checked_multiply(0, UINT64_MAX, &result), 0);
    assert_true(result == 0);
}

static void scaling_does_not_overflow_in_between(void **state)
{
    (void)state;
    assert_true(checked_scale(UINT64_MAX, UINT64_MAX, UINT64_MAX) == UINT64_MAX);
    assert_true(checked_scale(7, 3, 2) == 10);
    assert_true(checked_scale(1ULL << 63, 100, 200) == 1ULL << 62);
    struct property property = property_start("checked_scale");
    for (int i = 0; i < 10000; i++) {
        uint64_t a = property_magnitude(&property);
        uint64_t c = property_magnitude(&property) | 1;
        assert_true(checked_scale(a, c, c) == a);
        assert_true(checked_scale(a % c, c - 1, c) <= a % c);
    }
}

static void division_rounds_up_and_alignment_down(void **state)
{
    (void)state;
    assert_true(divide_up(0, 5) == 0);
    assert_true(divide_up(10, 5) == 2);
    assert_true(divide_up(11, 5) == 3);
    assert_true(divide_up(UINT64_MAX, 2) == (1ULL << 63));
    assert_true(align_down(4097, 4096) == 4096);
    assert_true(align_down(29, 10) == 20);
    assert_true(is_aligned(0, 4096));
    assert_true(is_aligned(30, 10));
    assert_false(is_aligned(4097, 4096));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addition_reports_overflow),
        cmocka_unit_test(multiplication_reports_overflow),
        cmocka_unit_test(scaling_does_not_overflow_in_between),
        cmocka_unit_test(division_rounds_up_and_alignment_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
