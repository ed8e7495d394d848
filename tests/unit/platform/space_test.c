/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/space.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

static void full_storage_is_reported_with_space_and_inodes(void **state)
{
    char note[SPACE_TEXT];
    unsigned long long bytes, inodes;
    (void)state;
    static const int full[] = {ENOSPC, EDQUOT};
    for (int i = 0; i < 2; i++) {
        int end = 0;
        space_format_reason("/tmp", full[i], note);
        assert_int_equal(
            sscanf(note, " (%llu bytes and %llu inodes free)%n", &bytes, &inodes, &end), 2);
        assert_int_equal(end, strlen(note));
    }
}

static void a_missing_file_uses_its_directory(void **state)
{
    char note[SPACE_TEXT];
    (void)state;
    assert_true(strlen(space_format_reason("/tmp/no/such", ENOSPC, note)) == 0);
    assert_true(strlen(space_format_reason("/tmp/no-such-file", ENOSPC, note)) > 0);
    assert_true(space_free_percent("/tmp/no-such-file") >= 0);
}

static void other_errors_have_no_note(void **state)
{
    char note[SPACE_TEXT] = "before";
    (void)state;
    assert_string_equal(space_format_reason("/tmp", EIO, note), "");
    assert_int_equal(space_free_percent("/no/such/folder"), -1);
    assert_in_range(space_free_percent("/tmp"), 0, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_storage_is_reported_with_space_and_inodes),
        cmocka_unit_test(a_missing_file_uses_its_directory),
        cmocka_unit_test(other_errors_have_no_note),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
