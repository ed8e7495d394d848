/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/limits.h"

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
