/*
 * Block devices, as /sys and the mount table tell: name, size, and whether somebody uses one.
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
    char name[RECORD_NAME]; /* the kernel's: "sda1", "dm-0", "nvme0n1" */
    int64_t size_bytes;
    int64_t block_bytes; /* logical block */
    bool read_only;
};

/* Its folder below /sys/devices: of a partition, inside that of its disk; 0 or -errno. */
int device_folder(dev_t number, char folder[PATH_MAX]);

/* The number that such a folder's file 'dev' tells, 0 when none. */
dev_t device_number_at(const char *folder);

/* 0, or -errno when /sys does not know it. */
int device_look(dev_t number, struct device *device);

/* Refuses one that is read-only, mounted, has a mounted partition (or is one of a mounted disk), or
 * is held by the device mapper, md, swap or anybody who claimed it: -EROFS, -EBUSY; with -EACCES
 * when that cannot be found out. 'path' is its node. Opens it for reading only. */
int device_refuse_used(const char *path, dev_t number, const struct mounts *mounts,
                       struct failure *why);

/* Refuses one that holds something recognisable: -EEXIST. */
int device_refuse_signature(const char *path, dev_t number, struct failure *why);

#endif
