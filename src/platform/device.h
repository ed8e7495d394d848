/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices, from /sys and the mount table: name, size, and whether one is in use.
 */
#ifndef TIDEMILL_PLATFORM_DEVICE_H
#define TIDEMILL_PLATFORM_DEVICE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"
#include "mounts.h"
#include "record/record.h"

struct device {
    char name[RECORD_NAME]; /* kernel name: "sda1", "dm-0", "nvme0n1" */
    int64_t size_bytes;
    int64_t block_bytes; /* logical block */
    bool read_only;
};

/* Gets the device's directory below /sys/devices; for a partition it is inside that of its disk. 0
 * or -errno. */
int device_folder(dev_t number, char folder[PATH_MAX]);

/* Returns the device number in the file 'dev' of such a directory; 0 if there is none. */
dev_t device_number_at(const char *folder);

/* Reads a device; 0, or -errno if /sys does not contain it. */
int device_read(dev_t number, struct device *device);

/* Refuses a device that is read-only, mounted, has a mounted partition (or is a partition of a
 * mounted disk), or is held by the device mapper, md, swap or any process that claimed it: -EROFS,
 * -EBUSY; -EACCES if that cannot be determined. 'path' is its node, which is only opened for
 * reading. */
int device_refuse_used(const char *path, dev_t number, const struct mounts *mounts,
                       struct failure *why);

/* Refuses a device with a known signature: -EEXIST. */
int device_refuse_signature(const char *path, dev_t number, struct failure *why);

#endif
