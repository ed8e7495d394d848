/* SPDX-License-Identifier: Apache-2.0 */
#include "signature.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

enum { IMAGE_BYTES = 128 << 20 };

static char folder[SCRATCH_PATH];
static char image[SCRATCH_PATH];

static int create_folder(void **state)
{
    (void)state;
    if (!scratch_make(folder, NULL))
        return -1;
    scratch_file(image, folder, "image");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static const char *found_in_image(uint64_t size)
{
    const int fd = open(image, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    const char *name = signature_find(fd, size);
    close(fd);
    return name;
}

static void empty_image(void)
{
    unlink(image);
    const int fd = open(image, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, IMAGE_BYTES), 0);
    close(fd);
}

/* Runs a program that writes a file system or similar to the image; false if it is not
 * installed. */
static bool run_on_image(const char *const arguments[])
{
    int status;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        const char *all[8] = {0};
        int count = 0;
        for (; arguments[count]; count++)
            all[count] = arguments[count];
        all[count] = image;
        setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
        if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr))
            _exit(127);
        execvp(all[0], (char *const *)(uintptr_t)all);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void signatures_of_real_file_systems_are_found(void **state)
{
    static const struct {
        const char *command[6];
        const char *name;
    } programs[] = {
        {{"mkfs.ext4", "-q", "-F"}, "ext2, ext3, ext4 or Lustre"},
        {{"mkfs.ext2", "-q", "-F"}, "ext2, ext3, ext4 or Lustre"},
        {{"mkfs.btrfs", "-q"}, "btrfs"},
        {{"mkfs.vfat"}, "vfat"},
        {{"mkswap"}, "swap"},
    };
    (void)state;
    int tried = 0;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        empty_image();
        assert_null(found_in_image(IMAGE_BYTES));
        if (!run_on_image(programs[i].command)) {
            print_message("note: no %s here\n", programs[i].command[0]);
            continue;
        }
        const char *found = found_in_image(IMAGE_BYTES);
        assert_non_null(found);
        assert_string_equal(found, programs[i].name);
        tried++;
    }
    if (tried == 0)
        skip_because("no mkfs program is installed");
}

static void put(uint64_t offset, const char *bytes, size_t length)
{
    const int fd = open(image, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, bytes, length, (off_t)offset), length);
    close(fd);
}

static void signatures_at_their_offsets_are_found(void **state)
{
    static const char md[] = "\xfc\x4e\x2b\xa9";
    static const struct {
        uint64_t offset;
        const char *bytes;
        size_t length;
        const char *name;
    } marks[] = {
        {0, "LUKS\xba\xbe", 6, "LUKS"},
        {512, "LABELONE", 8, "LVM2"},
        {0, "XFSB", 4, "xfs"},
        {4096, md, 4, "an md RAID"},
        {IMAGE_BYTES - 8192, md, 4, "an md RAID"},  /* format 1.0 */
        {IMAGE_BYTES - 65536, md, 4, "an md RAID"}, /* format 0.90 */
        {131072 + 37 * 1024, "\x0c\xb1\xba\0\0\0\0\0", 8, "ZFS"},
        {512, "EFI PART", 8, "a GPT partition table"},
        {4096, "EFI PART", 8, "a GPT partition table"},
        {510, "\x55\xaa", 2, "a DOS partition table or boot sector"},
        {65526, "SWAPSPACE2", 10, "swap"},
        {IMAGE_BYTES - 4036, "\x83\x74\x02\x6d", 4, "DRBD"},
        {0, "bluestore block device", 22, "a Ceph BlueStore"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        empty_image();
        put(marks[i].offset, marks[i].bytes, marks[i].length);
        const char *found = found_in_image(IMAGE_BYTES);
        assert_non_null(found);
        assert_string_equal(found, marks[i].name);
        put(marks[i].offset, "\0\0", 2); /* half a signature is not recognised */
        assert_null(found_in_image(IMAGE_BYTES));
    }
}

static void tiny_and_empty_devices_have_no_signature(void **state)
{
    (void)state;
    unlink(image);
    scratch_write(image, "", 0);
    assert_null(found_in_image(0));
    scratch_write(image, "XFS", 3);
    assert_null(found_in_image(3));
    scratch_write(image, "XFSB", 4);
    assert_string_equal(found_in_image(4), "xfs");
    assert_null(signature_find(-1, IMAGE_BYTES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_of_real_file_systems_are_found),
        cmocka_unit_test(signatures_at_their_offsets_are_found),
        cmocka_unit_test(tiny_and_empty_devices_have_no_signature),
    };
    return cmocka_run_group_tests(tests, create_folder, remove_folder);
}
