/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded: falsifies clocks that tidemill must not use, on one rank. TIDEMILL_LIE is "rank:kind":
 * ahead1h and ahead10d shift the wall clock, step makes it jump back and forth by an hour at each
 * call, wtime makes MPI_Wtime run a million times as fast. CLOCK_MONOTONIC is correct. Each error
 * is longer than any run, so that it differs from the effects of a slow machine.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const char *clock_error(void)
{
    const char *setting = getenv("TIDEMILL_LIE");
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    if (!setting || !rank || strtol(setting, NULL, 10) != strtol(rank, NULL, 10) ||
        !strchr(setting, ':'))
        return "";
    return strchr(setting, ':') + 1;
}

static int64_t error_seconds(void)
{
    static int calls;
    const char *kind = clock_error();
    if (strcmp(kind, "ahead1h") == 0)
        return 3600;
    if (strcmp(kind, "ahead10d") == 0)
        return INT64_C(864000);
    if (strcmp(kind, "step") == 0)
        return __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) % 2 ? 3600 : 0;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += error_seconds();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

double MPI_Wtime(void)
{
    double honest = PMPI_Wtime();
    return strcmp(clock_error(), "wtime") == 0 ? 1e6 * honest : honest;
}
