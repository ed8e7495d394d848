/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include <errno.h>

#include <linux/fs.h>
#include <linux/magic.h>
#include <string.h>

#include "direct_limit.h"
#include "platform/target.h"
#include "unit.h"

static const struct direct_facts ext4 = {
    .memory_alignment = 512, .offset_alignment = 512, .file_system = "ext4"};
static const struct direct_facts native = {
    .memory_alignment = 512, .offset_alignment = 4096, .file_system = "xfs"};
static const struct direct_facts journal = {
    .memory_alignment = 0, .offset_alignment = 0, .file_system = "ext4"};
static const struct direct_facts tmpfs = {
    .ram_backed = true, .memory_alignment = -1, .offset_alignment = -1, .file_system = "tmpfs"};
static const struct direct_facts btrfs = {
    .memory_alignment = -1, .offset_alignment = -1, .file_system = "btrfs"};
static const struct direct_facts zram = {.ram_backed = true,
                                         .memory_alignment = 4096,
                                         .offset_alignment = 4096,
                                         .file_system = "ext4",
                                         .backing = "zram0"};
static const struct direct_facts loop = {.cached_below = true,
                                         .memory_alignment = 512,
                                         .offset_alignment = 512,
                                         .file_system = "xfs",
                                         .backing = "loop7"};
static const struct direct_facts encrypted = {
    .limit = DIRECT_ENCRYPTED, .memory_alignment = 0, .offset_alignment = 0, .file_system = "ext4"};
static const struct direct_facts inline_crypt = {.limit = DIRECT_ENCRYPTED,
                                                 .memory_alignment = 4096,
                                                 .offset_alignment = 4096,
                                                 .file_system = "ext4"};
static const struct direct_facts ext3 = {
    .limit = DIRECT_HOLES, .memory_alignment = 512, .offset_alignment = 512, .file_system = "ext4"};
static const struct direct_facts checksums = {.limit = DIRECT_CHECKSUMS,
                                              .memory_alignment = -1,
                                              .offset_alignment = -1,
                                              .file_system = "btrfs"};
static const struct direct_facts plain = {
    .known = true, .memory_alignment = -1, .offset_alignment = -1, .file_system = "btrfs"};
static const struct direct_facts refused = {
    .refused = EPERM, .memory_alignment = -1, .offset_alignment = -1, .file_system = "ext4"};
static const struct direct_facts null = {
    .null = true, .memory_alignment = -1, .offset_alignment = -1, .file_system = "the device"};

static void each_file_system_has_its_verdict(void **state)
{
    static const struct {
        const struct direct_facts *facts;
        uint64_t request_bytes;
        enum record_truth verdict;
        bool fits;
        const char *reason; /* part of the reason; "" = none */
    } cases[] = {
        {&ext4, 1 << 20, TRUTH_YES, true, ""},
        {&ext4, 512, TRUTH_YES, true, ""},
        {&ext4, 4000000, TRUTH_NO, false, "requests of 4000000 bytes are not a multiple of 512"},
        {&ext4, 1, TRUTH_NO, false, "not a multiple of 512"},
        {&native, 512, TRUTH_NO, false, "requests of 512 bytes are not a multiple of 4096"},
        {&native, 8192, TRUTH_YES, true, ""},
        {&journal, 1 << 20, TRUTH_NO, true, "uses the page cache for direct I/O"},
        {&journal, 7, TRUTH_NO, true, "uses the page cache for direct I/O"},
        {&tmpfs, 1 << 20, TRUTH_NO, true, "tmpfs is a RAM-backed file system"},
        {&tmpfs, 7, TRUTH_NO, true, "RAM-backed"},
        {&zram, 1 << 20, TRUTH_NO, true, "the device 'zram0' below it is memory"},
        {&loop, 1 << 20, TRUTH_NO, true,
         "O_DIRECT in xfs, but the loop device 'loop7' below uses the page cache"},
        {&encrypted, 1 << 20, TRUTH_NO, true, "the file is encrypted (fscrypt)"},
        {&inline_crypt, 1 << 20, TRUTH_YES, true, ""},
        {&ext3, 1 << 20, TRUTH_NO, true, "the file has no extents, and ext4 writes into its holes"},
        {&ext3, 7, TRUTH_NO, false, "not a multiple of 512"},
        {&checksums, 1 << 20, TRUTH_NO, true, "btrfs computes checksums of this file"},
        {&btrfs, 1 << 20, TRUTH_UNKNOWN, true, "btrfs does not report"},
        {&plain, 1 << 20, TRUTH_YES, true, ""},
        {&refused, 1 << 20, TRUTH_UNKNOWN, true,
         "statx, which reports whether O_DIRECT bypasses the cache, is refused (Operation not "
         "permitted; "},
        {&btrfs, 512, TRUTH_NO, false, "not a multiple of 4096, which is assumed"},
        {&null, 1 << 20, TRUTH_NO, true, "/dev/null"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char reason[RECORD_LINE] = "old";
        assert_int_equal(direct_evaluate(cases[i].facts, cases[i].request_bytes,
                                         direct_cause(cases[i].facts, cases[i].request_bytes),
                                         reason),
                         cases[i].verdict);
        assert_int_equal(direct_fits(cases[i].facts, cases[i].request_bytes), cases[i].fits);
        if (cases[i].reason[0])
            assert_non_null(strstr(reason, cases[i].reason));
        else
            assert_string_equal(reason, "");
    }
}

static void files_have_their_limits(void **state)
{
    static const struct {
        struct direct_file file;
        enum record_direct_cause limit;
    } cases[] = {
        {{EXT4_SUPER_MAGIC, 6018, true, false, false, false, FS_EXTENT_FL}, DIRECT_NO_CAUSE},
        {{EXT4_SUPER_MAGIC, 6018, true, false, false, false, 0}, DIRECT_HOLES},
        {{EXT4_SUPER_MAGIC, 6018, true, true, false, false, 0}, DIRECT_NO_CAUSE},
        {{EXT4_SUPER_MAGIC, 6018, false, false, false, false, 0}, DIRECT_NO_CAUSE},
        {{EXT4_SUPER_MAGIC, 6018, true, false, false, false, -1}, DIRECT_NO_CAUSE},
        {{EXT4_SUPER_MAGIC, 6018, false, false, true, false, -1}, DIRECT_ENCRYPTED},
        {{0x58465342, 6018, true, false, false, false, 0}, DIRECT_NO_CAUSE},
        {{BTRFS_SUPER_MAGIC, 6014, true, false, false, false, 0}, DIRECT_CHECKSUMS},
        {{BTRFS_SUPER_MAGIC, 6013, true, false, false, false, 0}, DIRECT_NO_CAUSE},
        {{BTRFS_SUPER_MAGIC, 7000, true, false, false, false, FS_NOCOW_FL}, DIRECT_NO_CAUSE},
        {{BTRFS_SUPER_MAGIC, 7000, true, false, false, true, 0}, DIRECT_NO_CAUSE},
        {{BTRFS_SUPER_MAGIC, 7000, false, false, false, false, 0}, DIRECT_NO_CAUSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (direct_limit(&cases[i].file) != cases[i].limit)
            fail_msg("case %zu", i);
}

static void alignment_is_reported_assumed_or_not_needed(void **state)
{
    (void)state;
    assert_int_equal(direct_alignment(&native, native.memory_alignment), 512);
    assert_int_equal(direct_alignment(&native, native.offset_alignment), 4096);
    assert_int_equal(direct_alignment(&btrfs, -1), DIRECT_ASSUMED_ALIGNMENT);
    assert_int_equal(direct_alignment(&journal, 0), 1);
    assert_int_equal(direct_alignment(&tmpfs, -1), 1);
}

static void a_target_has_the_same_verdict(void **state)
{
    (void)state;
    char reason[RECORD_LINE];
    struct record_target target = {.kind = TARGET_KIND_DIRECTORY,
                                   .file_system = "ext4",
                                   .direct_memory_alignment = 512,
                                   .direct_offset_alignment = 512};
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_YES);
    assert_int_equal(target_direct(&target, 100, reason), TRUTH_NO);
    target.direct_memory_alignment = target.direct_offset_alignment = -1;
    strcpy(target.file_system, "fuse.glusterfs");
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_UNKNOWN);
    assert_non_null(strstr(reason, "fuse.glusterfs"));
    target.ram_backed = 1;
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_NO);
    target = (struct record_target){.kind = TARGET_KIND_NULL, .ram_backed = 1};
    assert_int_equal(target_direct(&target, 4096, reason), TRUTH_NO);
    assert_non_null(strstr(reason, "/dev/null"));
}

static void the_nearest_valid_size_is_found(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        uint64_t instead;
    } sizes[] = {{4096, 4096},       {4000000, 3999744}, {1, 512},   {511, 512},
                 {600, 512},         {800, 1024},        {768, 512}, {4000001, 4000256},
                 {1 << 20, 1 << 20}, {10000001, 9999872}};
    struct record_target target = {.kind = TARGET_KIND_DIRECTORY,
                                   .file_system = "ext4",
                                   .direct_memory_alignment = 512,
                                   .direct_offset_alignment = 512};
    uint32_t unit = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char reason[RECORD_LINE];
        const uint64_t instead = target_direct_size(&target, sizes[i].bytes, &unit);
        assert_int_equal(instead, sizes[i].instead);
        assert_int_equal(unit, 512);
        assert_int_equal(target_direct(&target, instead, reason), TRUTH_YES);
    }
    target.direct_offset_alignment = -1;
    assert_int_equal(target_direct_size(&target, 5000, &unit), 4096);
    assert_int_equal(unit, DIRECT_ASSUMED_ALIGNMENT);
    target.ram_backed = 1;
    assert_int_equal(target_direct_size(&target, 4096, &unit), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_system_has_its_verdict),
        cmocka_unit_test(files_have_their_limits),
        cmocka_unit_test(alignment_is_reported_assumed_or_not_needed),
        cmocka_unit_test(a_target_has_the_same_verdict),
        cmocka_unit_test(the_nearest_valid_size_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
