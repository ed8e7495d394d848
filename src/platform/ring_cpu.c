/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
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

/* The kernel names them after the thread that owns the ring. */
int64_t thread_ring_cpu_ns(void)
{
    char wanted[32];
    char line[128];
    int64_t sum_ns = 0;
    int64_t cpu_ns;
    snprintf(wanted, sizeof wanted, "iou-wrk-%ld\n", syscall(SYS_gettid));
    DIR *threads = opendir("/proc/self/task");
    const struct dirent *entry;
    while (threads && (entry = readdir(threads)))
        if (read_line(entry->d_name, "comm", line, sizeof line) && !strcmp(line, wanted) &&
            read_line(entry->d_name, "schedstat", line, sizeof line) &&
            sscanf(line, "%" SCNd64, &cpu_ns) == 1)
            sum_ns += cpu_ns;
    if (threads)
        closedir(threads);
    return sum_ns;
}
