/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/limits.h"

static int64_t end_of_tail(const struct limits *limits)
{
    return limits->tail_ns && limits->tail_ns < INT64_MAX - limits->deadline_ns
               ? limits->deadline_ns + limits->tail_ns
               : INT64_MAX;
}

bool limits_tail_over(const struct limits *limits, int64_t now_ns)
{
    return limits_over(limits, now_ns) && (!limits->equalise || now_ns >= end_of_tail(limits));
}

int64_t limits_left(const struct limits *limits, int64_t now_ns)
{
    if (!limits->deadline_ns)
        return INT64_MAX;
    if (now_ns < limits->deadline_ns)
        return limits->deadline_ns - now_ns;
    const int64_t end_ns = end_of_tail(limits);
    if (!limits->equalise || now_ns >= end_ns)
        return 0;
    return end_ns == INT64_MAX ? INT64_MAX : end_ns - now_ns;
}

int64_t limits_due_by_rate(const struct limits *limits, uint64_t bytes)
{
    __extension__ typedef unsigned __int128 wide;
    wide due_ns = (wide)bytes * 1000000000U / limits->writer_rate;
    return due_ns > INT64_MAX ? INT64_MAX : (int64_t)due_ns;
}

uint64_t limits_required(const struct limits *limits)
{
    __extension__ typedef unsigned __int128 wide;
    wide bytes = (wide)limits->writer_rate * (uint64_t)limits->deadline_ns / 1000000000U;
    return bytes > UINT64_MAX ? UINT64_MAX : (uint64_t)bytes;
}
