/* SPDX-License-Identifier: Apache-2.0 */
#include "signature.h"

#include <string.h>
#include <unistd.h>

enum { MARK_MAX = 12 };

/* Volume managers come before file systems, and partition tables last: a file system on a whole
 * disk may also have the signature of a boot sector. */
static const struct {
    const char *name;
    int64_t offset; /* from the end when negative */
    unsigned length;
    char mark[MARK_MAX];
} marks[] = {
    {"LUKS", 0, 6, "LUKS\xba\xbe"},
    {"LVM2", 512, 8, "LABELONE"},
    {"LVM2", 0, 8, "LABELONE"},
    {"LVM2", 1024, 8, "LABELONE"},
    {"LVM2", 1536, 8, "LABELONE"},
    {"an md RAID", 4096, 4, "\xfc\x4e\x2b\xa9"},
    {"an md RAID", 0, 4, "\xfc\x4e\x2b\xa9"},
    {"bcache", 4120, 8, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca"},
    {"a Ceph BlueStore", 0, 12, "bluestore bl"},
    {"DRBD", -4036, 4, "\x83\x74\x02\x6d"},
    {"ext2, ext3, ext4 or Lustre", 1080, 2, "\x53\xef"},
    {"xfs", 0, 4, "XFSB"},
    {"btrfs", 65600, 8, "_BHRfS_M"},
    {"f2fs", 1024, 4, "\x10\x20\xf5\xf2"},
    {"gfs2", 65536, 4, "\x01\x16\x19\x70"},
    {"ocfs2", 8192, 6, "OCFSV2"},
    {"jfs", 32768, 4, "JFS1"},
    {"reiserfs", 65588, 8, "ReIsErFs"},
    {"nilfs2", 1030, 2, "\x34\x34"},
    {"erofs", 1024, 4, "\xe2\xe1\xf5\xe0"},
    {"squashfs", 0, 4, "hsqs"},
    {"iso9660", 32769, 5, "CD001"},
    {"ntfs", 3, 8, "NTFS    "},
    {"exfat", 3, 8, "EXFAT   "},
    {"vfat", 82, 5, "FAT32"},
    {"vfat", 54, 5, "FAT16"},
    {"vfat", 54, 5, "FAT12"},
    {"swap", 4086, 10, "SWAPSPACE2"},
    {"swap", 65526, 10, "SWAPSPACE2"}, /* pages of 64 KiB */
    {"swap", 4086, 10, "SWAP-SPACE"},
    {"a GPT partition table", 512, 8, "EFI PART"},
    {"a GPT partition table", 4096, 8, "EFI PART"},
    {"a DOS partition table or boot sector", 510, 2, "\x55\xaa"},
};
enum { MARKS = sizeof marks / sizeof *marks };

static int holds(int fd, uint64_t offset, const char *mark, unsigned length)
{
    char bytes[MARK_MAX];
    return pread(fd, bytes, length, (off_t)offset) == (ssize_t)length &&
           memcmp(bytes, mark, length) == 0;
}

/* Old md RAIDs have their signature near the end, at offsets that depend on the size. */
static int holds_old_md(int fd, uint64_t size_bytes)
{
    static const char mark[] = "\xfc\x4e\x2b\xa9";
    if (size_bytes < 131072)
        return 0;
    return holds(fd, (size_bytes & ~(uint64_t)65535) - 65536, mark, 4) ||
           holds(fd, ((size_bytes / 512 - 16) & ~(uint64_t)7) * 512, mark, 4);
}

/* The ring of uberblocks starts 128 KiB into a ZFS label; any slot may be the first one in use. */
static int holds_zfs(int fd)
{
    static const char little[] = "\x0c\xb1\xba\0\0\0\0\0", big[] = "\0\0\0\0\0\xba\xb1\x0c";
    for (uint64_t at = 131072; at < 262144; at += 1024)
        if (holds(fd, at, little, 8) || holds(fd, at, big, 8))
            return 1;
    return 0;
}

const char *signature_find(int fd, uint64_t size_bytes)
{
    if (holds_zfs(fd))
        return "ZFS";
    if (holds_old_md(fd, size_bytes))
        return "an md RAID";
    for (int i = 0; i < MARKS; i++) {
        const uint64_t back = marks[i].offset < 0 ? (uint64_t)-marks[i].offset : 0;
        if (back > size_bytes)
            continue;
        const uint64_t offset = back ? size_bytes - back : (uint64_t)marks[i].offset;
        if (holds(fd, offset, marks[i].mark, marks[i].length))
            return marks[i].name;
    }
    return NULL;
}
