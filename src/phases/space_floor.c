#include "space_floor.h"

#include <errno.h>

#include "platform/space.h"

enum { LOOK_EVERY_NS = 1000 * 1000 * 1000 };

bool space_floor_kept(struct phase *phase, int64_t now_ns)
{
    const struct run *run = phase->run;
    uint64_t floor = run->options->free_space_floor;
    uint64_t bytes = pipeline_bytes(phase->pipeline);
    if (phase->shortage.code)
        return false;
    if (!floor || !phase->kind->writes || !run->cluster->leader || bytes == phase->space_bytes ||
        now_ns - phase->space_seen_ns < LOOK_EVERY_NS)
        return true;
    phase->space_seen_ns = now_ns;
    phase->space_bytes = bytes;
    const char *path = phase->parts[0].path;
    int percent = space_free_percent(path);
    if (percent < 0 || (uint64_t)percent >= floor)
        return true;
    failure_set(&phase->shortage, -ENOSPC,
                "stopped writing to '%s': %d %% of its file system are free, less than "
                "--free-space-floor %llu",
                path, percent, (unsigned long long)floor);
    return false;
}
