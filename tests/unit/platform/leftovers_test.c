/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/file.h"
#include "unit.h"

static char folder[64];

static int start(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/tidemill-remains-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void make(const char *name)
{
    const int fd = open(in_folder(name), O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static bool is_own(const char *name, void *context)
{
    (void)context;
    return name[0] == 'r';
}

static struct leftovers here(void)
{
    return (struct leftovers){.folder = folder, .own = is_own};
}

static int check(struct failure *why)
{
    struct leftovers leftovers = here();
    return leftovers_check(&leftovers, why);
}

static void files_of_the_run_are_removed_with_their_directory(void **state)
{
    (void)state;
    struct failure why = {0};
    struct leftovers leftovers = here();
    make("r0");
    make("r1");
    assert_int_equal(check(&why), 0);
    assert_int_equal(leftovers_remove(&leftovers, &why), 0);
    assert_int_equal(leftovers.files, 2);
    assert_int_equal(leftovers.folders, 1);
    assert_int_equal(access(folder, F_OK), -1);
    assert_int_equal(check(&why), 0);
    assert_int_equal(leftovers_remove(&leftovers, &why), 0);
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void assert_refused(int code, const char *words)
{
    struct failure why = {0};
    assert_int_equal(check(&why), code);
    assert_non_null(strstr(why.text, words));
}

static void a_file_of_another_origin_prevents_removal(void **state)
{
    (void)state;
    make("r0");
    make("notes");
    assert_refused(-EEXIST, "that run did not create 'notes' in it");
    unlink(in_folder("notes"));
    assert_int_equal(symlink("/etc/passwd", in_folder("r1")), 0);
    assert_refused(-EEXIST, "'r1'");
    unlink(in_folder("r1"));
    assert_int_equal(mkdir(in_folder("r2"), 0700), 0);
    assert_refused(-EEXIST, "'r2'");
    rmdir(in_folder("r2"));
    assert_int_equal(mkfifo(in_folder("r3"), 0600), 0);
    assert_refused(-EEXIST, "'r3'");
    unlink(in_folder("r3"));
}

/* A file that appears between check and removal keeps the directory. */
static void a_late_file_is_not_removed(void **state)
{
    (void)state;
    struct failure why = {0};
    struct leftovers leftovers = here();
    make("r0");
    assert_int_equal(check(&why), 0);
    make("late");
    assert_int_equal(leftovers_remove(&leftovers, &why), -ENOTEMPTY);
    assert_int_equal(access(in_folder("late"), F_OK), 0);
    assert_int_equal(access(in_folder("r0"), F_OK), -1);
    unlink(in_folder("late"));
}

static void a_file_in_use_prevents_removal(void **state)
{
    (void)state;
    struct file file;
    make("r0");
    assert_int_equal(file_open(&file, in_folder("r0"), FILE_OPEN, NEVER, 4096, NULL), 0);
    assert_int_equal(file_claim(&file, in_folder("r0"), NULL), 0);
    assert_refused(-EBUSY, "a run is using 'r0'");
    file_close(&file, "r0", NULL);
    struct failure why = {0};
    assert_int_equal(check(&why), 0);
    unlink(in_folder("r0"));
}

static void a_symlink_to_a_directory_is_not_followed(void **state)
{
    (void)state;
    char link[80];
    struct failure why = {0};
    snprintf(link, sizeof link, "%s-link", folder);
    assert_int_equal(symlink(folder, link), 0);
    struct leftovers leftovers = {.folder = link, .own = is_own};
    assert_true(leftovers_check(&leftovers, &why) < 0);
    unlink(link);
}

static int end(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_the_run_are_removed_with_their_directory),
        cmocka_unit_test(a_file_of_another_origin_prevents_removal),
        cmocka_unit_test(a_late_file_is_not_removed),
        cmocka_unit_test(a_file_in_use_prevents_removal),
        cmocka_unit_test(a_symlink_to_a_directory_is_not_followed),
    };
    return cmocka_run_group_tests(tests, start, end);
}
