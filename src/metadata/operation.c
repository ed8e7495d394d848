/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata/operation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/clock.h"

enum { BUFFER_MOST_BYTES = 1 << 20, BUFFER_LEAST_BYTES = 4096 };

/* Objects have other numbers than the files of byte phases, and so other content. */
static const uint64_t first_file_number = UINT64_C(1) << 62;

size_t operation_buffer_bytes(uint64_t object_bytes)
{
    if (object_bytes > BUFFER_MOST_BYTES)
        return BUFFER_MOST_BYTES;
    return object_bytes < BUFFER_LEAST_BYTES ? BUFFER_LEAST_BYTES : (size_t)object_bytes;
}

int operation_init(struct operation *operation, const struct operation_setup *setup)
{
    *operation = (struct operation){.setup = setup, .folder = -1};
    operation->buffer_bytes = operation_buffer_bytes(setup->object_bytes);
    operation->buffer = malloc(operation->buffer_bytes);
    if (!operation->buffer)
        return -ENOMEM;
    operation->position.file = first_file_number;
    content_fill(setup->content, &operation->position, operation->buffer, operation->buffer_bytes);
    return 0;
}

void operation_release(struct operation *operation)
{
    free(operation->buffer);
}

void operation_set_object(struct operation *operation, const struct object *object)
{
    const struct operation_setup *setup = operation->setup;
    const uint64_t number = objects_number(setup->layout, object);
    objects_write_name(setup->layout, object, operation->name);
    operation->difference.length = 0;
    operation->part_since_ns = 0;
    operation->parts = 0;
    operation->position = (struct position){
        .file = first_file_number + number,
        .base_bytes = number * setup->object_bytes,
        .generation = setup->generation,
        .file_bytes = setup->object_bytes,
    };
}

void operation_end_part(struct operation *operation, enum operation_part next, int64_t now_ns)
{
    if (!operation->part_since_ns)
        return;
    operation_add_part(operation, operation->part, now_ns - operation->part_since_ns);
    operation->part_since_ns = now_ns;
    operation->part = next;
}

int operation_sync(struct operation *operation, int fd)
{
    const enum operation_part next = operation->part == PART_NONE ? PART_NONE : PART_CLOSE;
    const int64_t before_ns = clock_now_ns();
    operation_end_part(operation, PART_SYNC, before_ns);
    int result;
    while ((result = fsync(fd) ? -errno : 0) == -EINTR)
        operation->retries++;
    const int64_t now_ns = clock_now_ns();
    operation_end_part(operation, next, now_ns);
    operation->sync_ns += now_ns - before_ns;
    operation->syncs++;
    return result;
}

static int open_object(struct operation *operation, int flags)
{
    int fd;
    while ((fd = openat(operation->folder, operation->name, flags | O_NOFOLLOW | O_CLOEXEC,
                        S_IRUSR | S_IWUSR)) < 0 &&
           errno == EINTR)
        operation->retries++;
    return fd < 0 ? -errno : fd;
}

/* How much of the object is left at the position, at most a buffer. */
size_t operation_next_bytes(const struct operation *operation)
{
    const uint64_t left = operation->setup->object_bytes - operation->position.offset;
    return left < operation->buffer_bytes ? (size_t)left : operation->buffer_bytes;
}

static int write_buffer(struct operation *operation, int fd, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t moved = write(fd, operation->buffer + done, bytes - done);
        if (moved > 0)
            done += (size_t)moved;
        else if (moved == 0)
            return -EIO;
        else if (errno != EINTR)
            return -errno;
        else
            operation->retries++;
    }
    operation->bytes += (int64_t)bytes;
    return 0;
}

void operation_fill(struct operation *operation, size_t bytes)
{
    const struct operation_setup *setup = operation->setup;
    if (!setup->fill_once)
        content_fill(setup->content, &operation->position, operation->buffer, bytes);
}

static int write_object(struct operation *operation, int fd)
{
    size_t bytes;
    while ((bytes = operation_next_bytes(operation)) > 0) {
        operation_fill(operation, bytes);
        const int result = write_buffer(operation, fd, bytes);
        if (result)
            return result;
        operation->position.offset += bytes;
    }
    return 0;
}

/* Keeps the first failure. After EINTR the file is closed. */
static int close_object(int fd, int result)
{
    return close(fd) && errno != EINTR && !result ? -errno : result;
}

static int create_file(struct operation *operation)
{
    const int fd = open_object(operation, O_CREAT | O_EXCL | O_WRONLY);
    if (fd < 0)
        return fd;
    const bool transfers = operation->setup->object_bytes > 0;
    int result = 0;
    operation_end_part(operation, transfers ? PART_TRANSFER : PART_CLOSE, clock_now_ns());
    if (transfers) {
        result = write_object(operation, fd);
        if (!operation->setup->sync_each)
            operation_end_part(operation, PART_CLOSE, clock_now_ns());
    }
    if (!result && operation->setup->sync_each)
        result = operation_sync(operation, fd);
    result = close_object(fd, result);
    if (result)
        TEMP_FAILURE_RETRY(unlinkat(operation->folder, operation->name, 0));
    return result;
}

static int sync_folder(struct operation *operation)
{
    return operation->setup->sync_each ? operation_sync(operation, operation->folder) : 0;
}

static int create_directory(struct operation *operation)
{
    int result;
    while ((result = mkdirat(operation->folder, operation->name, S_IRWXU) ? -errno : 0) == -EINTR)
        operation->retries++;
    if (result)
        return result;
    result = sync_folder(operation);
    if (result)
        TEMP_FAILURE_RETRY(unlinkat(operation->folder, operation->name, AT_REMOVEDIR));
    return result;
}

/* The type and size must be those that the object was given. */
int operation_check_attributes(const struct operation *operation, const struct statx *facts)
{
    const struct operation_setup *setup = operation->setup;
    if ((facts->stx_mode & S_IFMT) != (setup->directories ? S_IFDIR : S_IFREG))
        return -EBADMSG;
    return setup->directories || facts->stx_size == setup->object_bytes ? 0 : -EBADMSG;
}

static int stat_object(struct operation *operation)
{
    struct statx facts;
    int result;
    while ((result = statx(operation->folder, operation->name, AT_SYMLINK_NOFOLLOW,
                           STATX_BASIC_STATS, &facts)) &&
           errno == EINTR)
        operation->retries++;
    if (result)
        return -errno;
    operation->size = facts.stx_size;
    operation->modified_ns = facts.stx_mtime.tv_sec * INT64_C(1000000000) + facts.stx_mtime.tv_nsec;
    return operation_check_attributes(operation, &facts);
}

/* Fills the buffer as far as the file goes; returns the number of bytes, or -errno. */
static ssize_t read_buffer(struct operation *operation, int fd, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        const ssize_t moved = read(fd, operation->buffer + done, bytes - done);
        if (moved > 0)
            done += (size_t)moved;
        else if (moved == 0)
            break;
        else if (errno != EINTR)
            return -errno;
        else
            operation->retries++;
    }
    operation->bytes += (int64_t)done;
    return (ssize_t)done;
}

static int check_object(struct operation *operation, int fd)
{
    size_t bytes;
    while ((bytes = operation_next_bytes(operation)) > 0) {
        content_poison(operation->buffer, bytes);
        const ssize_t got = read_buffer(operation, fd, bytes);
        const int result =
            got < 0 ? (int)got : operation_check_content(operation, bytes, (size_t)got);
        if (result)
            return result;
    }
    return operation_check_end(operation, read_buffer(operation, fd, 1));
}

static int open_file(struct operation *operation)
{
    const int fd = open_object(operation, O_RDONLY);
    if (fd < 0)
        return fd;
    operation_end_part(operation, PART_TRANSFER, clock_now_ns());
    const int result = check_object(operation, fd);
    operation_end_part(operation, PART_CLOSE, clock_now_ns());
    return close_object(fd, result);
}

static int open_directory(struct operation *operation)
{
    const int fd = open_object(operation, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return fd;
    operation_end_part(operation, PART_CLOSE, clock_now_ns());
    return close_object(fd, 0);
}

/* True if the entries are those of an empty directory. */
static bool holds_nothing(const unsigned char *entries, ssize_t bytes)
{
    for (ssize_t at = 0; at < bytes;) {
        const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            return false;
        at += entry->d_reclen;
    }
    return true;
}

/* Lists an object that is a directory: it is empty. */
static int list_directory(struct operation *operation)
{
    const int fd = open_object(operation, O_RDONLY | O_DIRECTORY);
    int result = 0;
    ssize_t got = 1;
    if (fd < 0)
        return fd;
    while (!result && got) {
        got = getdents64(fd, operation->buffer, operation->buffer_bytes);
        if (got < 0 && errno == EINTR)
            operation->retries++;
        else if (got < 0)
            result = -errno;
        else if (!holds_nothing(operation->buffer, got))
            result = -ENOTEMPTY;
    }
    return close_object(fd, result);
}

static int find_directory(struct operation *operation)
{
    const int result = stat_object(operation);
    return result ? result : list_directory(operation);
}

static int remove_object(struct operation *operation, int flags)
{
    int result;
    while ((result = unlinkat(operation->folder, operation->name, flags) ? -errno : 0) == -EINTR)
        operation->retries++;
    return result ? result : sync_folder(operation);
}

static int remove_file(struct operation *operation)
{
    return remove_object(operation, 0);
}

static int remove_directory(struct operation *operation)
{
    return remove_object(operation, AT_REMOVEDIR);
}

bool operation_may_replace(struct operation *operation, int result)
{
    operation->may_replace |= result == -EINVAL || result == -ENOSYS;
    return operation->may_replace;
}

static int rename_checked(struct operation *operation)
{
    struct stat facts;
    if (!fstatat(operation->folder, operation->other, &facts, AT_SYMLINK_NOFOLLOW))
        return -EEXIST;
    if (errno != ENOENT)
        return -errno;
    return renameat(operation->folder, operation->name, operation->folder, operation->other)
               ? -errno
               : 0;
}

static int rename_object(struct operation *operation)
{
    int result = 0;
    objects_write_other_name(operation->name, operation->other);
    while (!operation->may_replace &&
           (result = renameat2(operation->folder, operation->name, operation->folder,
                               operation->other, RENAME_NOREPLACE)
                         ? -errno
                         : 0) == -EINTR)
        operation->retries++;
    if (operation_may_replace(operation, result))
        while ((result = rename_checked(operation)) == -EINTR)
            operation->retries++;
    return result ? result : sync_folder(operation);
}

static const struct operation_kind kinds[PHASE_COUNT] = {
    [PHASE_CREATE] = {.phase = PHASE_CREATE,
                      .creates = true,
                      .opens = true,
                      .on_file = create_file,
                      .on_directory = create_directory},
    [PHASE_STAT] = {.phase = PHASE_STAT,
                    .shifts = 1,
                    .on_file = stat_object,
                    .on_directory = stat_object},
    [PHASE_OPEN] = {.phase = PHASE_OPEN,
                    .shifts = 2,
                    .opens = true,
                    .on_file = open_file,
                    .on_directory = open_directory},
    [PHASE_RENAME] = {.phase = PHASE_RENAME,
                      .shifts = 3,
                      .renames = true,
                      .on_file = rename_object,
                      .on_directory = rename_object},
    [PHASE_READDIR] = {.phase = PHASE_READDIR,
                       .shifts = 4,
                       .lists = true,
                       .on_directory = list_directory},
    [PHASE_FIND] = {.phase = PHASE_FIND,
                    .shifts = 5,
                    .lists = true,
                    .on_file = stat_object,
                    .on_directory = find_directory},
    [PHASE_REMOVE] = {.phase = PHASE_REMOVE,
                      .shifts = 3,
                      .removes = true,
                      .on_file = remove_file,
                      .on_directory = remove_directory},
};

const struct operation_kind *operation_kind_of(enum phase_id phase)
{
    return &kinds[phase];
}
