/* SPDX-License-Identifier: Apache-2.0 */
/* A minimal program to compare with: one thread calls pwrite or pread for one buffer after the
 * other, once through the file. Prints bytes per second, and CPU time per GiB in ns.
 *
 *   plain write|read FILE BYTES REQUEST BUFFERS */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/clock.h"

static int die(const char *what)
{
    perror(what);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    const int writes = strcmp(argv[1], "write") == 0;
    const int fd = open(argv[2], O_RDWR | O_CREAT, 0600);
    const size_t bytes = strtoull(argv[3], NULL, 10);
    const size_t request = strtoull(argv[4], NULL, 10);
    const size_t buffers = strtoull(argv[5], NULL, 10);
    char *memory = aligned_alloc(4096, request * buffers);
    if (fd < 0 || !memory)
        return die(argv[2]);
    for (size_t i = 0; i < request * buffers; i++)
        memory[i] = (char)(i * 2654435761U >> 13);
    const int64_t start_ns = clock_now_ns();
    const int64_t cpu_ns = clock_thread_cpu_ns();
    for (size_t at = 0, turn = 0; at < bytes; at += request, turn = (turn + 1) % buffers) {
        const ssize_t moved = writes ? pwrite(fd, memory + turn * request, request, (off_t)at)
                                     : pread(fd, memory + turn * request, request, (off_t)at);
        if (moved != (ssize_t)request)
            return die("transfer");
    }
    if (writes && fsync(fd))
        return die("fsync");
    const int64_t took_ns = clock_now_ns() - start_ns;
    printf("%.0f %.0f\n", (double)bytes * 1e9 / (double)took_ns,
           (double)(clock_thread_cpu_ns() - cpu_ns) * 0x1p30 / (double)bytes);
    close(fd);
    return 0;
}
