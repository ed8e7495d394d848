/* SPDX-License-Identifier: Apache-2.0 */
/* Targets on private file systems and devices, mounted in a private namespace: only as root.
 * Nothing is left when the process ends. */
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "loop.h"
#include "mounted.h"
#include "platform/file.h"
#include "platform/target.h"
#include "scratch.h"
#include "unit.h"

static void ramfs_refuses_direct_and_leaves_no_file(void **state)
{
    (void)state;
    struct file file;
    struct failure why = {0};
    struct record_target target;
    char reason[RECORD_LINE];
    need_mounts();
    assert_int_equal(mount("ramfs", point, "ramfs", 0, NULL), 0);
    scratch_file(path, point, "file");
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_string_equal(target.file_system, "ramfs");
    assert_string_equal(target.mount_point, point);
    assert_int_equal(target.ram_backed, 1);
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_NO);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 4096, &why), -EINVAL);
    assert_non_null(strstr(why.text, "ramfs is a RAM-backed"));
    assert_false(path_exists(path));
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 4096, NULL), 0);
    assert_int_equal(file.opened, TRUTH_NO);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_int_equal(pwrite(file.fd, "odd", 3, 1), 3);
    file_close(&file, path, NULL);
    unmount();
}

static void hugetlbfs_is_memory(void **state)
{
    (void)state;
    struct record_target target;
    need_mounts();
    if (mount("hugetlbfs", point, "hugetlbfs", 0, NULL))
        skip_because("no hugetlbfs here");
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.ram_backed, 1);
    unmount();
}

static void a_read_only_mount_is_refused(void **state)
{
    (void)state;
    struct failure why = {0};
    struct record_target target;
    need_mounts();
    assert_int_equal(mount("tmpfs", point, "tmpfs", 0, "size=1m"), 0);
    scratch_write(scratch_file(path, point, "old"), "x", 1);
    assert_int_equal(mount(NULL, point, NULL, MS_REMOUNT | MS_RDONLY | MS_BIND, NULL), 0);
    assert_int_equal(target_allow(point, false, false, &why), -EROFS);
    assert_non_null(strstr(why.text, "read-only"));
    assert_int_equal(target_allow(path, true, false, NULL), -EROFS);
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_memory_equal(target.options, "ro", 2);
    unmount();
}

static void sectors_of_4096_bytes_are_respected(void **state)
{
    (void)state;
    struct loop loop;
    struct file file;
    struct failure why = {0};
    struct record_target target;
    char reason[RECORD_LINE];
    void *memory = NULL;
    need_loop(&loop, 4096, false);
    if (!run((const char *const[]){"mkfs.xfs", "-q", "-f", loop.path, NULL}) ||
        mount(loop.path, point, "xfs", 0, NULL)) {
        loop_release(&loop);
        skip_because("no xfs here");
    }
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.cached_below, 1);
    assert_string_equal(target.backing, loop.path + strlen("/dev/"));
    if (target.direct_offset_alignment > 0) {
        assert_int_equal(target_direct(&target, 8192, reason), TRUTH_NO);
        assert_non_null(strstr(reason, "uses the page cache for its file"));
    }
    if (ioctl(loop.fd, LOOP_SET_DIRECT_IO, 1UL)) {
        unmount();
        loop_release(&loop);
        skip_because("the directory for tests does not support direct I/O");
    }
    assert_int_equal(target_detect(point, &target, NULL), 0);
    assert_int_equal(target.cached_below, 0);
    assert_string_equal(target.backing, "");
    assert_string_equal(target.file_system, "xfs");
    assert_string_equal(target.device, loop.path + strlen("/dev/"));
    if (target.direct_offset_alignment < 0) {
        unmount();
        loop_release(&loop);
        skip_because("this kernel does not report the alignment of direct I/O");
    }
    assert_int_equal(target.direct_offset_alignment, 4096);
    assert_int_equal(target_direct(&target, 512, reason), TRUTH_NO);
    assert_int_equal(target_direct(&target, 8192, reason), TRUTH_YES);
    scratch_file(path, point, "file");
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 512, &why), -EINVAL);
    assert_non_null(strstr(why.text, "not a multiple of 4096"));
    assert_false(path_exists(path));
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 8192, NULL), 0);
    assert_int_equal(file.in_effect, TRUTH_YES);
    assert_int_equal(file.offset_alignment, 4096);
    assert_int_equal(posix_memalign(&memory, 4096, 8192), 0);
    memset(memory, 1, 8192);
    assert_int_equal(pwrite(file.fd, memory, 8192, 0), 8192);
    assert_int_equal(pwrite(file.fd, memory, 512, 8192), -1);
    assert_int_equal(pwrite(file.buffered_fd, memory, 512, 8192), 512);
    free(memory);
    file_close(&file, path, NULL);
    unmount();
    loop_release(&loop);
}

static void data_journaling_disables_direct(void **state)
{
    (void)state;
    struct loop loop;
    struct file file;
    struct failure why = {0};
    need_loop(&loop, 512, false);
    if (!run((const char *const[]){"mkfs.ext4", "-q", "-F", loop.path, NULL}) ||
        mount(loop.path, point, "ext4", 0, "data=journal")) {
        loop_release(&loop);
        skip_because("no ext4 with data=journal here");
    }
    scratch_file(path, point, "file");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 1 << 20, NULL), 0);
    if (file.in_effect == TRUTH_UNKNOWN) {
        file_close(&file, path, NULL);
        unmount();
        loop_release(&loop);
        skip_because("this kernel does not report the alignment of direct I/O");
    }
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_non_null(strstr(file.reason, "data=journal"));
    file_close(&file, path, NULL);
    file_remove(path, NULL);
    assert_int_equal(file_open(&file, path, FILE_CREATE, REQUIRE, 1 << 20, &why), -EINVAL);
    assert_false(path_exists(path));
    unmount();
    loop_release(&loop);
}

static void refuse_device(const struct loop *loop, bool overwrite, int error, const char *word)
{
    struct failure why = {0};
    assert_int_equal(target_allow(loop->path, overwrite, true, &why), error);
    if (!strstr(why.text, word))
        fail_msg("'%s' not in: %s", word, why.text);
}

static void an_empty_device_needs_its_option(void **state)
{
    (void)state;
    struct loop loop;
    struct file file;
    struct failure why = {0};
    struct record_target target;
    need_loop(&loop, 512, false);
    assert_int_equal(target_allow(loop.path, true, false, &why), -EPERM);
    assert_non_null(strstr(why.text, "--allow-block-device"));
    assert_int_equal(target_allow(loop.path, false, true, NULL), 0);
    assert_int_equal(target_detect(loop.path, &target, NULL), 0);
    assert_int_equal(target.kind, TARGET_KIND_DEVICE);
    assert_string_equal(target.device, loop.path + strlen("/dev/"));
    assert_int_equal(target.size_bytes, IMAGE_BYTES);
    assert_int_equal(target.block_bytes, 512);
    assert_int_equal(target.ram_backed, 0);
    /* two ranks share the device, each with a direct and a buffered descriptor */
    struct file other;
    assert_int_equal(file_open(&file, loop.path, FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file_open(&other, loop.path, FILE_OPEN, PREFER, 4096, NULL), 0);
    assert_int_equal(file.opened, TRUTH_YES);
    assert_int_equal(file.in_effect, TRUTH_NO);
    assert_non_null(strstr(file.reason, "uses the page cache for its file"));
    file_close(&other, loop.path, NULL);
    file_close(&file, loop.path, NULL);
    loop_release(&loop);
}

static void a_used_device_is_refused(void **state)
{
    (void)state;
    struct loop loop;
    need_loop(&loop, 512, false);
    if (!run((const char *const[]){"mkfs.ext4", "-q", "-F", loop.path, NULL})) {
        loop_release(&loop);
        skip_because("no mkfs.ext4 here");
    }
    refuse_device(&loop, false, -EEXIST, "it contains ext2, ext3, ext4");
    assert_int_equal(target_allow(loop.path, true, true, NULL), 0);
    assert_int_equal(mount(loop.path, point, "ext4", 0, NULL), 0);
    refuse_device(&loop, true, -EBUSY, "mount point");
    unmount();
    /* a claim that the mount table does not show, as by swap or a mount in another namespace */
    const int claim = open(loop.path, O_RDONLY | O_EXCL | O_CLOEXEC);
    assert_true(claim >= 0);
    refuse_device(&loop, true, -EBUSY, "in use");
    close(claim);
    assert_int_equal(target_allow(loop.path, true, true, NULL), 0);
    loop_release(&loop);
}

/* By ioctl, because the kernel may not know any partition table. */
static bool add_partition(const struct loop *loop)
{
    struct blkpg_partition part = {.start = 1 << 20, .length = IMAGE_BYTES / 2, .pno = 1};
    struct blkpg_ioctl_arg order = {
        .op = BLKPG_ADD_PARTITION, .datalen = sizeof part, .data = &part};
    return ioctl(loop->fd, BLKPG, &order) == 0;
}

static void a_disk_with_a_mounted_partition_is_refused(void **state)
{
    (void)state;
    struct loop loop, part = {.fd = -1};
    need_loop(&loop, 512, false);
    snprintf(part.path, sizeof part.path, "%.28sp1", loop.path);
    if (!add_partition(&loop) || access(part.path, F_OK) ||
        !run((const char *const[]){"mkfs.ext4", "-q", "-F", part.path, NULL})) {
        loop_release(&loop);
        skip_because("no partition on a loop device here");
    }
    assert_int_equal(target_allow(loop.path, false, true, NULL), 0);
    assert_int_equal(mount(part.path, point, "ext4", 0, NULL), 0);
    refuse_device(&loop, true, -EBUSY, "p1 is mounted on");
    refuse_device(&part, true, -EBUSY, "it is mounted on");
    unmount();
    assert_int_equal(target_allow(part.path, true, true, NULL), 0);
    loop_release(&loop);
}

static void a_read_only_device_is_refused(void **state)
{
    (void)state;
    struct loop loop;
    need_loop(&loop, 512, true);
    refuse_device(&loop, true, -EROFS, "read-only");
    loop_release(&loop);
}

static void an_overlay_is_not_direct_without_proof(void **state)
{
    (void)state;
    static const char *const parts[] = {"lower", "upper", "work"};
    char options[4 * SCRATCH_PATH], part[3][SCRATCH_PATH];
    struct file file;
    need_mounts();
    for (int i = 0; i < 3; i++)
        mkdir(scratch_file(part[i], folder, parts[i]), 0700);
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", part[0], part[1],
             part[2]);
    if (mount("overlay", point, "overlay", 0, options))
        skip_because("no overlay here");
    scratch_file(path, point, "file");
    assert_int_equal(file_open(&file, path, FILE_CREATE, PREFER, 1 << 20, NULL), 0);
    print_message("note: overlay: opened %d, in effect %d, %s\n", file.opened, file.in_effect,
                  file.reason);
    if (file.in_effect == TRUTH_UNKNOWN)
        assert_non_null(strstr(file.reason, "does not report"));
    file_close(&file, path, NULL);
    unmount();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramfs_refuses_direct_and_leaves_no_file),
        cmocka_unit_test(hugetlbfs_is_memory),
        cmocka_unit_test(a_read_only_mount_is_refused),
        cmocka_unit_test(sectors_of_4096_bytes_are_respected),
        cmocka_unit_test(data_journaling_disables_direct),
        cmocka_unit_test(an_empty_device_needs_its_option),
        cmocka_unit_test(a_used_device_is_refused),
        cmocka_unit_test(a_disk_with_a_mounted_partition_is_refused),
        cmocka_unit_test(a_read_only_device_is_refused),
        cmocka_unit_test(an_overlay_is_not_direct_without_proof),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
