/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/text.h"
#include "path_text.h"
#include "platform/clock.h"
#include "signature.h"
#include "small_file.h"
#include "status.h"

enum { SECTOR_BYTES = 512, CLAIM_TRIES = 50, CLAIM_PAUSE_NS = 20000000 };

/* "/sys/dev/block/8:1", resolved: ".../block/sda/sda1". */
int device_folder(dev_t number, char folder[PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/sys/dev/block/%u:%u", major(number), minor(number));
    return realpath(link, folder) ? 0 : -errno;
}

static bool is_partition(const char *folder)
{
    return small_file_number_in(folder, "partition", -1) >= 0;
}

int device_read(dev_t number, struct device *device)
{
    char folder[PATH_MAX];
    *device = (struct device){0};
    const int error = device_folder(number, folder);
    if (error)
        return error;
    text_copy(device->name, sizeof device->name, strrchr(folder, '/') + 1);
    device->size_bytes = small_file_number_in(folder, "size", -1) * SECTOR_BYTES;
    device->read_only = small_file_number_in(folder, "ro", -1) == 1;
    device->block_bytes = small_file_number_in(
        folder, is_partition(folder) ? "../queue/logical_block_size" : "queue/logical_block_size",
        -1);
    return 0;
}

dev_t device_number_at(const char *folder)
{
    char path[PATH_MAX + 64], line[64];
    unsigned major_number, minor_number;
    snprintf(path, sizeof path, "%s/dev", folder);
    if (small_file_line(path, line, sizeof line) ||
        sscanf(line, "%u:%u", &major_number, &minor_number) != 2)
        return 0;
    return makedev(major_number, minor_number);
}

static const char *mount_point_of(dev_t number, const struct mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->list[i];
        struct status source;
        /* btrfs and similar file systems report an anonymous device number; their mount source
         * names the device. */
        if (mount->device == number ||
            (mount->source[0] == '/' && status_of_path(mount->source, true, &source) == 0 &&
             S_ISBLK(source.mode) && source.special_device == number))
            return mount->point;
    }
    return NULL;
}

/* The first entry of 'folder'/holders, or "". */
static void first_holder(const char *folder, char holder[RECORD_NAME])
{
    char path[PATH_MAX + 64];
    const struct dirent *entry;
    holder[0] = 0;
    snprintf(path, sizeof path, "%s/holders", folder);
    DIR *list = opendir(path);
    if (!list)
        return;
    while (!holder[0] && (entry = readdir(list)))
        if (entry->d_name[0] != '.')
            text_copy(holder, RECORD_NAME, entry->d_name);
    closedir(list);
}

/* Refuses a device that is mounted or has a holder. 'what' describes the device relative to the
 * target: "it", "its partition sda1", "its disk sda". */
static int refuse_busy(const char *shown, const char *folder, const char *what,
                       const struct mounts *mounts, struct failure *why)
{
    char holder[RECORD_NAME], point[PATH_TEXT];
    const char *mount_point = mount_point_of(device_number_at(folder), mounts);
    if (mount_point)
        return failure_set(why, -EBUSY, "will not write to '%s': %s is mounted on '%s'", shown,
                           what, path_text(mount_point, point));
    first_holder(folder, holder);
    if (holder[0])
        return failure_set(why, -EBUSY, "will not write to '%s': %s is in use by '%s'", shown, what,
                           holder);
    return 0;
}

static int refuse_busy_partitions(const char *shown, const char *folder,
                                  const struct mounts *mounts, struct failure *why)
{
    const struct dirent *entry;
    int error = 0;
    DIR *list = opendir(folder);
    if (!list)
        return 0;
    while (error == 0 && (entry = readdir(list))) {
        char part[PATH_MAX], what[NAME_MAX + 32];
        if (entry->d_name[0] == '.' ||
            snprintf(part, sizeof part, "%s/%s", folder, entry->d_name) >= (int)sizeof part ||
            !is_partition(part))
            continue;
        snprintf(what, sizeof what, "its partition %s", entry->d_name);
        error = refuse_busy(shown, part, what, mounts, why);
    }
    closedir(list);
    return error;
}

/* Mounts in other namespaces and swap are only detected by claiming the device with O_EXCL. Other
 * ranks may try at the same moment, so only a lasting refusal counts. */
static int refuse_claimed(const char *path, const char *shown, struct failure *why)
{
    for (int i = 0; i < CLAIM_TRIES; i++) {
        /* Read-only: closing a device that was claimed for writing would wake udev. */
        const int fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
        if (fd >= 0) {
            close(fd);
            return 0;
        }
        if (errno != EBUSY)
            return failure_system(why, errno, "cannot check whether '%s' is in use", shown);
        clock_sleep_ns(CLAIM_PAUSE_NS);
    }
    return failure_set(why, -EBUSY,
                       "will not write to '%s': it is in use (swap, or mounted elsewhere)", shown);
}

int device_refuse_used(const char *path, dev_t number, const struct mounts *mounts,
                       struct failure *why)
{
    char folder[PATH_MAX], shown[PATH_TEXT], what[NAME_MAX + 32];
    struct device device;
    path_text(path, shown);
    int error = device_folder(number, folder);
    if (error == 0)
        error = device_read(number, &device);
    if (error)
        return failure_system(why, -error, "cannot find '%s' in /sys", shown);
    if (device.read_only)
        return failure_set(why, -EROFS, "cannot write to '%s': the device is read-only", shown);
    error = refuse_busy(shown, folder, "it", mounts, why);
    if (error == 0)
        error = refuse_busy_partitions(shown, folder, mounts, why);
    if (error == 0 && is_partition(folder)) {
        *strrchr(folder, '/') = 0;
        snprintf(what, sizeof what, "its disk %.255s", strrchr(folder, '/') + 1);
        error = refuse_busy(shown, folder, what, mounts, why);
    }
    return error ? error : refuse_claimed(path, shown, why);
}

int device_refuse_signature(const char *path, dev_t number, struct failure *why)
{
    char shown[PATH_TEXT];
    struct device device;
    path_text(path, shown);
    if (device_read(number, &device))
        device.size_bytes = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failure_system(why, errno, "cannot read '%s'", shown);
    const char *content = signature_find(fd, (uint64_t)device.size_bytes);
    close(fd);
    if (!content)
        return 0;
    return failure_set(why, -EEXIST,
                       "will not write to '%s': it contains %s; --overwrite destroys it", shown,
                       content);
}
