/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: opening with or without the page cache, syncing, removing. platform/target.h describes
 * targets and decides whether tidemill may write to them.
 *
 * O_DIRECT is reported as three facts: requested (by the user), opened (the system call succeeded)
 * and in effect (according to statx and the file system), with the reason. A file that was created
 * and then refused is removed again.
 */
#ifndef TIDEMILL_PLATFORM_FILE_H
#define TIDEMILL_PLATFORM_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/failure.h"
#include "base/preference.h"
#include "platform/target.h"
#include "record/record.h"

enum file_access {
    FILE_CREATE,    /* O_CREAT | O_EXCL, write only, mode 0600, no symlink followed */
    FILE_MAKE,      /* the same, or an existing file; in a directory that only this run uses */
    FILE_OPEN,      /* an existing file, write only, no symlink followed */
    FILE_OPEN_BOTH, /* the same, read and write */
    FILE_OPEN_READ, /* an existing file, read only */
};

struct file {
    int fd;          /* direct when 'opened' is TRUTH_YES, else buffered; -1 when closed */
    int buffered_fd; /* a buffered descriptor in addition to a direct one (for unaligned tails);
                        else -1 */
    int lock_fd;     /* holds file_claim's lock where the others cannot; 0 = none */
    enum record_truth opened;
    enum record_truth in_effect;
    uint32_t memory_alignment; /* required by transfers through fd, in bytes; 1 when buffered; 4096
                                  when direct and not reported by the file system */
    uint32_t offset_alignment; /* for offset and length */
    enum record_direct_cause cause; /* why not in effect; none when it is, or was not requested */
    char reason[RECORD_LINE];       /* the cause as a line */
};

/* Opens 'path' for requests of 'request_bytes'. With PREFER, a file on which O_DIRECT is not
 * possible or whose second open is refused is opened buffered, with the reason in 'file->reason'.
 * With REQUIRE that is an error, and so are a file system where O_DIRECT has no effect and requests
 * that are not a multiple of the alignment; if the effect is unknown, the file is opened and
 * 'file->reason' is set. A device node is opened without O_CREAT and shared: several ranks may
 * write to it (target_allow has checked that it is not in use). */
int file_open(struct file *file, const char *path, enum file_access access, enum preference direct,
              uint64_t request_bytes, struct failure *why);

/* Opens 'path' as 'like', a file of the same directory, was opened, by as few system calls as
 * possible: once, and again without O_DIRECT only with 'two_ways'. */
int file_open_like(struct file *file, const struct file *like, const char *path,
                   enum file_access access, bool two_ways, struct failure *why);

/* Returns the file's current size; -1 if it is not a regular file. */
int64_t file_bytes(const struct file *file);

/* Disables readahead for random reads; a hint. */
void file_advise_random(const struct file *file);

/* Drops the file's clean pages from the page cache, so that reads come from storage; dirty and
 * mapped pages stay. 0 or -errno. */
int file_drop_cache(const struct file *file);

/* The same, as far as possible, for a file that is not open. */
void file_drop_cache_of(const char *path);

/* Calls fsync for the descriptors whose bit is set in 'which'; an error does not stop it. Returns 0
 * or the first -errno. Two descriptors of one file may both be set: the kernel needs only one
 * fsync, but a file system in user space may hold data for each handle. */
int files_sync(const int *fds, uint32_t count, uint32_t which);

/* Closes both descriptors and returns the first error; accepts a closed file. */
int file_close(struct file *file, const char *path, struct failure *why);

/* Takes a shared lock (flock) that marks the file as used by a run; it ends with the file's
 * descriptors. Any number of ranks may hold it, and file_is_used detects it. -EBUSY if another
 * process holds an exclusive lock. File systems without such locks are accepted. */
int file_claim(struct file *file, const char *path, struct failure *why);

/* Takes the same lock on a directory, with a descriptor of its own; 'file' is not open. */
int file_claim_folder(struct file *file, const char *path, struct failure *why);

/* Sets '*used' if any process holds a lock on 'name' in the open 'folder' (AT_FDCWD: a path). Waits
 * for other processes that only check. -ENOLCK if locks are not available, so that the use cannot
 * be determined: with 'force' that counts as unused. */
int file_is_used(int folder, const char *name, bool force, bool *used, struct failure *why);

/* Creates a directory. -EEXIST is returned without setting 'why' (also for a
 * symlink). */
int directory_create(const char *path, mode_t mode, struct failure *why);

/* Removes a file; a path that does not exist is not an error. */
int file_remove(const char *path, struct failure *why);

/* True for the name that FUSE or NFS gives to a removed file while it is still open. */
bool file_is_hidden_leftover(const char *name);

/* Removes a directory; a path that does not exist is not an error. Waits up to 'wait_ns' for
 * removed files in it that are still open. -EBUSY if they remain. */
int directory_remove(const char *path, int64_t wait_ns, struct failure *why);

/* Removes a directory if it is empty; failures are ignored. */
void directory_remove_if_empty(const char *path);

/* True if the path exists (lstat does not fail with ENOENT). */
bool path_exists(const char *path);

struct file_pages {
    uint64_t seen;
    uint64_t resident;
    bool counted; /* all pages of the file, by cachestat(2), since kernel 6.5 */
    int64_t cached_bytes;
    int64_t dirty_bytes; /* of these; not yet written to storage */
};

/* Counts the pages that are in the page cache now, by mincore on up to 'samples' windows of 2 MiB
 * spread over the file, and by cachestat. -ENODATA if that is unknown: an empty file, or another
 * user's, for which the kernel reports all pages as resident; or another -errno. */
int file_count_pages(const char *path, uint32_t samples, struct file_pages *pages);

/* Allocates the file's blocks from 0 to 'bytes' (fallocate). -ENOSPC or similar; -EOPNOTSUPP,
 * without setting 'why', if the file system does not support it. */
int file_preallocate(const struct file *file, const char *path, uint64_t bytes,
                     struct failure *why);

#endif
