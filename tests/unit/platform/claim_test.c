/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "folder.h"
#include "platform/file.h"
#include "unit.h"

static struct folder folder;
static char path[FOLDER_PATH];

static int start(void **state)
{
    (void)state;
    folder_start(&folder);
    folder_file(&folder, "file", path);
    return close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static int end(void **state)
{
    (void)state;
    folder_empty(&folder);
    return rmdir(folder.path);
}

static void open_and_claim(struct file *file)
{
    assert_int_equal(file_open(file, path, FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file_claim(file, path, NULL), 0);
}

static void a_claimed_file_is_in_use_until_it_is_closed(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    assert_int_equal(target_refuse_used(path, false, &why), 0);
    open_and_claim(&file);
    assert_int_equal(target_refuse_used(path, false, &why), -EBUSY);
    assert_non_null(strstr(why.text, "another run is using it"));
    assert_int_equal(file_close(&file, path, NULL), 0);
    why = (struct failure){0};
    assert_int_equal(target_refuse_used(path, false, &why), 0);
}

static void ranks_of_one_run_share_a_file(void **state)
{
    (void)state;
    struct file first, second;
    open_and_claim(&first);
    open_and_claim(&second);
    file_close(&first, path, NULL);
    assert_int_equal(target_refuse_used(path, false, NULL), -EBUSY);
    file_close(&second, path, NULL);
    assert_int_equal(target_refuse_used(path, false, NULL), 0);
}

static void an_exclusive_lock_prevents_a_claim(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    const int holder = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(holder, LOCK_EX), 0);
    assert_int_equal(file_open(&file, path, FILE_OPEN, NEVER, 4096, NULL), 0);
    assert_int_equal(file_claim(&file, path, &why), -EBUSY);
    assert_non_null(strstr(why.text, "another process holds a lock on it"));
    file_close(&file, path, NULL);
    close(holder);
}

static void a_missing_file_is_not_in_use(void **state)
{
    (void)state;
    char missing[FOLDER_PATH];
    folder_file(&folder, "missing", missing);
    assert_int_equal(target_refuse_used(missing, false, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claimed_file_is_in_use_until_it_is_closed),
        cmocka_unit_test(ranks_of_one_run_share_a_file),
        cmocka_unit_test(an_exclusive_lock_prevents_a_claim),
        cmocka_unit_test(a_missing_file_is_not_in_use),
    };
    return cmocka_run_group_tests(tests, start, end);
}
