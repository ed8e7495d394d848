/* SPDX-License-Identifier: Apache-2.0 */
/* A minimal program to compare with: processes that take turns in one shared file, each calling
 * pwrite or pread for one turn after the other from the same buffer. Prints the seconds from the
 * start of the first to the end of the last, and the CPU seconds of all together.
 *
 *   interleave_plain write|read FILE TURN TURNS PROCESSES */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"

static int die(const char *what)
{
    perror(what);
    return 1;
}

static int transfer_every(const char *path, bool writes, size_t turn, size_t turns, size_t first,
                          size_t step)
{
    const int fd = open(path, O_RDWR | O_CREAT, 0600);
    char *memory = aligned_alloc(4096, (turn + 4095) / 4096 * 4096);
    if (fd < 0 || !memory)
        return die(path);
    memset(memory, (int)first + 1, turn);
    for (size_t i = first; i < turns; i += step) {
        const off_t at = (off_t)(i * turn);
        const ssize_t moved = writes ? pwrite(fd, memory, turn, at) : pread(fd, memory, turn, at);
        if (moved != (ssize_t)turn)
            return die("transfer");
    }
    free(memory);
    return close(fd) ? die("close") : 0;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const size_t processes = strtoul(argv[5], NULL, 10);
    const int64_t start_ns = clock_now_ns();
    int failed = 0;
    for (size_t i = 0; i < processes; i++) {
        const pid_t child = fork();
        if (child < 0)
            return die("fork");
        if (!child)
            _exit(transfer_every(argv[2], strcmp(argv[1], "write") == 0, strtoul(argv[3], NULL, 10),
                                 strtoul(argv[4], NULL, 10), i, processes));
    }
    for (int status; wait(&status) > 0;)
        failed |= status != 0;
    const double seconds = (double)(clock_now_ns() - start_ns) / 1e9;
    struct rusage used;
    getrusage(RUSAGE_CHILDREN, &used);
    printf("%.9f %.9f\n", seconds,
           (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
    return failed;
}
