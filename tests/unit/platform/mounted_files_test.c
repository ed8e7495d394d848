/* SPDX-License-Identifier: Apache-2.0 */
/* Files of private file systems for which O_DIRECT or sync means something else: only as root. */
#include <errno.h>
#include <string.h>

#include "loop.h"
#include "mounted.h"
#include "platform/file.h"
#include "platform/target.h"
#include "scratch.h"
#include "unit.h"

/* ext2, ext3 and ext4 without extents write into holes through the page cache. */
static void files_without_extents_are_not_direct_until_they_are_whole(void **state)
{
    (void)state;
    struct loop loop;
    struct file file;
    struct failure why = {0};
    struct record_target target;
    char reason[RECORD_LINE];
    char block[8192];
    need_loop(&loop, 512, false);
    if (!run((const char *const[]){"mkfs.ext4", "-q", "-F", "-O", "^extents,^64bit", loop.path,
                                   NULL}) ||
        ioctl(loop.fd, LOOP_SET_DIRECT_IO, 1UL) || mount(loop.path, point, "ext4", 0, NULL)) {
        loop_release(&loop);
        skip_because("no ext4 without extents on a loop device with direct I/O here");
    }
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.direct_cause, DIRECT_HOLES);
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_NO);
    assert_int_equal(
        file_open(&file, scratch_file(path, point, "file"), FILE_CREATE, PREFER, 4096, NULL), 0);
    assert_int_equal(file.opened, TRUTH_YES);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_int_equal(file.cause, DIRECT_HOLES);
    file_close(&file, path, NULL);
    unlink(path);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 4096, &why), -EINVAL);
    assert_non_null(strstr(why.text, "has no extents"));
    memset(block, 1, sizeof block);
    scratch_write(path, block, sizeof block);
    assert_int_equal(file_open(&file, path, FILE_OPEN_READ, REQUIRE, 4096, NULL), 0);
    file_close(&file, path, NULL);
    assert_int_equal(truncate(path, 2 * sizeof block), 0);
    assert_int_equal(file_open(&file, path, FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file.cause, DIRECT_HOLES);
    file_close(&file, path, NULL);
    unmount();
    loop_release(&loop);
}

/* An overlay that is mounted with 'volatile' ignores every sync. */
static void a_volatile_overlay_is_recognised(void **state)
{
    (void)state;
    static const char *const parts[] = {"lower", "upper", "work"};
    char options[4 * SCRATCH_PATH], part[3][SCRATCH_PATH];
    struct record_target target;
    need_mounts();
    for (int i = 0; i < 3; i++)
        mkdir(scratch_file(part[i], folder, parts[i]), 0700);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s,volatile", part[0],
             part[1], part[2]);
    if (mount("overlay", point, "overlay", 0, options))
        skip_because("no volatile overlay here");
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.ignores_sync, 1);
    unmount();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_without_extents_are_not_direct_until_they_are_whole),
        cmocka_unit_test(a_volatile_overlay_is_recognised),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
