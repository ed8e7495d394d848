/* SPDX-License-Identifier: Apache-2.0 */
#include "options/repeat_words.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static void numbers_and_shares(void **state)
{
    (void)state;
    struct repeat repeat;
    assert_int_equal(repeat_parse(NULL, &repeat, NULL), 0);
    assert_int_equal(repeat.count, 1);
    assert_int_equal(repeat_parse("6", &repeat, NULL), 0);
    assert_int_equal(repeat.count, 6);
    assert_true(repeat.until <= 0);
    assert_int_equal(repeat_parse("until=2.5%", &repeat, NULL), 0);
    assert_int_equal(repeat.count, REPEAT_CAP);
    assert_true(repeat.until > 0.02499 && repeat.until < 0.02501);
}

static void all_else_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",           "0",          "1001",
        "-1",         "6x",         "until",
        "until=",     "until=%",    "until=2",
        "until=0%",   "until=-1%",  "until=100%",
        "until=nan%", "until= 2%%", "until=000000000000000000000000000000000002%"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct repeat repeat;
        struct failure why = {0};
        assert_int_equal(repeat_parse(wrong[i], &repeat, &why), -EINVAL);
        assert_non_null(strstr(why.text, "--repeat"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_shares),
        cmocka_unit_test(all_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
