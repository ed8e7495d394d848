/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain loop that metadata phases are compared with: names_plain DIRECTORY PROCESSES OBJECTS.
 * Each process creates, inspects, lists, finds and removes empty files in a directory of its own,
 * with the system calls of tidemill and names as long, on a core of its own where there are enough.
 * Prints "create SECONDS CPU_SECONDS" and so on: from the first start to the last end, and the sum
 * of the processes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OPERATIONS = 5, PROCESSES = 64 };

struct shared {
    _Atomic int arrived[OPERATIONS];
    double start[OPERATIONS][PROCESSES];
    double end[OPERATIONS][PROCESSES];
    double cpu_seconds[OPERATIONS][PROCESSES];
};

static double now(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int create_one(int folder, const char *name)
{
    const int fd = openat(folder, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd < 0 ? -1 : close(fd);
}

static int stat_one(int folder, const char *name)
{
    struct statx facts;
    return statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &facts);
}

static int remove_one(int folder, const char *name)
{
    return unlinkat(folder, name, 0);
}

/* Goes through all names; with 'find' it inspects each. Returns how many there are. */
static long list(int folder, int find)
{
    long count = 0;
    DIR *stream = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const struct dirent *entry;
    while (stream && (entry = readdir(stream)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            count += !find || !stat_one(folder, entry->d_name);
    if (stream)
        closedir(stream);
    return count;
}

static int each(int folder, int process, long objects, int (*operation)(int, const char *))
{
    for (long object = 0; object < objects; object++) {
        char name[32];
        snprintf(name, sizeof name, "file.mdtest.%d.%ld", process, object);
        if (operation(folder, name))
            return -1;
    }
    return 0;
}

static int carry_out(int number, int folder, int process, long objects)
{
    switch (number) {
    case 0:
        return each(folder, process, objects, create_one);
    case 1:
        return each(folder, process, objects, stat_one);
    case 4:
        return each(folder, process, objects, remove_one);
    default:
        return list(folder, number == 3) == objects ? 0 : -1;
    }
}

/* Two processes that the scheduler leaves on one core, with the other idle, would measure that. */
static void bind_to_core(int process)
{
    cpu_set_t allowed;
    cpu_set_t own;
    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof allowed, &allowed))
        return;
    int left = process % CPU_COUNT(&allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && left-- == 0)
            CPU_SET(cpu, &own);
    sched_setaffinity(0, sizeof own, &own);
}

static void work(struct shared *shared, const char *path, int process, int processes, long objects)
{
    const int folder = open(path, O_RDONLY | O_DIRECTORY);
    bind_to_core(process);
    for (int i = 0; i < OPERATIONS; i++) {
        shared->arrived[i]++;
        while (shared->arrived[i] < processes)
            usleep(100);
        shared->start[i][process] = now(CLOCK_MONOTONIC);
        const double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        if (carry_out(i, folder, process, objects)) {
            fprintf(stderr, "names_plain: operation %d failed: %s\n", i, strerror(errno));
            _exit(1);
        }
        shared->end[i][process] = now(CLOCK_MONOTONIC);
        shared->cpu_seconds[i][process] = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    static const char *const names[OPERATIONS] = {"create", "stat", "readdir", "find", "remove"};
    const int processes = argc == 4 ? atoi(argv[2]) : 0;
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (processes < 1 || processes > PROCESSES || shared == MAP_FAILED)
        return 2;
    for (int i = 0; i < processes; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/p%d", argv[1], i);
        mkdir(path, 0700);
        if (fork() == 0)
            work(shared, path, i, processes, atol(argv[3]));
    }
    int failed = 0;
    for (int i = 0, status; i < processes; i++)
        failed |= wait(&status) < 0 || status != 0;
    for (int i = 0; i < OPERATIONS && !failed; i++) {
        double first = shared->start[i][0];
        double last = shared->end[i][0];
        double cpu = 0;
        for (int process = 0; process < processes; process++) {
            first = shared->start[i][process] < first ? shared->start[i][process] : first;
            last = shared->end[i][process] > last ? shared->end[i][process] : last;
            cpu += shared->cpu_seconds[i][process];
        }
        printf("%s %.9f %.9f\n", names[i], last - first, cpu);
    }
    return failed;
}
