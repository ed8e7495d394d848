/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "path_text.h"

static int refuse(const char *path, int error, struct failure *why)
{
    char shown[PATH_TEXT];
    if (!strcmp(path, "-"))
        return failure_system(why, error, "cannot write to standard output");
    return failure_system(why, error, "cannot write '%s'", path_text(path, shown));
}

/* Neither a regular file nor one that does not exist yet. */
static bool is_stream(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

static int open_temporary(struct output_file *file)
{
    if (asprintf(&file->temporary, "%s.tmp.%ld", file->path, (long)getpid()) < 0) {
        file->temporary = NULL;
        return -ENOMEM;
    }
    int fd = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    file->stream = fdopen(fd, "w");
    return file->stream ? 0 : -ENOMEM;
}

static int open_stream(struct output_file *file)
{
    file->stream = strcmp(file->path, "-") != 0 ? fopen(file->path, "we") : stdout;
    return file->stream ? 0 : -errno;
}

void output_file_discard(struct output_file *file)
{
    if (file->stream && file->stream != stdout)
        fclose(file->stream);
    if (file->temporary)
        unlink(file->temporary);
    free(file->temporary);
    *file = (struct output_file){0};
}

int output_file_open(struct output_file *file, const char *path, bool overwrite,
                     struct failure *why)
{
    struct stat facts;
    char shown[PATH_TEXT];
    *file = (struct output_file){.path = path, .overwrite = overwrite};
    const bool in_place = !strcmp(path, "-") || is_stream(path);
    if (!in_place && !overwrite && lstat(path, &facts) == 0)
        return failure_set(why, -EEXIST, "'%s' exists; name another file, or add --overwrite",
                           path_text(path, shown));
    const int result = in_place ? open_stream(file) : open_temporary(file);
    if (!result)
        return 0;
    output_file_discard(file);
    return refuse(path, -result, why);
}

int output_file_check(const char *path, bool overwrite, struct failure *why)
{
    struct output_file file;
    if (!strcmp(path, "-") || is_stream(path))
        return 0;
    if (output_file_open(&file, path, overwrite, why))
        return why->code;
    output_file_discard(&file);
    return 0;
}

/* Without permission to replace, linkat alone does not replace a file that appeared meanwhile; file
 * systems without links get a rename. */
static int put_in_place(const struct output_file *file)
{
    if (file->overwrite)
        return rename(file->temporary, file->path) ? -errno : 0;
    if (link(file->temporary, file->path) == 0)
        return unlink(file->temporary) ? -errno : 0;
    if (errno == EEXIST)
        return -EEXIST;
    return rename(file->temporary, file->path) ? -errno : 0;
}

int output_file_piece(const char *bytes, size_t length, void *stream)
{
    return fwrite(bytes, 1, length, stream) == length ? 0 : -1;
}

int output_file_close(struct output_file *file, struct failure *why)
{
    int result = fflush(file->stream) || ferror(file->stream) ? -(errno ? errno : EIO) : 0;
    if (!result && file->temporary && fsync(fileno(file->stream)))
        result = -errno;
    if (!result && file->temporary)
        result = put_in_place(file);
    if (result)
        refuse(file->path, -result, why);
    if (!result) {
        free(file->temporary);
        file->temporary = NULL;
    }
    output_file_discard(file);
    return result;
}

/* Without locks, as some file systems have none, one write with O_APPEND has to do. */
static void lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    while (fcntl(fd, F_OFD_SETLKW, &whole) && errno == EINTR) {
    }
}

/* Does the file begin with this text? */
static bool begins_with(int fd, const char *header)
{
    const size_t length = strlen(header);
    char *head = malloc(length + 1);
    const bool same =
        head && pread(fd, head, length, 0) == (ssize_t)length && !memcmp(head, header, length);
    free(head);
    return same;
}

static int append(int fd, off_t size, const struct text *lines)
{
    const ssize_t written = write(fd, lines->data, lines->length);
    if (written == (ssize_t)lines->length)
        return fsync(fd) && errno != EINVAL ? -errno : 0;
    const int error = written < 0 ? errno : ENOSPC;
    return written > 0 && ftruncate(fd, size) ? -errno : -error;
}

int output_file_append(const char *path, const char *header, const char *rows, struct failure *why)
{
    struct stat facts;
    struct text lines = {0};
    char shown[PATH_TEXT];
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return refuse(path, errno, why);
    lock(fd);
    int result = fstat(fd, &facts) ? -errno : 0;
    if (!result && facts.st_size && !begins_with(fd, header)) {
        close(fd);
        return failure_set(why, -EINVAL, "'%s' has other columns; name another file",
                           path_text(path, shown));
    }
    if (!result && rows[0]) {
        text_add(&lines, "%s%s", facts.st_size ? "" : header, rows);
        result = lines.failed ? -ENOMEM : append(fd, facts.st_size, &lines);
    }
    text_release(&lines);
    close(fd);
    return result ? refuse(path, -result, why) : 0;
}

int output_folder_create(const char *path, struct failure *why)
{
    return mkdir(path, 0777) && errno != EEXIST ? refuse(path, errno, why) : 0;
}
