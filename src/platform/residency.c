/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/checked.h"
#include "platform/file.h"
#include "status.h"

enum { WINDOW_BYTES = 2 << 20, WINDOW_PAGES_MAX = WINDOW_BYTES / 4096 };

/* Counts the pages of one window; false if mincore fails. */
static bool count_window(int fd, int64_t offset, size_t bytes, struct file_pages *pages)
{
    unsigned char present[WINDOW_PAGES_MAX];
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t count = (bytes + page - 1) / page;
    void *memory = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, offset);
    if (memory == MAP_FAILED)
        return false;
    const bool counted = mincore(memory, bytes, present) == 0;
    for (size_t i = 0; counted && i < count; i++)
        pages->resident += present[i] & 1;
    pages->seen += counted ? count : 0;
    munmap(memory, bytes);
    return counted;
}

/* Newer than the headers of supported systems. */
enum { CALL_CACHESTAT = 451 };
struct cachestat_range {
    uint64_t offset;
    uint64_t length;
};
struct cachestat_reply {
    uint64_t cached;
    uint64_t dirty;
    uint64_t writeback;
    uint64_t evicted;
    uint64_t recently_evicted;
};

static void count_all(int fd, struct file_pages *pages)
{
    const struct cachestat_range whole = {0};
    struct cachestat_reply reply = {0};
    const int64_t page = sysconf(_SC_PAGESIZE);
    if (syscall(CALL_CACHESTAT, fd, &whole, &reply, 0))
        return;
    pages->counted = true;
    pages->cached_bytes = (int64_t)reply.cached * page;
    pages->dirty_bytes = (int64_t)(reply.dirty + reply.writeback) * page;
}

/* For files that the user neither owns nor may write, the kernel reports all pages as resident. */
static bool may_count(const char *path, const struct status *status)
{
    return status->owner == geteuid() || access(path, W_OK) == 0;
}

int file_count_pages(const char *path, uint32_t samples, struct file_pages *pages)
{
    struct status status;
    bool counted = false;

    *pages = (struct file_pages){0};
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    if (status_of_fd(fd, &status) || !S_ISREG(status.mode) || status.size_bytes == 0 ||
        samples == 0 || !may_count(path, &status))
        goto out;
    count_all(fd, pages);
    const uint64_t size = (uint64_t)status.size_bytes;
    const uint64_t windows = (size + WINDOW_BYTES - 1) / WINDOW_BYTES;
    const uint64_t sample_count = windows < samples ? windows : samples;
    counted = true;
    for (uint64_t i = 0; counted && i < sample_count; i++) {
        /* spread over the file, including the first and the last window */
        const uint64_t window =
            sample_count == 1 ? 0 : checked_scale(i, windows - 1, sample_count - 1);
        const uint64_t left = size - window * WINDOW_BYTES;
        counted = count_window(fd, (int64_t)(window * WINDOW_BYTES),
                               left < WINDOW_BYTES ? (size_t)left : WINDOW_BYTES, pages);
    }
out:
    close(fd);
    return counted ? 0 : -ENODATA;
}
