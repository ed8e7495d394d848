/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/names.h"

#include <stdint.h>

#include "unit.h"

static void each_layout_knows_its_names_and_no_others(void **state)
{
    (void)state;
    assert_true(plan_has_file_name(LAYOUT_SHARED, 4, 2, "shared"));
    assert_false(plan_has_file_name(LAYOUT_SHARED, 4, 2, "r0"));
    assert_false(plan_has_file_name(LAYOUT_SHARED, 4, 2, "shared2"));
    assert_true(plan_has_file_name(LAYOUT_RANK, 4, 2, "r0"));
    assert_true(plan_has_file_name(LAYOUT_RANK, 4, 2, "r3"));
    assert_false(plan_has_file_name(LAYOUT_RANK, 4, 2, "r0.w0"));
    assert_false(plan_has_file_name(LAYOUT_RANK, 4, 2, "shared"));
    assert_true(plan_has_file_name(LAYOUT_WRITER, 12, 2, "r11.w1"));
    assert_false(plan_has_file_name(LAYOUT_WRITER, 12, 2, "r11"));
}

static void a_probe_names_its_files_apart(void **state)
{
    (void)state;
    assert_true(plan_has_file_name(LAYOUT_SHARED, 4, 2, "probe-shared"));
    assert_true(plan_has_file_name(LAYOUT_RANK, 4, 2, "probe-r3"));
    assert_true(plan_has_file_name(LAYOUT_WRITER, 4, 2, "probe-r3.w1"));
    assert_true(plan_has_file_name(LAYOUT_RANK, 4, 2, "warm-up-r3"));
    assert_false(plan_has_file_name(LAYOUT_RANK, 4, 2, "warm-up-probe-r3"));
    static const char *const foreign[] = {"probe-",       "probe-r4",    "probe-probe-r3",
                                          "probe-shared", "probe-r3.w1", "prober3",
                                          "Probe-r3"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(plan_has_file_name(LAYOUT_RANK, 4, 2, foreign[i]));
}

static void numbers_beyond_the_run_are_not_its_own(void **state)
{
    (void)state;
    static const char *const foreign[] = {"r4",  "r",   "r-1", "r+1",
                                          "r00", "r01", "r1 ", "r1x",
                                          "R1",  "",    "r1.", "r18446744073709551616"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        assert_false(plan_has_file_name(LAYOUT_RANK, 4, 2, foreign[i]));
    assert_false(plan_has_file_name(LAYOUT_WRITER, 4, 2, "r1.w2"));
    assert_false(plan_has_file_name(LAYOUT_WRITER, 4, 2, "r1.w"));
    assert_false(plan_has_file_name(LAYOUT_WRITER, 4, 2, "r1.x0"));
    assert_true(plan_has_file_name(LAYOUT_RANK, UINT64_MAX, 2, "r4294967295"));
}

static void test_names_of_many_files(void **state)
{
    (void)state;
    static const char *const others[] = {
        "f", "f01", "f-1", "f1x", "g1", "f 1", "f18446744073709551616"};
    struct text path = {0};
    plan_print_file("/t/r0", 100000, &path);
    assert_string_equal(text_string(&path), "/t/r0/f100000");
    text_release(&path);
    assert_true(plan_has_cut_name("f0"));
    assert_true(plan_has_cut_name("f100000"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(plan_has_cut_name(others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layout_knows_its_names_and_no_others),
        cmocka_unit_test(a_probe_names_its_files_apart),
        cmocka_unit_test(numbers_beyond_the_run_are_not_its_own),
        cmocka_unit_test(test_names_of_many_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
