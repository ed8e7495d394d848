/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"

enum { PATIENCE_MS = 60000, PIECE = 65536, MS_NS = 1000000 };

/* The input as a file in memory, so that writing it cannot block on a child that does not read. */
static int open_input(const struct text *input)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < input->length;) {
        const ssize_t written = write(fd, input->data + done, input->length - done);
        if (written < 0 && errno != EINTR) {
            const int error = errno;
            close(fd);
            return -error;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd < 0 ? -errno : fd;
}

/* Reads until the child closes its end; 0 or -errno. */
static int read_output(int fd, struct text *output)
{
    const int64_t until_ns = clock_now_ns() + (int64_t)PATIENCE_MS * MS_NS;
    char piece[PIECE];
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        const int64_t left_ms = (until_ns - clock_now_ns()) / MS_NS;
        const int events = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
        if (events == 0)
            return -ETIMEDOUT;
        const ssize_t got = events > 0 ? read(fd, piece, sizeof piece) : -1;
        if (got == 0)
            return output->failed ? -ENOMEM : 0;
        if (got > 0)
            text_add_bytes(output, piece, (size_t)got);
        else if (errno != EINTR)
            return -errno;
    }
}

static int spawn(const char *const *arguments, int input, int output, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    char path[4096];
    char home[4096];
    const char *found = getenv("PATH");
    const char *place = getenv("HOME");
    snprintf(path, sizeof path, "PATH=%s", found ? found : "/usr/bin:/bin");
    snprintf(home, sizeof home, "HOME=%s", place ? place : "/nonexistent");
    char locale[] = "LC_ALL=C.UTF-8";
    char *const environment[] = {path, home, locale, NULL};
    int result = posix_spawn_file_actions_init(&actions);
    if (result)
        return -result;
    result = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!result)
        result = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!result)
        result =
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!result) /* the type of exec's list is older than const */
        result = posix_spawnp(child, arguments[0], &actions, NULL,
                              (char *const *)(uintptr_t)arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return -result;
}

/* Waits for its end; 0, or -EIO if it did not end well. */
static int join(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int run(const char *const *arguments, int input, struct text *output)
{
    int ends[2];
    pid_t child;
    if (pipe2(ends, O_CLOEXEC))
        return -errno;
    int result = spawn(arguments, input, ends[1], &child);
    close(ends[1]);
    if (!result) {
        result = read_output(ends[0], output);
        if (result)
            kill(child, SIGKILL);
        const int end = join(child);
        result = result ? result : end;
    }
    close(ends[0]);
    return result;
}

int child_filter(const char *const *arguments, const struct text *input, struct text *output,
                 struct failure *why)
{
    const int fd = open_input(input);
    const int result = fd < 0 ? fd : run(arguments, fd, output);
    if (fd >= 0)
        close(fd);
    return result ? failure_system(why, -result, "cannot run '%s'", arguments[0]) : 0;
}
