/*
 * How much memory the control groups above this process allow (versions 1 and 2, also as seen from
 * inside a container, where only a part of the tree is mounted).
 */
#ifndef TIDEMILL_PLATFORM_CGROUP_H
#define TIDEMILL_PLATFORM_CGROUP_H

#include <stdint.h>

#include "mounts.h"

/* The smallest limit between the process's group and the root, in bytes; UINT64_MAX when there is
 * none. 'membership' is /proc/self/cgroup or a file like it. */
uint64_t cgroup_memory_limit(const char *membership, const struct mounts *mounts);

#endif
