/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain loop that metadata phases are compared with: names_plain DIRECTORY PROCESSES OBJECTS.
 * Each process creates, inspects and removes empty files in a directory of its own, with the system
 * calls of tidemill. Prints "create SECONDS CPU_SECONDS" and so on, of all processes: the slowest,
 * and the sum.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OPERATIONS = 3 };

struct shared {
    _Atomic int arrived[OPERATIONS];
    double seconds[OPERATIONS][64];
    double cpu_seconds[OPERATIONS][64];
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

static void work(struct shared *shared, const char *path, int process, int processes, long objects)
{
    static int (*const operations[OPERATIONS])(int, const char *) = {create_one, stat_one,
                                                                     remove_one};
    const int folder = open(path, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < OPERATIONS; i++) {
        shared->arrived[i]++;
        while (shared->arrived[i] < processes)
            usleep(100);
        const double start = now(CLOCK_MONOTONIC);
        const double cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        for (long object = 0; object < objects; object++) {
            char name[32];
            snprintf(name, sizeof name, "p%d.%ld", process, object);
            if (operations[i](folder, name)) {
                perror(name);
                _exit(1);
            }
        }
        shared->seconds[i][process] = now(CLOCK_MONOTONIC) - start;
        shared->cpu_seconds[i][process] = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    }
    _exit(0);
}

int main(int argc, char **argv)
{
    static const char *const names[OPERATIONS] = {"create", "stat", "remove"};
    const int processes = argc == 4 ? atoi(argv[2]) : 0;
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (processes < 1 || processes > 64 || shared == MAP_FAILED)
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
        double slowest = 0;
        double cpu = 0;
        for (int process = 0; process < processes; process++) {
            slowest = shared->seconds[i][process] > slowest ? shared->seconds[i][process] : slowest;
            cpu += shared->cpu_seconds[i][process];
        }
        printf("%s %.9f %.9f\n", names[i], slowest, cpu);
    }
    return failed;
}
