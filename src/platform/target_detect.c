/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "backing.h"
#include "base/text.h"
#include "device.h"
#include "direct.h"
#include "mounts.h"
#include "path_text.h"
#include "platform/target.h"
#include "status.h"
#include "target_place.h"

/* Types of file systems that other nodes share, and types that they cannot. */
static const char *const shared_types[] = {
    "nfs",
    "nfs4",
    "lustre",
    "gpfs",
    "beegfs",
    "ceph",
    "fuse.ceph",
    "fuse.ceph-fuse",
    "fuse.glusterfs",
    "glusterfs",
    "fuse.mfs",
    "fuse.moosefs",
    "fuse.sshfs",
    "fuse.s3fs",
    "fuse.juicefs",
    "fuse.orangefs",
    "pvfs2",
    "orangefs",
    "cifs",
    "smb3",
    "9p",
    "afs",
    "ocfs2",
    "gfs2",
    "wekafs",
    "panfs",
    "vastnfs",
    NULL,
};
static const char *const local_types[] = {
    "ext2", "ext3", "ext4",  "xfs",   "btrfs", "f2fs",      "jfs",      "zfs", "bcachefs",
    "ntfs", "vfat", "exfat", "tmpfs", "ramfs", "hugetlbfs", "devtmpfs", NULL,
};

static bool is_in(const char *const list[], const char *word)
{
    for (; *list; list++)
        if (strcmp(*list, word) == 0)
            return true;
    return false;
}

static enum record_truth shared_by_type(const char *type)
{
    if (is_in(shared_types, type))
        return TRUTH_YES;
    return is_in(local_types, type) ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Lists the options of the mount, then those of the file system, with "ro" or "rw" only once. */
static void merge_options(const struct mount *mount, char options[RECORD_LINE])
{
    struct text merged = {0};
    const char *rest = mount->options;
    const char *more = mount->super_options;
    if (strncmp(rest, "rw", 2) == 0 || strncmp(rest, "ro", 2) == 0)
        rest += 2;
    if (strncmp(more, "rw", 2) == 0 || strncmp(more, "ro", 2) == 0)
        more += 2;
    text_add(&merged, "%s%s%s", mount_read_only(mount) ? "ro" : "rw", rest, more);
    text_copy(options, RECORD_LINE, text_string(&merged));
    text_release(&merged);
}

static void detect_mount(const struct target_place *place, struct record_target *target,
                         dev_t *device)
{
    struct mounts mounts;
    char real[PATH_MAX];
    struct status source;

    if (mounts_read(&mounts, NULL))
        return;
    if (!realpath(place->base, real))
        text_copy(real, sizeof real, "/");
    const struct mount *mount = mounts_find(&mounts, place->status.mount_id, real);
    if (mount) {
        text_copy(target->mount_point, sizeof target->mount_point, mount->point);
        text_copy(target->file_system, sizeof target->file_system, mount->type);
        text_copy(target->source, sizeof target->source, mount->source);
        merge_options(mount, target->options);
        target->shared = (uint8_t)shared_by_type(mount->type);
        /* btrfs and similar file systems have an anonymous device number */
        if (mount->source[0] == '/' && status_of_path(mount->source, true, &source) == 0 &&
            S_ISBLK(source.mode))
            *device = source.special_device;
    }
    mounts_release(&mounts);
}

/* Gets what direct I/O means for a new file in 'folder' from a file that never has a name. */
static void detect_new_file(const char *folder, struct record_target *target)
{
    struct direct_facts facts;
    const int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    if (direct_detect(fd, true, &facts) == 0) {
        target->direct_memory_alignment = facts.memory_alignment;
        target->direct_offset_alignment = facts.offset_alignment;
        target->direct_cause = (uint8_t)facts.limit;
    }
    close(fd);
}

static void detect_backing(dev_t number, struct record_target *target)
{
    const enum backing backing = backing_of(number, target->backing);
    target->ram_backed |= backing == BACKING_RAM;
    target->cached_below = backing == BACKING_CACHED;
}

static int detect_file_system(const struct target_place *place, struct record_target *target)
{
    struct statfs facts;
    struct device device;
    dev_t number = place->status.device;

    if (statfs(place->base, &facts))
        return -errno;
    detect_mount(place, target, &number);
    if (device_read(number, &device) == 0)
        text_copy(target->device, sizeof target->device, device.name);
    const int64_t unit = facts.f_frsize > 0 ? facts.f_frsize : facts.f_bsize;
    target->block_bytes = facts.f_bsize;
    target->free_bytes = (int64_t)facts.f_bavail * unit;
    target->size_bytes = place->kind == PLACE_FOLDER ? (int64_t)facts.f_blocks * unit
                         : place->kind == PLACE_FILE ? place->status.size_bytes
                                                     : 0;
    target->ram_backed = direct_ram_backed(facts.f_type);
    detect_backing(number, target);
    if (place->kind != PLACE_FILE)
        detect_new_file(place->base, target);
    return 0;
}

static void detect_device(const struct target_place *place, struct record_target *target)
{
    struct device device;
    target->shared = TRUTH_UNKNOWN; /* a SAN device would be shared */
    detect_backing(place->status.special_device, target);
    if (device_read(place->status.special_device, &device))
        return;
    text_copy(target->device, sizeof target->device, device.name);
    target->block_bytes = device.block_bytes;
    target->size_bytes = device.size_bytes;
    target->free_bytes = device.size_bytes;
}

int target_detect(const char *path, struct record_target *target, struct failure *why)
{
    static const enum record_target_kind kinds[] = {
        [PLACE_FOLDER] = TARGET_KIND_DIRECTORY, [PLACE_FILE] = TARGET_KIND_FILE,
        [PLACE_NEW] = TARGET_KIND_FILE,         [PLACE_DEVICE] = TARGET_KIND_DEVICE,
        [PLACE_NULL] = TARGET_KIND_NULL,        [PLACE_OTHER] = TARGET_KIND_OTHER,
    };
    struct target_place place;
    char shown[PATH_TEXT];

    *target = (struct record_target){
        .direct_memory_alignment = -1,
        .direct_offset_alignment = -1,
        .shared = TRUTH_UNKNOWN,
    };
    int error = target_find(path, &place, why);
    if (error)
        return error;
    text_copy(target->path, sizeof target->path, path);
    target->kind = kinds[place.kind];
    if (place.kind != PLACE_NEW) {
        target->direct_memory_alignment = place.status.direct_memory_alignment;
        target->direct_offset_alignment = place.status.direct_offset_alignment;
    }
    switch (place.kind) {
    case PLACE_DEVICE:
        detect_device(&place, target);
        break;
    case PLACE_NULL:
        target->ram_backed = 1;
        target->free_bytes = INT64_MAX;
        target->shared = TRUTH_NO;
        break;
    default:
        error = detect_file_system(&place, target);
        break;
    }
    if (error)
        failure_system(why, -error, "cannot inspect '%s'", path_text(path, shown));
    record_classify_target(target);
    target_place_release(&place);
    return error;
}

int target_detect_space(const char *path, struct target_space *space, struct failure *why)
{
    struct target_place place;
    struct statfs facts;
    char shown[PATH_TEXT];

    *space = (struct target_space){0};
    int error = target_find(path, &place, why);
    if (error)
        return error;
    const bool in_file_system =
        place.kind == PLACE_FOLDER || place.kind == PLACE_FILE || place.kind == PLACE_NEW;
    if (in_file_system && statfs(place.base, &facts))
        error = failure_system(why, errno, "cannot inspect '%s'", path_text(path, shown));
    else if (in_file_system)
        *space = (struct target_space){
            .number = place.status.device,
            .bytes = (uint64_t)facts.f_blocks *
                     (uint64_t)(facts.f_frsize > 0 ? facts.f_frsize : facts.f_bsize),
            .free_inodes = facts.f_files ? (uint64_t)facts.f_ffree : UINT64_MAX,
        };
    target_place_release(&place);
    return error;
}
