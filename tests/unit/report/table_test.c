/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void columns_are_aligned_by_letters(void **state)
{
    (void)state;
    struct table table = {.columns = 3};
    struct text out = {0};
    const char *cells[] = {"knoten-ä", "1", "…", "n", "1000", "", "n2", "22", "ms"};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        table_add(&table, "%s", cells[i]);
    table_write(&table, 2, &out);
    assert_string_equal(text_string(&out), "  knoten-ä     1   …\n"
                                           "  n         1000\n"
                                           "  n2          22  ms\n");
    text_release(&out);
    table_release(&table);
}

/* Columns that do not fit follow behind the first one. */
static void a_wide_table_is_continued(void **state)
{
    (void)state;
    struct table table = {.columns = 4, .left = 1 << 3};
    struct text out = {0};
    char wide[60];
    memset(wide, 'x', sizeof wide - 1);
    wide[sizeof wide - 1] = 0;
    const char *cells[] = {"phase", "p50", "wide", "last", "write", "1 ms", wide, wide};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        table_add(&table, "%s", cells[i]);
    table_write(&table, 2, &out);
    const char *second = strstr(text_string(&out), "\n\n");
    assert_non_null(second);
    assert_int_equal(strncmp(second, "\n\n  phase  last\n  write  xxx", 28), 0);
    assert_non_null(strstr(text_string(&out), "  write  1 ms  xxx"));
    text_release(&out);
    table_release(&table);
}

static void a_table_without_lines_is_nothing(void **state)
{
    (void)state;
    struct table table = {.columns = 2};
    struct text out = {0};
    table_write(&table, 2, &out);
    table_add(&table, "only one of two cells");
    table_write(&table, 2, &out);
    assert_string_equal(text_string(&out), "");
    table_release(&table);
    text_release(&out);
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    struct table table = {.columns = 2};
    struct text out = {0};
    table_add(&table, "a\x1b[31m");
    table_add(&table, "b\nc");
    table_add(&table, "d");
    table_add(&table, "e");
    table_write(&table, 0, &out);
    assert_string_equal(text_string(&out), "a\\x1b[31m  b\\nc\nd             e\n");
    table_release(&table);
    text_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_aligned_by_letters),
        cmocka_unit_test(a_wide_table_is_continued),
        cmocka_unit_test(a_table_without_lines_is_nothing),
        cmocka_unit_test(control_characters_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
