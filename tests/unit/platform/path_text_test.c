/* SPDX-License-Identifier: Apache-2.0 */
#include "path_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static void short_paths_are_unchanged(void **state)
{
    (void)state;
    char out[PATH_TEXT], longest[PATH_TEXT];
    assert_string_equal(path_text("", out), "");
    assert_string_equal(path_text("/pfs/my data/x", out), "/pfs/my data/x");
    assert_string_equal(path_text("/pfs/gr\xc3\xbc", out), "/pfs/gr\xc3\xbc");
    memset(longest, 'a', sizeof longest);
    longest[PATH_TEXT - 1] = 0;
    assert_string_equal(path_text(longest, out), longest);
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    char out[PATH_TEXT];
    assert_string_equal(path_text("a\nb\tc\x1b[31m\x7f", out), "a?b?c?[31m?");
}

static void long_paths_keep_both_ends(void **state)
{
    (void)state;
    char out[PATH_TEXT];
    for (size_t length = PATH_TEXT; length < 9000; length += 97) {
        char *path = malloc(length + 1);
        memset(path, 'm', length);
        memcpy(path, "/start", 6);
        memcpy(path + length - 4, "\nend", 5);
        path_text(path, out);
        assert_true(strlen(out) < PATH_TEXT);
        assert_memory_equal(out, "/start", 6);
        assert_non_null(strstr(out, "..."));
        assert_string_equal(out + strlen(out) - 4, "?end");
        free(path);
    }
}

static void the_parent_directory_of_a_path(void **state)
{
    static const char *const cases[][2] = {
        {"/a/b", "/a"}, {"/a/b/", "/a"}, {"/a//b", "/a"},  {"/a", "/"},      {"/", "/"},
        {"//", "/"},    {"b", "."},      {"b/", "."},      {"./b", "."},     {"a/b/c", "a/b"},
        {"", "."},      {"../x", ".."},  {"/a/b//", "/a"}, {"a\n/b", "a\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *folder = path_folder(cases[i][0]);
        assert_string_equal(folder, cases[i][1]);
        free(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_paths_are_unchanged),
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(long_paths_keep_both_ends),
        cmocka_unit_test(the_parent_directory_of_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
