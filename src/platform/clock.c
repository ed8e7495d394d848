/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/clock.h"

#include <errno.h>
#include <time.h>

enum { NS_PER_S = 1000000000 };

static int64_t read_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t clock_wall_ns(void)
{
    return read_ns(CLOCK_REALTIME);
}

int64_t clock_thread_cpu_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

void clock_sleep_ns(int64_t duration_ns)
{
    if (duration_ns <= 0)
        return;
    int64_t until_ns;
    if (__builtin_add_overflow(clock_now_ns(), duration_ns, &until_ns))
        until_ns = INT64_MAX;
    clock_sleep_until_ns(until_ns);
}

/* An absolute time, so that frequent signals do not lengthen the sleep. */
void clock_sleep_until_ns(int64_t until_ns)
{
    const struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static struct tm utc_now(void)
{
    struct tm parts = {.tm_mday = 1, .tm_year = 70};
    const time_t now = time(NULL);
    gmtime_r(&now, &parts);
    return parts;
}

void clock_utc(char out[CLOCK_TEXT])
{
    const struct tm now = utc_now();
    if (strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &now) == 0)
        out[0] = 0;
}

void clock_utc_compact(char out[CLOCK_TEXT])
{
    const struct tm now = utc_now();
    if (strftime(out, CLOCK_TEXT, "%Y%m%dT%H%M%SZ", &now) == 0)
        out[0] = 0;
}
