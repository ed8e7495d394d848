/* SPDX-License-Identifier: Apache-2.0 */
/* Where a result goes: what is refused, replaced, claimed and removed. */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "record_folder.h"

static void save(const char *path, const struct record *record)
{
    struct failure why = {0};
    if (store_save(path, record, NULL, &why))
        fail_msg("%s", why.text);
}

static void a_path_without_folder_is_the_working_folder(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    struct failure why = {0};
    int checked = store_check("plain.h5", false, &why);
    int saved = store_save("plain.h5", &record, NULL, &why);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(checked, 0);
    assert_int_equal(saved, 0);
    assert_int_equal(files_in_folder(), 1);
}

static void assert_check(const char *path, bool overwrite, int code, const char *expected)
{
    struct failure why = {0};
    int before = files_in_folder();
    assert_int_equal(store_check(path, overwrite, &why), code);
    if (expected && !strstr(why.text, expected))
        fail_msg("'%s' does not contain '%s'", why.text, expected);
    assert_int_equal(files_in_folder(), before);
}

/* The first result is whole from the first moment, and only one of two runs gets its path. */
static void a_claim_is_a_whole_result(void **state)
{
    (void)state;
    const char *path = in_folder("claimed.h5");
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct record loaded = {0};
    struct failure why = {0};
    strcpy(record.run_id, "first");
    assert_int_equal(store_claim(path, &record, NULL), 0);
    strcpy(record.run_id, "second");
    assert_int_equal(store_claim(path, &record, &why), -EEXIST);
    assert_int_equal(why.code, 0);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(store_load(path, &loaded, NULL), 0);
    assert_string_equal(loaded.run_id, "first");
    record_release(&loaded);
    store_discard(path);
    assert_int_equal(files_in_folder(), 0);
}

static void write_file(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs("half a result", file) >= 0);
    fclose(file);
}

/* Those of processes that are alive are locked. */
static void temporary_files_of_dead_processes_are_removed(void **state)
{
    (void)state;
    static const char *const others[] = {"a.h5",          "a.h5.tmp.",     "a.h5.tmp.1x",
                                         "ba.h5.tmp.123", "a.h5.tmp.4096", "b.h5.tmp.1"};
    write_file(in_folder("a.h5.tmp.123"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        write_file(in_folder(others[i]));
    int fd = open(in_folder("a.h5.tmp.4096"), O_RDWR | O_CLOEXEC);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    store_remove_temporaries(in_folder("a.h5"));
    close(fd);
    assert_int_equal(access(in_folder("a.h5.tmp.123"), F_OK), -1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(access(in_folder(others[i]), F_OK), 0);
        unlink(in_folder(others[i]));
    }
}

static void a_result_of_a_run_that_did_not_end_is_named(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA,
                            .schema_revision = RECORD_REVISION,
                            .status = RECORD_RUNNING,
                            .run_id = "0123456789abcdef",
                            .started_utc = "2026-01-02T03:04:05Z",
                            .job = {.job_id = "77"}};
    const char *path = in_folder("r.h5");
    assert_int_equal(store_save(path, &record, NULL, NULL), 0);
    assert_check(path, false, -EEXIST,
                 "of run 0123456789abcdef (started 2026-01-02T03:04:05Z on an unknown host, job "
                 "77), which did not end");
    assert_check(path, false, -EEXIST, "run --cleanup");
    assert_check(path, true, 0, NULL);
    record.status = RECORD_COMPLETE;
    assert_int_equal(store_save(path, &record, NULL, NULL), 0);
    assert_check(path, false, -EEXIST, "exists; --overwrite replaces it");
    unlink(path);
}

static void check_names_what_is_wrong_with_a_path(void **state)
{
    (void)state;
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    char long_name[300];
    memset(long_name, 'n', sizeof long_name);
    long_name[sizeof long_name - 1] = 0;

    assert_check(in_folder("new.h5"), false, 0, NULL);
    assert_check("", false, -EINVAL, "empty");
    assert_check(folder, false, -EISDIR, "it is a directory");
    assert_check("/dev/null", true, -EINVAL, "is not a regular file");
    assert_check(in_folder("sub/"), false, -EISDIR, "it is a directory");
    assert_check(in_folder("no/new.h5"), false, -ENOENT, "does not exist");
    assert_check("/proc/new.h5", false, -ENOENT, "into the directory '/proc': No such file");
    assert_check(in_folder(long_name), false, -ENAMETOOLONG, "too long");

    fclose(fopen(in_folder("notes.txt"), "w"));
    assert_check(in_folder("notes.txt"), false, -EEXIST, "not a tidemill result");
    assert_check(in_folder("notes.txt"), true, -EEXIST, "not a tidemill result");
    assert_check(in_folder("notes.txt/new.h5"), false, -ENOTDIR, "Not a directory");

    save(in_folder("result.h5"), &record);
    assert_check(in_folder("result.h5"), false, -EEXIST, "--overwrite");
    assert_check(in_folder("result.h5"), true, 0, NULL);

    assert_int_equal(symlink("nowhere", in_folder("dangling")), 0);
    assert_check(in_folder("dangling"), false, -EEXIST, "not a tidemill result");
    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0);
    assert_check(in_folder("fifo"), true, -EINVAL, "is not a regular file");
}

static void check_names_a_directory_without_write_permission(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        assert_check("/proc/new.h5", false, -ENOENT, "/proc");
        print_message("as root every folder can be written; tried /proc only\n");
        return;
    }
    assert_int_equal(chmod(folder, 0500), 0);
    assert_check(in_folder("new.h5"), false, -EACCES, "Permission denied");
    assert_int_equal(chmod(folder, 0700), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, begin_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_path_without_folder_is_the_working_folder),
        TEST(a_claim_is_a_whole_result),
        TEST(temporary_files_of_dead_processes_are_removed),
        TEST(a_result_of_a_run_that_did_not_end_is_named),
        TEST(check_names_what_is_wrong_with_a_path),
        TEST(check_names_a_directory_without_write_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
