/* SPDX-License-Identifier: Apache-2.0 */
#include "mounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "scratch.h"
#include "unit.h"

static const char table[] =
    "22 27 0:21 / /proc rw,relatime - proc proc rw\n"
    "27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard\n"
    "30 27 0:40 / /mnt/with\\040space\\011and\\134more ro,nosuid master:1 propagate_from:2 - "
    "fuse.glusterfs srv:/vol\\043a rw,user_id=0\n"
    "31 27 259:3 /home /home rw - xfs /dev/nvme0n1p3 rw\n"
    "32 27 0:50 / /home rw - tmpfs  rw,size=1k\n"
    "short line\n"
    "33 27 x:y / /bad rw - tmpfs t rw\n"
    "34 27 0:51 / /homework rw - tmpfs none ro\n"
    "35 27 0:52 / /end rw - nfs4 server:/x ro,vers=4.2";

static void read_table(struct mounts *mounts, const char *text)
{
    char folder[SCRATCH_PATH], path[SCRATCH_PATH];
    assert_true(scratch_make(folder, NULL));
    scratch_write(scratch_file(path, folder, "mountinfo"), text, strlen(text));
    assert_int_equal(mounts_read(mounts, path), 0);
    scratch_remove(folder);
}

static void every_field_is_parsed_and_unescaped(void **state)
{
    (void)state;
    struct mounts mounts;
    read_table(&mounts, table);
    assert_int_equal(mounts.count, 7);
    const struct mount *gluster = &mounts.list[2];
    assert_int_equal(gluster->id, 30);
    assert_int_equal(gluster->device, makedev(0, 40));
    assert_string_equal(gluster->root, "/");
    assert_string_equal(gluster->point, "/mnt/with space\tand\\more");
    assert_string_equal(gluster->options, "ro,nosuid");
    assert_string_equal(gluster->type, "fuse.glusterfs");
    assert_string_equal(gluster->source, "srv:/vol#a");
    assert_string_equal(gluster->super_options, "rw,user_id=0");
    assert_string_equal(mounts.list[4].source, "");
    assert_string_equal(mounts.list[6].super_options, "ro,vers=4.2");
    mounts_release(&mounts);
    mounts_release(&mounts);
    assert_int_equal(mounts.count, 0);
}

static void the_id_decides_or_else_the_longest_prefix(void **state)
{
    static const struct {
        uint64_t id;
        const char *path;
        uint64_t expected;
    } cases[] = {
        {31, "/home/me", 31}, /* hidden by the mount on top */
        {0, "/home/me", 32},  /* the mount on top */
        {0, "/home", 32},
        {0, "/homework", 34},
        {0, "/homeless", 27},
        {0, "/", 27},
        {0, "/mnt/with space\tand\\more/x", 30},
        {99, "/end/file", 35},
    };
    (void)state;
    struct mounts mounts;
    read_table(&mounts, table);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mounts_find(&mounts, cases[i].id, cases[i].path)->id, cases[i].expected);
    mounts_release(&mounts);
    assert_null(mounts_find(&mounts, 0, "/"));
}

static void read_only_by_mount_or_file_system(void **state)
{
    (void)state;
    struct mounts mounts;
    read_table(&mounts, table);
    assert_false(mount_read_only(&mounts.list[1]));
    assert_true(mount_read_only(&mounts.list[2]));
    assert_true(mount_read_only(&mounts.list[5]));
    assert_true(mount_read_only(&mounts.list[6]));
    mounts_release(&mounts);
}

static void incomplete_escapes_are_kept(void **state)
{
    (void)state;
    struct mount mount;
    char line[] = "1 2 0:1 /\\0 /\\0400\\ rw - t s\\40 rw\\040";
    assert_true(mount_parse(&mount, line));
    assert_string_equal(mount.root, "/\\0");
    assert_string_equal(mount.point, "/ 0\\");
    assert_string_equal(mount.source, "s\\40");
    assert_string_equal(mount.super_options, "rw ");
    char without_dash[] = "1 2 0:1 / / rw shared:1";
    assert_false(mount_parse(&mount, without_dash));
    char empty[] = "";
    assert_false(mount_parse(&mount, empty));
}

static void this_machine_has_a_root(void **state)
{
    (void)state;
    struct mounts mounts;
    assert_int_equal(mounts_read(&mounts, NULL), 0);
    assert_non_null(mounts_find(&mounts, 0, "/"));
    mounts_release(&mounts);
    assert_int_equal(mounts_read(&mounts, "/nowhere"), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_parsed_and_unescaped),
        cmocka_unit_test(the_id_decides_or_else_the_longest_prefix),
        cmocka_unit_test(read_only_by_mount_or_file_system),
        cmocka_unit_test(incomplete_escapes_are_kept),
        cmocka_unit_test(this_machine_has_a_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
