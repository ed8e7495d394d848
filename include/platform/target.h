/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets: what a path is, whether tidemill may write to it, and what direct I/O would mean for it.
 * Only inspects: changes nothing and creates no named file.
 */
#ifndef TIDEMILL_PLATFORM_TARGET_H
#define TIDEMILL_PLATFORM_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

/* Describes 'path': kind, mount, file system, device, sizes, and DIOALIGN (in a directory by an
 * unnamed O_TMPFILE file, if the file system has those). A new name in an existing directory is a
 * file of size 0. size_bytes is the size of the file or device, or of a directory's file system;
 * free_bytes is what an unprivileged user may still write (INT64_MAX for /dev/null). target->path
 * may be cut: never open it. 'target->node' is left empty. -ENOENT, -ENOTDIR, -EACCES ... with what
 * to do. */
int target_detect(const char *path, struct record_target *target, struct failure *why);

/* The file system that contains a target; all 0 for a device and /dev/null. */
struct target_space {
    uint64_t number; /* device number on this node; the same file system may have another number on
                        other nodes */
    uint64_t bytes;
    uint64_t free_inodes; /* UINT64_MAX: any number, or unknown */
};

/* Gets the file system of a target. -errno with what to do. */
int target_detect_space(const char *path, struct target_space *space, struct failure *why);

/* Refuses targets that tidemill must not write to: a block device without 'allow_block_device', one
 * that is mounted, has a mounted partition or a holder, one with a known signature without
 * 'overwrite'; an existing file without 'overwrite'; a FIFO, socket, character device (except
 * /dev/null) or symlink (except to a directory); "/"; a pseudo or read-only file system; a
 * directory without write permission. -EEXIST, -EBUSY, -EROFS, -EACCES, -EPERM ..., with the option
 * that allows it, if any. */
int target_allow(const char *path, bool overwrite, bool allow_block_device, struct failure *why);

/* Refuses a file or device on which another process holds a lock, as every run does on its files:
 * -EBUSY; without 'force' also if that cannot be determined: -ENOLCK. Call it on one rank only:
 * concurrent calls disturb each other. */
int target_refuse_used(const char *path, bool force, struct failure *why);

/* True if both paths name the same file, existing or not yet created. */
bool target_is_same(const char *a, const char *b);

/* Returns whether direct I/O with requests of 'request_bytes' would be in effect on this target,
 * with the reason if not. Pure. */
enum record_truth target_direct(const struct record_target *target, uint64_t request_bytes,
                                char reason[RECORD_LINE]);

/* Returns the size nearest to 'bytes' that direct I/O supports on this target, and the required
 * multiple; 0 if O_DIRECT has no effect for any size. Pure. */
uint64_t target_direct_size(const struct record_target *target, uint64_t bytes,
                            uint32_t *multiple_of);

#endif
