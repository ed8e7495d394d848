/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts as the tools of parallel file systems print them, and a lfs that records its calls. */
#include "platform/striping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "folder.h"
#include "unit.h"

static void check(const struct record_target *target, int striping, int64_t count, int64_t bytes,
                  const char *layout)
{
    assert_int_equal(target->striping, striping);
    assert_int_equal(target->stripe_count, count);
    assert_int_equal(target->stripe_bytes, bytes);
    assert_string_equal(target->layout, layout);
}

static void lustre(void **state)
{
    struct record_target target = {0};
    (void)state;
    assert_true(striping_parse_lustre("stripe_count:  4 stripe_size:   1048576 pattern:       "
                                      "raid0 stripe_offset: -1\n",
                                      &target));
    check(&target, STRIPING_LUSTRE, 4, 1048576, "pattern raid0");
    assert_true(striping_parse_lustre("/mnt/pfs\nstripe_count:   -1 stripe_size:    4194304 "
                                      "stripe_offset:  -1 pool: flash\n",
                                      &target));
    check(&target, STRIPING_LUSTRE, -1, 4194304, "pool flash");
    assert_true(striping_parse_lustre("lmm_stripe_count:  2\nlmm_stripe_size:   65536\n"
                                      "lmm_pattern:       raid0\nlmm_layout_gen:    0\n",
                                      &target));
    check(&target, STRIPING_LUSTRE, 2, 65536, "pattern raid0");
    assert_true(striping_parse_lustre(
        "  lcm_layout_gen:    0\n  lcm_mirror_count:  1\n  lcm_entry_count:   2\n"
        "    lcme_extent.e_end:   67108864\n      stripe_count:  1       stripe_size:   1048576\n"
        "    lcme_extent.e_end:   EOF\n      stripe_count:  8       stripe_size:   4194304\n",
        &target));
    check(&target, STRIPING_LUSTRE, 8, 4194304, "2 components, of which this is the last");
    target = (struct record_target){0};
    assert_false(striping_parse_lustre("", &target));
    assert_false(striping_parse_lustre("stripe_count: many stripe_size: 1048576\n", &target));
    assert_false(striping_parse_lustre("stripe_count: 1\n", &target));
    check(&target, STRIPING_NONE, 0, 0, "");
}

static void beegfs(void **state)
{
    struct record_target target = {0};
    (void)state;
    assert_true(striping_parse_beegfs(
        "Entry type: directory\nEntryID: root\nMetadata node: node1 [ID: 1]\n"
        "Stripe pattern details:\n+ Type: RAID0\n+ Chunksize: 512K\n"
        "+ Number of storage targets: desired: 4\n+ Storage Pool: 1  (default)\n",
        &target));
    check(&target, STRIPING_BEEGFS, 4, 512 << 10, "pattern RAID0, pool 1 (default)");
    assert_true(striping_parse_beegfs("+ Type: Buddy Mirror\n+ Chunksize: 1M\n"
                                      "+ Number of storage targets: desired: 4; actual: 2\n",
                                      &target));
    check(&target, STRIPING_BEEGFS, 2, 1 << 20, "pattern Buddy Mirror");
    assert_false(striping_parse_beegfs("Error: not a BeeGFS\n", &target));
}

static void gpfs(void **state)
{
    struct record_target target = {.block_bytes = 8 << 20};
    (void)state;
    assert_true(
        striping_parse_gpfs("file name:            /gpfs/fs0\nmetadata replication: 2 max 2\n"
                            "data replication:     1 max 2\nimmutable:            no\n"
                            "storage pool name:    system\nfileset name:         root\n",
                            &target));
    check(&target, STRIPING_GPFS, -1, 8 << 20, "pool system, data replication 1 max 2");
    assert_false(striping_parse_gpfs("mmlsattr: /x is not in a GPFS file system.\n", &target));
}

/* A lfs that knows one directory, and notes what it was asked for. */
static void make_lfs(const struct folder *folder)
{
    char path[FOLDER_PATH];
    FILE *file;
    folder_file(folder, "lfs", path);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(
        file,
        "#!/bin/sh\n"
        "echo \"$@\" >>'%s/asked'\n"
        "for last; do :; done\n"
        "[ \"$last\" = /pfs ] || exit 1\n"
        "[ \"$1\" = setstripe ] || echo 'stripe_count: 3 stripe_size: 65536 stripe_offset: -1'\n",
        folder->path);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

static void read_asked(const struct folder *folder, char text[256])
{
    char path[FOLDER_PATH];
    FILE *file;
    folder_file(folder, "asked", path);
    file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, 255, file)] = 0;
    fclose(file);
}

static void lfs_is_asked(void **state)
{
    struct folder folder;
    struct record_target target = {.file_system = "lustre"};
    struct record_target other = {.file_system = "ext4"};
    struct failure failure = {0};
    char path[FOLDER_PATH + 32], asked[256];
    (void)state;
    folder_start(&folder);
    char *before = strdup(getenv("PATH"));
    setenv("PATH", folder.path, 1);
    assert_int_equal(striping_detect_lustre("/pfs", &target), -ENOENT);
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder.path);
    setenv("PATH", path, 1);
    make_lfs(&folder);
    striping_detect("/pfs", &other); /* has no tool */
    check(&other, STRIPING_NONE, 0, 0, "");
    striping_detect("/pfs", &target);
    check(&target, STRIPING_LUSTRE, 3, 65536, "");
    assert_int_equal(striping_detect_lustre("/home", &other), -EIO);
    assert_int_equal(striping_set("/pfs", 4, 0, &failure), 0);
    assert_int_equal(striping_set("/pfs", 0, 1048576, &failure), 0);
    assert_int_equal(striping_set("/home", 4, 1048576, &failure), -EIO);
    assert_string_equal(failure.text, "cannot set the layout of '/home': 'lfs setstripe -c 4 -S "
                                      "1048576' failed");
    read_asked(&folder, asked);
    assert_string_equal(asked, "getstripe -d /pfs\ngetstripe -d /home\nsetstripe -c 4 /pfs\n"
                               "setstripe -S 1048576 /pfs\nsetstripe -c 4 -S 1048576 /home\n");
    setenv("PATH", before, 1);
    free(before);
    folder_end(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lustre),
        cmocka_unit_test(beegfs),
        cmocka_unit_test(gpfs),
        cmocka_unit_test(lfs_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
