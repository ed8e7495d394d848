/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/child.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static int filter(const char *const *arguments, const char *input, struct text *output,
                  struct failure *why)
{
    struct text text = {0};
    text_add(&text, "%s", input);
    const int result = child_filter(arguments, &text, output, why);
    text_release(&text);
    return result;
}

static void what_a_program_writes_is_returned(void **state)
{
    (void)state;
    const char *const arguments[] = {"tr", "a-c", "A-C", NULL};
    struct text output = {0};
    struct failure why = {0};
    assert_int_equal(filter(arguments, "abc-d\n", &output, &why), 0);
    assert_string_equal(text_string(&output), "ABC-d\n");
    text_release(&output);
}

static void more_than_a_pipe_holds_passes_both_ways(void **state)
{
    (void)state;
    const char *const arguments[] = {"cat", NULL};
    struct text input = {0};
    struct text output = {0};
    struct failure why = {0};
    for (int i = 0; i < 100000; i++)
        text_add(&input, "line %d\n", i);
    assert_int_equal(child_filter(arguments, &input, &output, &why), 0);
    assert_string_equal(text_string(&output), text_string(&input));
    text_release(&output);
    text_release(&input);
}

static void a_missing_program_is_enoent_and_a_failing_one_eio(void **state)
{
    (void)state;
    const char *const missing[] = {"no-such-program-anywhere", NULL};
    const char *const failing[] = {"false", NULL};
    struct text output = {0};
    struct failure first = {0};
    struct failure second = {0};
    assert_int_equal(filter(missing, "", &output, &first), -ENOENT);
    assert_non_null(strstr(first.text, "no-such-program-anywhere"));
    assert_int_equal(filter(failing, "unread", &output, &second), -EIO);
    text_release(&output);
}

static void only_path_and_home_are_passed_on(void **state)
{
    (void)state;
    const char *const arguments[] = {"env", NULL};
    struct text output = {0};
    struct failure why = {0};
    assert_int_equal(filter(arguments, "", &output, &why), 0);
    for (const char *line = text_string(&output); *line; line += strcspn(line, "\n") + 1)
        assert_true(!strncmp(line, "PATH=", 5) || !strncmp(line, "HOME=", 5) ||
                    !strncmp(line, "LC_ALL=", 7));
    text_release(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_program_writes_is_returned),
        cmocka_unit_test(more_than_a_pipe_holds_passes_both_ways),
        cmocka_unit_test(a_missing_program_is_enoent_and_a_failing_one_eio),
        cmocka_unit_test(only_path_and_home_are_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
