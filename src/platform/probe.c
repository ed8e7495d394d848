/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/host.h"
#include "target_place.h"

enum { PAGE_BYTES = 4096, SECTOR_BYTES = 512, FLAG_DONTCACHE = 0x80 };

/* Opens a file again through /proc, which also works for a file without a name. */
static int open_again(int fd, int flags)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const int fd_again = open(link, flags | O_CLOEXEC);
    return fd_again >= 0 ? fd_again : -errno;
}

static void set_direct(struct probe *probe, int result)
{
    probe->direct_fd = result >= 0 ? result : -1;
    probe->direct_error = result >= 0 ? 0 : result;
}

/* Creates a file and removes its name at once. */
static int open_named(struct probe *probe, const char *folder)
{
    char *path;
    if (asprintf(&path, "%s/.tidemill-probe-%016llx", folder, (unsigned long long)host_random()) <
        0)
        return -ENOMEM;
    probe->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    const int error = probe->fd < 0 ? -errno : 0;
    if (error == 0) {
        const int direct = open(path, O_RDWR | O_DIRECT | O_NOFOLLOW | O_CLOEXEC);
        set_direct(probe, direct >= 0 ? direct : -errno);
        unlink(path);
    }
    free(path);
    return error;
}

static int open_own(struct probe *probe, const char *folder)
{
    probe->own = true;
    probe->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (probe->fd >= 0)
        set_direct(probe, open_again(probe->fd, O_RDWR | O_DIRECT));
    else if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT)
        return open_named(probe, folder);
    return probe->fd >= 0 ? 0 : -errno;
}

static int fill(const struct probe *probe)
{
    if (pwrite(probe->fd, probe->memory, PROBE_BYTES, 0) != PROBE_BYTES)
        return errno ? -errno : -ENOSPC;
    return fsync(probe->fd) ? -errno : 0;
}

static int open_place(struct probe *probe, const struct target_place *place)
{
    if (place->kind == PLACE_FOLDER || place->kind == PLACE_NEW)
        return open_own(probe, place->base);
    probe->fd = open(place->base, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (probe->fd < 0)
        return -errno;
    set_direct(probe, open_again(probe->fd, O_RDONLY | O_DIRECT));
    return 0;
}

int probe_open(struct probe *probe, const char *target, struct failure *why)
{
    struct target_place place = {0};
    char shown[PATH_TEXT];
    *probe = (struct probe){.fd = -1, .direct_fd = -1};
    int error = target_find(target, &place, why);
    if (error)
        return error;
    probe->memory = aligned_alloc(PAGE_BYTES, PROBE_BYTES);
    error = probe->memory ? open_place(probe, &place) : -ENOMEM;
    target_place_release(&place);
    if (error == 0) {
        memset(probe->memory, 0x5a, PROBE_BYTES);
        error = probe->own ? fill(probe) : 0;
    }
    if (error == 0)
        return 0;
    probe_close(probe);
    return failure_system(why, -error, "cannot probe '%s'", path_text(target, shown));
}

int probe_uncached(const struct probe *probe)
{
    const struct iovec vector = {.iov_base = probe->memory, .iov_len = PAGE_BYTES};
    if (!probe->own)
        return -EPERM;
    return pwritev2(probe->fd, &vector, 1, 0, FLAG_DONTCACHE) < 0 ? -errno : 0;
}

int probe_preallocate(const struct probe *probe)
{
    if (!probe->own)
        return -EPERM;
    return fallocate(probe->fd, FALLOC_FL_KEEP_SIZE, PROBE_BYTES, PROBE_BYTES) ? -errno : 0;
}

uint32_t probe_direct_unit(const struct probe *probe)
{
    for (uint32_t unit = SECTOR_BYTES; probe->direct_fd >= 0 && unit <= PROBE_BYTES / 2; unit *= 2)
        if (pread(probe->direct_fd, probe->memory, unit, unit) == (ssize_t)unit)
            return unit;
    return 0;
}

int probe_direct_bypasses(const struct probe *probe)
{
    unsigned char present[PROBE_BYTES / PAGE_BYTES];
    int result = 0;
    if (!probe->own || probe->direct_fd < 0)
        return -EPERM;
    /* A direct write drops the pages that were written through the cache before. */
    if (pwrite(probe->direct_fd, probe->memory, PROBE_BYTES, 0) != PROBE_BYTES)
        return -EIO;
    void *mapping = mmap(NULL, PROBE_BYTES, PROT_READ, MAP_SHARED, probe->fd, 0);
    if (mapping == MAP_FAILED)
        return -errno;
    if (mincore(mapping, PROBE_BYTES, present))
        result = -errno;
    else
        for (size_t i = 0; i < sizeof present; i++)
            result |= present[i] & 1;
    munmap(mapping, PROBE_BYTES);
    return result < 0 ? result : !result;
}

void probe_close(struct probe *probe)
{
    if (probe->fd >= 0 && probe->memory)
        close(probe->fd);
    if (probe->direct_fd >= 0 && probe->memory)
        close(probe->direct_fd);
    free(probe->memory);
    *probe = (struct probe){.fd = -1, .direct_fd = -1};
}
