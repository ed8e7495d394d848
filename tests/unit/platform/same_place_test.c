/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <unistd.h>

#include "folder.h"
#include "platform/target.h"
#include "unit.h"

static struct folder folder;

static int start(void **state)
{
    (void)state;
    folder_start(&folder);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_empty(&folder);
    return rmdir(folder.path);
}

static void names_of_one_file_are_the_same_target(void **state)
{
    (void)state;
    char a[FOLDER_PATH], b[FOLDER_PATH], link[FOLDER_PATH], odd[FOLDER_PATH];
    folder_file(&folder, "a", a);
    folder_file(&folder, "b", b);
    folder_file(&folder, "link", link);
    folder_file(&folder, "./a", odd);
    assert_int_equal(close(open(a, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    assert_int_equal(close(open(b, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    assert_int_equal(symlink("a", link), 0);
    assert_true(target_is_same(a, a));
    assert_true(target_is_same(a, link));
    assert_true(target_is_same(a, odd));
    assert_false(target_is_same(a, b));
    assert_false(target_is_same(a, folder.path));
}

static void names_of_files_that_do_not_exist_yet(void **state)
{
    (void)state;
    char plain[FOLDER_PATH], odd[FOLDER_PATH], other[FOLDER_PATH];
    folder_file(&folder, "new", plain);
    folder_file(&folder, "./new", odd);
    folder_file(&folder, "newer", other);
    assert_true(target_is_same(plain, odd));
    assert_false(target_is_same(plain, other));
    assert_false(target_is_same("/no/such/folder/a", "/no/such/folder/b"));
    assert_false(target_is_same(plain, "/new"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_one_file_are_the_same_target),
        cmocka_unit_test(names_of_files_that_do_not_exist_yet),
    };
    return cmocka_run_group_tests(tests, start, end);
}
