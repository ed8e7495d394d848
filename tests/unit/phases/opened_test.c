/* SPDX-License-Identifier: Apache-2.0 */
#include "opened.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "unit.h"

static const struct opened_how how = {.direct = NEVER, .request_bytes = 4096};

static void each_writer_has_a_file_and_its_time(void **state)
{
    (void)state;
    struct folder folder;
    struct opened opened;
    char path[FOLDER_PATH];
    struct failure why = {0};
    folder_start(&folder);
    folder_file(&folder, "r0", path);
    assert_int_equal(opened_init(&opened, 2, &why), 0);
    assert_int_equal(opened_add(&opened, 1, strdup(path), FILE_CREATE, &how, &why), 0);
    int fd = opened.files[1].fd;
    assert_true(fd >= 0);
    assert_int_equal(opened.files[0].fd, -1);
    assert_int_equal(opened.modes[1].in_effect, opened.files[1].in_effect);
    assert_true(opened.opens_ns[1] > 0);
    assert_int_equal(opened.open_ns, opened.opens_ns[0] + opened.opens_ns[1]);
    opened_release(&opened, false);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    folder_end(&folder);
}

static void a_file_that_cannot_be_opened_is_a_failure(void **state)
{
    (void)state;
    struct opened opened;
    struct failure why = {0};
    assert_int_equal(opened_init(&opened, 1, &why), 0);
    assert_int_equal(opened_add(&opened, 0, strdup("/nowhere/r0"), FILE_OPEN_READ, &how, &why),
                     -ENOENT);
    assert_non_null(strstr(why.text, "/nowhere/r0"));
    assert_int_equal(opened.files[0].fd, -1);
    opened_release(&opened, false);
}

/* A thread that waits for storage may still use its file. */
static void lost_files_stay_open(void **state)
{
    (void)state;
    struct opened opened;
    struct failure why = {0};
    assert_int_equal(opened_init(&opened, 1, &why), 0);
    assert_int_equal(opened_add(&opened, 0, strdup("/dev/null"), FILE_OPEN, &how, &why), 0);
    struct file *file = opened.files;
    char *path = opened.paths[0];
    int fd = file->fd;
    opened_release(&opened, true);
    assert_int_not_equal(fcntl(fd, F_GETFD), -1);
    assert_int_equal(file->fd, fd);
    file_close(file, path, NULL);
    free(path);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_writer_has_a_file_and_its_time),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_a_failure),
        cmocka_unit_test(lost_files_stay_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
