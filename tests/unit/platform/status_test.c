/* SPDX-License-Identifier: Apache-2.0 */
/* Where statx is refused, as by the seccomp filters of old container runtimes, fstatat answers. */
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "platform/target.h"
#include "scratch.h"
#include "unit.h"

static char folder[SCRATCH_PATH];
static int refusal; /* errno of statx; 0 = it works */

int statx(int base, const char *restrict path, int flags, unsigned mask,
          struct statx *restrict reply)
{
    errno = refusal;
    return refusal ? -1 : (int)syscall(SYS_statx, base, path, flags, mask, reply);
}

static int create_folder(void **state)
{
    (void)state;
    return scratch_make(folder, NULL) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static void assert_same(const struct status *status, const struct stat *facts)
{
    assert_int_equal(status->mode, facts->st_mode);
    assert_int_equal(status->device, facts->st_dev);
    assert_int_equal(status->special_device, facts->st_rdev);
    assert_int_equal(status->inode, facts->st_ino);
    assert_int_equal(status->owner, facts->st_uid);
    assert_int_equal(status->size_bytes, facts->st_size);
    assert_int_equal(status->allocated_bytes, facts->st_blocks * 512);
}

static void the_status_does_not_depend_on_statx(void **state)
{
    static const int refusals[] = {0, EPERM, ENOSYS};
    struct status status;
    struct stat facts;
    char file[SCRATCH_PATH], link[SCRATCH_PATH];
    (void)state;
    scratch_write(scratch_file(file, folder, "file"), "some bytes", 10);
    assert_int_equal(symlink(file, scratch_file(link, folder, "link")), 0);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        refusal = refusals[i];
        assert_int_equal(stat(file, &facts), 0);
        assert_int_equal(status_of_path(link, true, &status), 0);
        assert_same(&status, &facts);
        const int fd = open(file, O_RDONLY);
        assert_int_equal(status_of_fd(fd, &status), 0);
        assert_same(&status, &facts);
        close(fd);
        assert_int_equal(lstat(link, &facts), 0);
        assert_int_equal(status_of_path(link, false, &status), 0);
        assert_same(&status, &facts);
        assert_int_equal(status_of_path("/dev/null", true, &status), 0);
        assert_true(status_is_null(&status));
        assert_int_equal(status_of_path("/nowhere/at/all", true, &status), -ENOENT);
    }
}

static void other_errors_of_statx_are_returned(void **state)
{
    struct status status;
    (void)state;
    refusal = EACCES;
    assert_int_equal(status_of_path(folder, true, &status), -EACCES);
}

static void a_target_is_described_without_alignment(void **state)
{
    struct record_target target;
    (void)state;
    refusal = EPERM;
    assert_int_equal(target_detect(folder, &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_DIRECTORY);
    assert_string_not_equal(target.file_system, "");
    assert_int_equal(target.direct_memory_alignment, -1);
    assert_int_equal(target.direct_offset_alignment, -1);
    char reason[RECORD_LINE];
    assert_int_equal(target_direct(&target, 1 << 20, reason), TRUTH_UNKNOWN);
    assert_non_null(strstr(reason, "statx, which reports whether O_DIRECT bypasses the cache, is "
                                   "refused (Operation not permitted; "));
    assert_int_equal(status_refusal(), EPERM);
    refusal = 0;
    assert_int_equal(status_refusal(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_does_not_depend_on_statx),
        cmocka_unit_test(other_errors_of_statx_are_returned),
        cmocka_unit_test(a_target_is_described_without_alignment),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
