/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/thread.h"

/* Reads the first line of a file of a thread of this process. */
static bool read_line(const char *thread, const char *file, char *line, int size)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/self/task/%.20s/%s", thread, file);
    FILE *stream = fopen(path, "re");
    const bool found = stream && fgets(line, size, stream);
    if (stream)
        fclose(stream);
    return found;
}

/* Adds the CPU time of the threads of this name: "iou-wrk-" or "iou-sqp-", and the number of the
 * thread that they work for. Returns the number of one of them; 0: there is none. */
static long add_threads(const char *prefix, long number, int64_t *sum_ns)
{
    char wanted[48];
    char line[128];
    long found = 0;
    int64_t cpu_ns;
    snprintf(wanted, sizeof wanted, "%s%ld\n", prefix, number);
    DIR *threads = opendir("/proc/self/task");
    const struct dirent *entry;
    while (threads && (entry = readdir(threads))) {
        if (!read_line(entry->d_name, "comm", line, sizeof line) || strcmp(line, wanted) != 0)
            continue;
        found = strtol(entry->d_name, NULL, 10);
        if (read_line(entry->d_name, "schedstat", line, sizeof line) &&
            sscanf(line, "%" SCNd64, &cpu_ns) == 1)
            *sum_ns += cpu_ns;
    }
    if (threads)
        closedir(threads);
    return found;
}

/* The kernel names them after the thread that owns the ring; with SQPOLL, workers after the thread
 * that submits. */
int64_t thread_ring_cpu_ns(bool sqpoll)
{
    int64_t sum_ns = 0;
    long owner = syscall(SYS_gettid);
    if (sqpoll)
        owner = add_threads("iou-sqp-", owner, &sum_ns);
    if (owner)
        add_threads("iou-wrk-", owner, &sum_ns);
    return sum_ns;
}
