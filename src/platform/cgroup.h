/*
 * The memory limit of this process's control groups (versions 1 and 2, also inside a container,
 * where only a part of the tree is mounted).
 */
#ifndef TIDEMILL_PLATFORM_CGROUP_H
#define TIDEMILL_PLATFORM_CGROUP_H

#include <stdint.h>

#include "mounts.h"

/* Returns the smallest limit between the process's group and the root, in bytes; UINT64_MAX if
 * there is none. 'membership' is /proc/self/cgroup or a file with its format. */
uint64_t cgroup_memory_limit(const char *membership, const struct mounts *mounts);

#endif
