/* SPDX-License-Identifier: Apache-2.0 */
#include "options/nearest.h"

#include "option_table.h"
#include "unit.h"

static void a_slip_leads_to_the_name(void **state)
{
    (void)state;
    assert_string_equal(nearest_option("sise"), "size");
    assert_string_equal(nearest_option("szie"), "size");
    assert_string_equal(nearest_option("buffersize"), "buffer-size");
    assert_string_equal(nearest_option("num-writer"), "num-writers");
    assert_string_equal(nearest_option("over-write"), "overwrite");
}

static void a_beginning_leads_to_the_only_name_with_it(void **state)
{
    (void)state;
    assert_string_equal(nearest_option("prod"), "producers");
    assert_string_equal(nearest_option("free"), "free-space-floor");
}

static void nothing_near_is_nothing(void **state)
{
    (void)state;
    assert_null(nearest_option("sphinx-of-black-quartz"));
    assert_null(nearest_option(""));
    assert_null(nearest_option("a-name-that-is-longer-than-any-of-the-names-that-there-are"));
}

static void each_name_is_nearest_to_itself(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (!nearest_option(option_table[id].name))
            fail_msg("%s", option_table[id].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_leads_to_the_name),
        cmocka_unit_test(a_beginning_leads_to_the_only_name_with_it),
        cmocka_unit_test(nothing_near_is_nothing),
        cmocka_unit_test(each_name_is_nearest_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
