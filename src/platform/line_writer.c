/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/line_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/clock.h"
#include "platform/output_file.h"
#include "platform/thread.h"

enum { QUEUE = 64, HEAD_MOST = 64 };

struct line {
    char *text; /* owned */
    size_t length;
};

/* The thread holds the lock only between its calls to the kernel. */
struct line_writer {
    char *path; /* owned */
    struct thread thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct line queue[QUEUE];
    uint32_t first;
    uint32_t count;
    uint64_t handled; /* lines that were taken from the queue and written, or lost */
    bool closing;
    bool ended;   /* the thread accesses nothing any more */
    bool left;    /* the thread was left behind and frees everything */
    int lost;     /* errno of the first loss; 0: none */
    bool noted;   /* it was reported */
    int fd;       /* the thread's own, as all below; -1: not open */
    bool fifo;    /* by its path: another reader may come */
    bool useless; /* there will be none */
};

bool line_writer_is_stdout(const char *path)
{
    return !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

static int refuse(const char *path, int error, struct failure *why)
{
    char shown[PATH_TEXT];
    return failure_system(why, error, "cannot write '%s'", path_text(path, shown));
}

/* Lines may be appended to an empty file. */
static bool begins_with(int fd, const char *head)
{
    char found[HEAD_MOST];
    const size_t length = strlen(head);
    const ssize_t got = pread(fd, found, length, 0);
    return got == 0 || (got == (ssize_t)length && !memcmp(found, head, length));
}

int line_writer_check(const char *path, const char *head, struct failure *why)
{
    struct stat facts;
    char shown[PATH_TEXT];
    if (line_writer_is_stdout(path))
        return 0;
    if (stat(path, &facts))
        return output_file_check(path, false, why);
    if (!S_ISREG(facts.st_mode))
        return S_ISDIR(facts.st_mode) ? refuse(path, EISDIR, why)
               : access(path, W_OK)   ? refuse(path, errno, why)
                                      : 0;
    const int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    if (fd < 0)
        return refuse(path, errno, why);
    const bool own = begins_with(fd, head);
    close(fd);
    return own ? 0
               : failure_set(why, -EEXIST, "'%s' holds something else; name another file",
                             path_text(path, shown));
}

/* Waits for the reader of a FIFO. */
static int open_path(struct line_writer *writer)
{
    struct stat facts;
    if (line_writer_is_stdout(writer->path))
        return STDOUT_FILENO;
    const int fd = open(writer->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    writer->fifo = fd >= 0 && !fstat(fd, &facts) && S_ISFIFO(facts.st_mode);
    return fd;
}

static void close_path(struct line_writer *writer)
{
    if (writer->fd >= 0 && writer->fd != STDOUT_FILENO)
        close(writer->fd);
    writer->fd = -1;
}

/* Removes a part of a line, unless another process has appended since. */
static void remove_part(const struct line_writer *writer, size_t written)
{
    struct stat facts;
    const off_t end = lseek(writer->fd, 0, SEEK_CUR);
    if (!fstat(writer->fd, &facts) && S_ISREG(facts.st_mode) && facts.st_size == end)
        (void)!ftruncate(writer->fd, end - (off_t)written);
}

static int write_whole(const struct line_writer *writer, const char *bytes, size_t length)
{
    size_t done = 0;
    while (done < length) {
        const ssize_t written = write(writer->fd, bytes + done, length - done);
        struct pollfd full = {.fd = writer->fd, .events = POLLOUT};
        if (written < 0 && errno == EAGAIN) /* set by another process that shares standard output */
            poll(&full, 1, -1);
        else if (written < 0 && errno != EINTR) {
            const int error = errno;
            if (done)
                remove_part(writer, done);
            return error;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

/* Returns 0 or an errno. */
static int deliver(struct line_writer *writer, const struct line *line)
{
    if (writer->useless)
        return EPIPE;
    if (writer->fd < 0 && (writer->fd = open_path(writer)) < 0)
        return errno;
    const int error = write_whole(writer, line->text, line->length);
    if (error == EPIPE) {
        writer->useless = !writer->fifo;
        close_path(writer);
    }
    return error;
}

static void destroy(struct line_writer *writer)
{
    for (uint32_t i = 0; i < writer->count; i++)
        free(writer->queue[(writer->first + i) % QUEUE].text);
    close_path(writer);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer->path);
    free(writer);
}

static void run(void *argument)
{
    struct line_writer *writer = argument;
    pthread_mutex_lock(&writer->lock);
    while (!writer->left && (writer->count || !writer->closing)) {
        if (!writer->count) {
            pthread_cond_wait(&writer->changed, &writer->lock);
            continue;
        }
        const struct line line = writer->queue[writer->first];
        writer->first = (writer->first + 1) % QUEUE;
        writer->count--;
        pthread_mutex_unlock(&writer->lock);
        const int error = deliver(writer, &line);
        free(line.text);
        pthread_mutex_lock(&writer->lock);
        writer->handled++;
        if (error && !writer->lost)
            writer->lost = error;
        pthread_cond_broadcast(&writer->changed);
    }
    writer->ended = true;
    const bool left = writer->left;
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
    if (left)
        destroy(writer);
}

int line_writer_open(struct line_writer **writer, const char *path, struct failure *why)
{
    pthread_condattr_t attributes;
    struct line_writer *made = calloc(1, sizeof *made);
    *writer = NULL;
    if (!made || !(made->path = strdup(path))) {
        free(made);
        return failure_set(why, -ENOMEM, "not enough memory");
    }
    made->fd = -1;
    pthread_mutex_init(&made->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (thread_start(&made->thread, "tm-live", run, made, why)) {
        destroy(made);
        return why->code;
    }
    *writer = made;
    return 0;
}

void line_writer_put(struct line_writer *writer, const char *line, size_t length)
{
    char *text = writer ? malloc(length) : NULL;
    if (!text)
        return;
    memcpy(text, line, length);
    pthread_mutex_lock(&writer->lock);
    if (writer->count == QUEUE) {
        free(writer->queue[writer->first].text);
        writer->first = (writer->first + 1) % QUEUE;
        writer->count--;
        writer->lost = writer->lost ? writer->lost : EAGAIN;
    }
    writer->queue[(writer->first + writer->count++) % QUEUE] =
        (struct line){.text = text, .length = length};
    pthread_cond_broadcast(&writer->changed);
    pthread_mutex_unlock(&writer->lock);
}

/* Under the lock. */
static bool take_trouble(struct line_writer *writer, struct failure *why)
{
    const int error = writer->noted ? 0 : writer->lost;
    writer->noted |= error != 0;
    if (error == EAGAIN)
        failure_set(why, -EAGAIN, "its reader is too slow, or there is none");
    else if (error)
        failure_set(why, -error, "%s", strerror(error));
    return error != 0;
}

bool line_writer_trouble(struct line_writer *writer, struct failure *why)
{
    if (!writer)
        return false;
    pthread_mutex_lock(&writer->lock);
    const bool any = take_trouble(writer, why);
    pthread_mutex_unlock(&writer->lock);
    return any;
}

/* Waits while lines are written; true once the thread has ended. */
static bool await_end(struct line_writer *writer, int64_t limit_ns)
{
    uint64_t handled = UINT64_MAX;
    struct timespec until;
    int timed_out = 0;
    while (!writer->ended && !timed_out) {
        if (handled != writer->handled) {
            const int64_t until_ns = clock_now_ns() + limit_ns;
            until = (struct timespec){.tv_sec = until_ns / 1000000000,
                                      .tv_nsec = until_ns % 1000000000};
            handled = writer->handled;
        }
        timed_out = pthread_cond_timedwait(&writer->changed, &writer->lock, &until);
    }
    return writer->ended;
}

bool line_writer_close(struct line_writer *writer, int64_t limit_ns, struct failure *why)
{
    if (!writer)
        return false;
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_broadcast(&writer->changed);
    const bool ended = await_end(writer, limit_ns);
    if (!ended) {
        writer->lost = writer->lost ? writer->lost : EAGAIN;
        writer->left = true;
        thread_detach(&writer->thread);
    }
    const bool trouble = take_trouble(writer, why);
    pthread_mutex_unlock(&writer->lock);
    if (ended) {
        thread_join(&writer->thread);
        destroy(writer);
    }
    return trouble;
}
