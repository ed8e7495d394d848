/* SPDX-License-Identifier: Apache-2.0 */
#include "direct.h"

#include <errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

#include "backing.h"
#include "base/checked.h"
#include "direct_limit.h"
#include "mounts.h"
#include "platform/target.h"
#include "status.h"

static const struct {
    int64_t magic;
    bool ram_backed;
    const char *name;
} file_systems[] = {
    {TMPFS_MAGIC, true, "tmpfs"},
    {RAMFS_MAGIC, true, "ramfs"},
    {HUGETLBFS_MAGIC, true, "hugetlbfs"},
    {EXT4_SUPER_MAGIC, false, "ext4"},
    {0x58465342, false, "xfs"},
    {BTRFS_SUPER_MAGIC, false, "btrfs"},
    {OVERLAYFS_SUPER_MAGIC, false, "overlay"},
    {0x65735546, false, "FUSE"},
    {NFS_SUPER_MAGIC, false, "nfs"},
    {0x0bd00bd0, false, "lustre"},
    {0x47504653, false, "gpfs"},
    {0x00c36400, false, "ceph"},
    {0x2fc12fc1, false, "zfs"},
};
enum { FILE_SYSTEMS = sizeof file_systems / sizeof *file_systems };

bool direct_ram_backed(int64_t magic)
{
    for (int i = 0; i < FILE_SYSTEMS; i++)
        if (file_systems[i].magic == magic)
            return file_systems[i].ram_backed;
    return false;
}

static const char *name_of(int64_t magic)
{
    for (int i = 0; i < FILE_SYSTEMS; i++)
        if (file_systems[i].magic == magic)
            return file_systems[i].name;
    return "this file system";
}

static int64_t kernel_number(void)
{
    struct utsname name;
    int major = 0, minor = 0;
    if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
        return 0;
    return (int64_t)major * 1000 + minor;
}

static bool is_unchecked(uint64_t mount_id)
{
    struct mounts mounts;
    if (mounts_read(&mounts, NULL))
        return false;
    const struct mount *mount = mounts_find(&mounts, mount_id, "/");
    const bool unchecked = mount && strstr(mount->super_options, "nodatasum");
    mounts_release(&mounts);
    return unchecked;
}

static void detect_limit(int fd, bool writes, int64_t magic, const struct status *status,
                         struct direct_facts *facts)
{
    struct direct_file file = {
        .magic = magic,
        .kernel = kernel_number(),
        .writes = writes,
        .whole = status->size_bytes > 0 && status->allocated_bytes >= status->size_bytes,
        .encrypted = status->encrypted,
        .unchecked = magic == BTRFS_SUPER_MAGIC && is_unchecked(status->mount_id),
    };
    if (ioctl(fd, FS_IOC_GETFLAGS, &file.flags))
        file.flags = -1;
    facts->limit = direct_limit(&file);
    facts->known = direct_is_known(&file);
}

/* ext2, ext3 and ext4 have one magic number, so the name is that of the mount. */
static void name_extended(uint64_t mount_id, char name[RECORD_NAME])
{
    struct mounts mounts;
    if (mounts_read(&mounts, NULL))
        return;
    const struct mount *mount = mounts_find(&mounts, mount_id, "/");
    if (mount && mount_id && strncmp(mount->type, "ext", 3) == 0)
        snprintf(name, RECORD_NAME, "%s", mount->type);
    mounts_release(&mounts);
}

int direct_detect(int fd, bool writes, struct direct_facts *facts)
{
    struct status status;
    struct statfs file_system;
    const int error = status_of_fd(fd, &status);
    if (error)
        return error;
    if (fstatfs(fd, &file_system))
        return -errno;
    const bool is_device = !S_ISREG(status.mode);
    char name[RECORD_NAME];
    const enum backing backing =
        backing_of(S_ISBLK(status.mode) ? status.special_device : status.device, name);
    *facts = (struct direct_facts){
        .null = status_is_null(&status),
        /* A device node is in a tmpfs, but its device is not. */
        .ram_backed =
            (!is_device && direct_ram_backed(file_system.f_type)) || backing == BACKING_RAM,
        .cached_below = backing == BACKING_CACHED,
        .memory_alignment = status.direct_memory_alignment,
        .offset_alignment = status.direct_offset_alignment,
    };
    snprintf(facts->file_system, sizeof facts->file_system, "%s",
             is_device ? "the device" : name_of(file_system.f_type));
    if (!is_device)
        detect_limit(fd, writes, file_system.f_type, &status, facts);
    if (!is_device && file_system.f_type == EXT4_SUPER_MAGIC && facts->limit == DIRECT_HOLES)
        name_extended(status.mount_id, facts->file_system);
    facts->refused = status.direct_offset_alignment < 0 ? status_refusal() : 0;
    snprintf(facts->backing, sizeof facts->backing, "%s", name);
    return 0;
}

static bool has_effect(const struct direct_facts *facts)
{
    return !facts->null && !facts->ram_backed && facts->memory_alignment != 0 &&
           facts->offset_alignment != 0;
}

uint32_t direct_alignment(const struct direct_facts *facts, int64_t reported)
{
    /* If O_DIRECT has no effect, it needs no alignment. */
    if (!has_effect(facts))
        return 1;
    return reported > 0 ? (uint32_t)reported : DIRECT_ASSUMED_ALIGNMENT;
}

bool direct_fits(const struct direct_facts *facts, uint64_t request_bytes)
{
    return is_aligned(request_bytes, direct_alignment(facts, facts->offset_alignment));
}

enum record_direct_cause direct_cause(const struct direct_facts *facts, uint64_t request_bytes)
{
    if (facts->null)
        return DIRECT_NULL_TARGET;
    if (facts->ram_backed)
        return DIRECT_IN_MEMORY;
    if (!has_effect(facts))
        return facts->limit == DIRECT_ENCRYPTED ? DIRECT_ENCRYPTED : DIRECT_FILE_SYSTEM;
    if (facts->cached_below)
        return DIRECT_CACHED_BELOW;
    if (!direct_fits(facts, request_bytes))
        return DIRECT_REQUEST_SIZE;
    if (facts->limit != DIRECT_NO_CAUSE && facts->limit != DIRECT_ENCRYPTED)
        return facts->limit;
    return facts->offset_alignment < 0 && !facts->known ? DIRECT_NOT_REPORTED : DIRECT_NO_CAUSE;
}

static void format_cause(const struct direct_facts *facts, uint64_t request_bytes,
                         enum record_direct_cause cause, char reason[RECORD_LINE])
{
    reason[0] = 0;
    if (cause == DIRECT_NULL_TARGET)
        snprintf(reason, RECORD_LINE, "/dev/null stores nothing");
    else if (cause == DIRECT_IN_MEMORY && facts->backing[0])
        snprintf(reason, RECORD_LINE,
                 "the device '%s' below it is memory, where O_DIRECT has no effect",
                 facts->backing);
    else if (cause == DIRECT_IN_MEMORY)
        snprintf(reason, RECORD_LINE,
                 "%s is a RAM-backed file system, where O_DIRECT has no effect",
                 facts->file_system);
    else if (cause == DIRECT_FILE_SYSTEM)
        snprintf(reason, RECORD_LINE,
                 "%s uses the page cache for direct I/O on this file (as ext4 does with "
                 "data=journal)",
                 facts->file_system);
    else if (cause == DIRECT_ENCRYPTED)
        snprintf(reason, RECORD_LINE,
                 "the file is encrypted (fscrypt), and %s uses the page cache to do that",
                 facts->file_system);
    else if (cause == DIRECT_HOLES)
        snprintf(reason, RECORD_LINE,
                 "the file has no extents, and %s writes into its holes through the page cache",
                 facts->file_system);
    else if (cause == DIRECT_CHECKSUMS)
        snprintf(reason, RECORD_LINE,
                 "%s computes checksums of this file, and then writes through the page cache since "
                 "kernel 6.14; chattr +C on an empty directory prevents that",
                 facts->file_system);
    else if (cause == DIRECT_CACHED_BELOW)
        snprintf(reason, RECORD_LINE,
                 "O_DIRECT in %s, but the loop device '%s' below uses the page cache for its file; "
                 "losetup --direct-io=on prevents that",
                 facts->file_system, facts->backing);
    else if (cause == DIRECT_REQUEST_SIZE)
        snprintf(reason, RECORD_LINE, "requests of %llu bytes are not a multiple of %u%s",
                 (unsigned long long)request_bytes,
                 direct_alignment(facts, facts->offset_alignment),
                 facts->offset_alignment >= 0
                     ? ""
                     : ", which is assumed because the file system reports no alignment");
    else if (cause == DIRECT_NOT_REPORTED && facts->refused)
        snprintf(
            reason, RECORD_LINE,
            "statx, which reports whether O_DIRECT bypasses the cache, is refused (%s; a seccomp "
            "filter or an old kernel)",
            strerror(facts->refused));
    else if (cause == DIRECT_NOT_REPORTED)
        snprintf(reason, RECORD_LINE, "%s does not report whether O_DIRECT bypasses its cache",
                 facts->file_system);
}

enum record_truth direct_evaluate(const struct direct_facts *facts, uint64_t request_bytes,
                                  enum record_direct_cause cause, char reason[RECORD_LINE])
{
    format_cause(facts, request_bytes, cause, reason);
    if (cause == DIRECT_NO_CAUSE)
        return TRUTH_YES;
    return cause == DIRECT_NOT_REPORTED ? TRUTH_UNKNOWN : TRUTH_NO;
}

static void facts_detect_target(const struct record_target *target, struct direct_facts *facts)
{
    *facts = (struct direct_facts){
        .null = target->kind == TARGET_KIND_NULL,
        .ram_backed = target->ram_backed != 0,
        .cached_below = target->cached_below != 0,
        .limit = (enum record_direct_cause)target->direct_cause,
        .memory_alignment = target->direct_memory_alignment,
        .offset_alignment = target->direct_offset_alignment,
        .refused = target->direct_offset_alignment < 0 ? status_refusal() : 0,
    };
    snprintf(facts->file_system, sizeof facts->file_system, "%s",
             target->kind == TARGET_KIND_DEVICE ? "the device"
             : target->file_system[0]           ? target->file_system
                                                : "this file system");
    snprintf(facts->backing, sizeof facts->backing, "%s", target->backing);
}

enum record_truth target_direct(const struct record_target *target, uint64_t request_bytes,
                                char reason[RECORD_LINE])
{
    struct direct_facts facts;
    facts_detect_target(target, &facts);
    return direct_evaluate(&facts, request_bytes, direct_cause(&facts, request_bytes), reason);
}

uint64_t target_direct_size(const struct record_target *target, uint64_t bytes,
                            uint32_t *multiple_of)
{
    struct direct_facts facts;
    facts_detect_target(target, &facts);
    const uint32_t unit = direct_alignment(&facts, facts.offset_alignment);
    *multiple_of = unit;
    if (!has_effect(&facts))
        return 0;
    const uint64_t below = align_down(bytes, unit);
    return below && bytes - below <= unit / 2 ? below : below + unit;
}
