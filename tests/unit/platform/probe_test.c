/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static char folder[SCRATCH_PATH];

static int entries_of(const char *path)
{
    int count = 0;
    DIR *list = opendir(path);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list));)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(list);
    return count;
}

static void a_directory_is_probed_and_left_unchanged(void **state)
{
    (void)state;
    struct probe probe;
    struct stat status;
    assert_int_equal(probe_open(&probe, folder, NULL), 0);
    assert_true(probe.own);
    assert_int_equal(entries_of(folder), 0);
    assert_int_equal(fstat(probe.fd, &status), 0);
    assert_int_equal(status.st_size, PROBE_BYTES);
    const uint32_t unit = probe_direct_unit(&probe);
    const int bypasses = probe_direct_bypasses(&probe);
    print_message("note: direct %d, unit %u, bypasses %d, uncached %d, preallocate %d\n",
                  probe.direct_error, unit, bypasses, probe_uncached(&probe),
                  probe_preallocate(&probe));
    if (probe.direct_error) {
        assert_int_equal(unit, 0);
        assert_true(bypasses < 0);
    } else {
        assert_true(unit >= 512 && (unit & (unit - 1)) == 0);
    }
    assert_int_equal(fstat(probe.fd, &status), 0);
    assert_int_equal(status.st_size, PROBE_BYTES);
    probe_close(&probe);
    assert_int_equal(entries_of(folder), 0);
}

static void an_existing_file_is_only_read(void **state)
{
    (void)state;
    struct probe probe;
    char path[SCRATCH_PATH], back[5] = "";
    scratch_file(path, folder, "there");
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "mine", 4), 4);
    assert_int_equal(probe_open(&probe, path, NULL), 0);
    assert_false(probe.own);
    assert_int_equal(probe_uncached(&probe), -EPERM);
    assert_int_equal(probe_preallocate(&probe), -EPERM);
    assert_int_equal(probe_direct_bypasses(&probe), -EPERM);
    assert_int_equal(pwrite(probe.fd, "x", 1, 0), -1);
    probe_direct_unit(&probe);
    probe_close(&probe);
    assert_int_equal(pread(fd, back, 4, 0), 4);
    assert_string_equal(back, "mine");
    close(fd);
    unlink(path);
}

static void a_new_name_is_probed_in_its_directory(void **state)
{
    (void)state;
    struct probe probe;
    char path[SCRATCH_PATH];
    scratch_file(path, folder, "new");
    assert_int_equal(probe_open(&probe, path, NULL), 0);
    assert_true(probe.own);
    probe_close(&probe);
    assert_int_equal(entries_of(folder), 0);
}

static void a_missing_target_is_an_error(void **state)
{
    (void)state;
    struct probe probe;
    struct failure why = {0};
    assert_int_equal(probe_open(&probe, "/nonexistent/a/b", &why), -ENOENT);
    assert_true(why.text[0] != 0);
    probe_close(&probe);
    why = (struct failure){0};
    assert_true(probe_open(&probe, "/proc", &why) < 0);
    assert_non_null(strstr(why.text, "'/proc'"));
}

/* tmpfs may accept O_DIRECT, but written pages stay in memory. */
static void memory_never_bypasses_the_page_cache(void **state)
{
    (void)state;
    struct probe probe;
    if (probe_open(&probe, "/dev/shm", NULL))
        skip_because("no /dev/shm here");
    if (!probe.direct_error)
        assert_int_equal(probe_direct_bypasses(&probe), 0);
    probe_close(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_is_probed_and_left_unchanged),
        cmocka_unit_test(an_existing_file_is_only_read),
        cmocka_unit_test(a_new_name_is_probed_in_its_directory),
        cmocka_unit_test(a_missing_target_is_an_error),
        cmocka_unit_test(memory_never_bypasses_the_page_cache),
    };
    if (!scratch_make(folder, NULL))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    scratch_remove(folder);
    return failed;
}
