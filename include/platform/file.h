/*
 * Files: opening with or without the page cache, syncing, removing. What a target is, and whether
 * one may write there, is in platform/target.h.
 *
 * The three facts about O_DIRECT are told apart: asked (by the user), opened (the system call went
 * well) and in effect (what statx and the file system say), with the reason. A file that was
 * created and then refused is removed again.
 */
#ifndef TIDEMILL_PLATFORM_FILE_H
#define TIDEMILL_PLATFORM_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/preference.h"
#include "platform/target.h"
#include "record/record.h"

enum file_access {
    FILE_CREATE,    /* O_CREAT | O_EXCL, read and write, mode 0600, no symlink followed */
    FILE_OPEN,      /* an existing one, read and write, no symlink followed */
    FILE_OPEN_READ, /* an existing one, read only */
};

struct file {
    int fd;          /* direct when 'opened' is TRUTH_YES, else buffered; -1 when closed */
    int buffered_fd; /* a second, buffered one beside a direct fd (for unaligned tails); else -1 */
    enum record_truth opened;
    enum record_truth in_effect;
    uint32_t memory_alignment; /* what a transfer through fd needs, in bytes; 1 when buffered; 4096
                                  when direct and not told by the file system */
    uint32_t offset_alignment; /* for offset and length */
    char reason[RECORD_LINE];  /* why not in effect; "" when it is or was never asked for */
};

/* Opens 'path' for requests of 'request_bytes'. With PREFER, what is in the way of O_DIRECT
 * leads to a buffered file and is said in 'file->reason'; with REQUIRE it fails, and so do a
 * file system where O_DIRECT has no effect and requests that are not a multiple of the alignment;
 * where the effect is unknown, the file is opened and the doubt is in 'file->reason'. A device node
 * is opened without O_CREAT, and shared: several ranks may write to one (target_allow looked
 * whether somebody else holds it). */
int file_open(struct file *file, const char *path, enum file_access access, enum preference direct,
              uint64_t request_bytes, struct failure *why);

/* Bytes that the file holds now; -1 for what is no regular file. */
int64_t file_bytes(const struct file *file);

/* Tells the kernel that reads come in no order, so that it reads nothing ahead; a hint. */
void file_expect_random(const struct file *file);

/* Asks the kernel to forget what it has cached of the file and written back, so that reads come
 * from storage; what is dirty or mapped stays. 0 or -errno. */
int file_drop_cache(const struct file *file);

/* fsync of the file; -errno with the path. A character device has nothing to sync: 0. */
int file_sync(struct file *file, const char *path, struct failure *why);

/* The same for plain descriptors, those that have their bit in 'which', all of them whatever fails:
 * 0 or the first -errno. Two of one file may both be meant: the kernel needs one, but a file system
 * in user space may hold data for each handle. */
int files_sync(const int *fds, uint32_t count, uint32_t which);

/* Closes both descriptors; reports the first error; accepts a closed one. */
int file_close(struct file *file, const char *path, struct failure *why);

/* Says that a run is using the file, by a lock on the file itself that ends with its descriptors:
 * any number of ranks may have it, and file_is_used sees it. -EBUSY when somebody holds the file
 * for himself alone. File systems without such locks are taken as they are. */
int file_claim(struct file *file, const char *path, struct failure *why);

/* Does any run, or anybody else, hold a lock on 'name' below the open 'folder' (AT_FDCWD: a path)?
 * Other lookers are waited for. -ENOLCK where locks are not to be had, so that nobody can tell:
 * with 'force' that counts as unused. */
int file_is_used(int folder, const char *name, bool force, bool *used, struct failure *why);

/* mkdir with mode 0700. -EEXIST is given back without setting 'why' (also for a symlink). */
int folder_make(const char *path, struct failure *why);

/* unlink and rmdir; a path that is gone already is no failure. */
int file_remove(const char *path, struct failure *why);
int folder_remove(const char *path, struct failure *why);

/* True if the path exists (anything but ENOENT). */
bool path_exists(const char *path);

struct file_pages {
    uint64_t seen;
    uint64_t resident;
};

/* Looks which pages are in the page cache now, by mincore on up to 'samples' windows of 2 MiB
 * spread over the file. -ENODATA when it cannot be told (an empty file, or one of somebody else,
 * for which the kernel says "all" to everybody), or -errno. */
int file_look_at_pages(const char *path, uint32_t samples, struct file_pages *pages);

/* Gives the file its blocks from 0 to 'bytes', or fails: -ENOSPC and the like. -EOPNOTSUPP, without
 * 'why', where the file system cannot. */
int file_preallocate(const struct file *file, const char *path, uint64_t bytes,
                     struct failure *why);

/* The same as a share, 0 to 1; -1 when it cannot be told. */
double file_residency(const char *path, uint32_t samples);

#endif
