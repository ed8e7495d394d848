#include "plan/limits.h"

int64_t limits_due_by_rate(const struct limits *limits, uint64_t bytes)
{
    __extension__ typedef unsigned __int128 wide;
    wide due_ns = (wide)bytes * 1000000000U / limits->writer_rate;
    return due_ns > INT64_MAX ? INT64_MAX : (int64_t)due_ns;
}
