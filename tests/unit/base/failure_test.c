/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/failure.h"
#include "unit.h"

static void a_failure_has_a_code_and_a_text(void **state)
{
    (void)state;
    struct failure why = {0};
    assert_int_equal(failure_set(&why, -EINVAL, "cannot use '%s'", "x"), -EINVAL);
    assert_int_equal(why.code, -EINVAL);
    assert_string_equal(why.text, "cannot use 'x'");
}

static void the_system_error_is_appended(void **state)
{
    (void)state;
    struct failure why = {0};
    assert_int_equal(failure_system(&why, ENOSPC, "cannot open '%s'", "/pfs/x"), -ENOSPC);
    assert_int_equal(why.code, -ENOSPC);
    assert_string_equal(why.text, "cannot open '/pfs/x': No space left on device");

    struct failure odd = {0};
    assert_int_equal(failure_system(&odd, 99999, "cannot compute"), -99999);
    assert_string_equal(odd.text, "cannot compute: unknown error 99999");
}

static void the_first_failure_is_kept(void **state)
{
    (void)state;
    struct failure why = {0};
    failure_set(&why, -EIO, "first");
    assert_int_equal(failure_set(&why, -EINVAL, "second"), -EINVAL);
    assert_int_equal(failure_system(&why, ENOSPC, "third"), -ENOSPC);
    assert_int_equal(why.code, -EIO);
    assert_string_equal(why.text, "first");
}

static void a_null_failure_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(failure_set(NULL, -EIO, "lost"), -EIO);
    assert_int_equal(failure_system(NULL, EIO, "lost"), -EIO);
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    struct failure why = {0};
    failure_set(&why, -ENOENT, "cannot open '%s'", "a\nb\tc\x7f\xc3\xa9");
    assert_string_equal(why.text, "cannot open 'a\\nb\\tc\\x7f\xc3\xa9'");
}

static void a_long_path_does_not_displace_the_reason(void **state)
{
    (void)state;
    char subject[4096];
    memset(subject, 'x', sizeof subject - 1);
    subject[sizeof subject - 1] = '\0';
    struct failure why = {0};
    failure_system(&why, ENAMETOOLONG, "cannot open '%s'", subject);
    static const char ending[] = "x...: File name too long";
    size_t length = strlen(why.text);
    assert_int_equal(length, FAILURE_TEXT - 1);
    assert_string_equal(why.text + length - (sizeof ending - 1), ending);
}

static void truncation_does_not_split_characters(void **state)
{
    (void)state;
    char subject[1024];
    for (size_t lead = 0; lead < 3; lead++) {
        memset(subject, 'x', lead);
        for (size_t i = lead; i + 3 < sizeof subject; i += 3)
            memcpy(subject + i, "\xe2\x9c\x93", 4);
        struct failure why = {0};
        failure_set(&why, -EINVAL, "%s", subject);
        size_t length = strlen(why.text);
        assert_true(length < FAILURE_TEXT && length >= FAILURE_TEXT - 4);
        assert_string_equal(why.text + length - 3, "...");
        assert_int_equal((length - 3 - lead) % 3, 0);
    }
}

static void a_text_that_just_fits_is_not_truncated(void **state)
{
    (void)state;
    char subject[FAILURE_TEXT];
    memset(subject, 'x', sizeof subject - 1);
    subject[sizeof subject - 1] = '\0';
    struct failure why = {0};
    failure_set(&why, -EINVAL, "%s", subject);
    assert_string_equal(why.text, subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_has_a_code_and_a_text),
        cmocka_unit_test(the_system_error_is_appended),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(a_null_failure_is_accepted),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(a_long_path_does_not_displace_the_reason),
        cmocka_unit_test(truncation_does_not_split_characters),
        cmocka_unit_test(a_text_that_just_fits_is_not_truncated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
