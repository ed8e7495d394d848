/*
 * Targets: what a path is, whether tidemill may write there, and what direct I/O would mean there.
 * Looks and decides; writes nothing that has a name, and changes nothing.
 */
#ifndef TIDEMILL_PLATFORM_TARGET_H
#define TIDEMILL_PLATFORM_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

/* What 'path' is: kind, mount, file system, device, sizes, DIOALIGN (by an unnamed O_TMPFILE file
 * in a directory, where the file system has those). A name that does not exist in an existing
 * directory is a "file" of size 0. size_bytes: of the file or device, of the file system for a
 * directory; free_bytes: what an ordinary user may still write (INT64_MAX for /dev/null).
 * target->path may be cut: never open by it. 'target->node' is left empty. -ENOENT, -ENOTDIR,
 * -EACCES ... with what to do. */
int target_look(const char *path, struct record_target *target, struct failure *why);

/* The file system that a target is, or would be, in; all 0 for a device and /dev/null. */
struct target_space {
    uint64_t number; /* as this node knows it; what has another one elsewhere may be the same */
    uint64_t bytes;
};

int target_space_look(const char *path, struct target_space *space, struct failure *why);

/* Refuses what tidemill must not write to: a block device without 'allow_block_device', one that
 * is mounted, has a mounted partition or a holder, one with a known signature without 'overwrite';
 * an existing file without 'overwrite'; FIFO, socket, character device (but /dev/null), symlink
 * (but to a directory); "/"; a pseudo or read-only file system; a place one may not write in.
 * -EEXIST, -EBUSY, -EROFS, -EACCES, -EPERM ..., with the option that would allow it, if one does.
 */
int target_allow(const char *path, bool overwrite, bool allow_block_device, struct failure *why);

/* Refuses a file or device on which somebody holds a lock, as every run does on what it uses:
 * -EBUSY; without 'force' also where that cannot be told: -ENOLCK. One rank asks: those who ask at
 * the same time are in each other's way. */
int target_refuse_used(const char *path, bool force, struct failure *why);

/* Do both paths lead, or would they lead, to one and the same file? */
bool target_same(const char *a, const char *b);

/* Would direct I/O with requests of 'request_bytes' be in effect on this target? With the reason
 * when not. Pure. */
enum record_truth target_direct(const struct record_target *target, uint64_t request_bytes,
                                char reason[RECORD_LINE]);

/* The size next to 'bytes' that direct I/O takes on this target, and what it must be a multiple of;
 * 0 where O_DIRECT has no effect whatever the size. Pure. */
uint64_t target_direct_size(const struct record_target *target, uint64_t bytes,
                            uint32_t *multiple_of);

#endif
