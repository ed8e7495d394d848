/* SPDX-License-Identifier: Apache-2.0 */
#include "space_floor.h"

#include <errno.h>

#include "phase.h"
#include "platform/space.h"

enum { LOOK_EVERY_NS = 1000 * 1000 * 1000 };

bool space_floor_check(struct phase *phase, uint64_t bytes, int64_t now_ns)
{
    const struct run *run = phase->run;
    uint64_t floor = phase->prepared->settings->free_space_floor;
    if (phase->watch.space.shortage.code)
        return false;
    if (!floor || !phase->kind->writes || !run->cluster->leader ||
        bytes == phase->watch.space.bytes || now_ns - phase->watch.space.checked_ns < LOOK_EVERY_NS)
        return true;
    phase->watch.space.checked_ns = now_ns;
    phase->watch.space.bytes = bytes;
    const struct dataset *dataset = phase->dataset;
    const char *path = dataset->folder ? dataset->folder : dataset->parts[0].path;
    int percent = space_free_percent(path);
    if (percent < 0 || (uint64_t)percent >= floor)
        return true;
    failure_set(&phase->watch.space.shortage, -ENOSPC,
                "stopped writing to '%s': %d %% of its file system are free, less than "
                "--free-space-floor %llu",
                path, percent, (unsigned long long)floor);
    return false;
}
