/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits that control groups set for this process: versions 1 and 2, also mixed, nested, and
 * inside a container, where only a part of the tree is mounted. On the path from the process's own
 * group to the root, the tightest limit counts. 'root' replaces "/" ("" for this host).
 */
#ifndef TIDEMILL_PLATFORM_CGROUP_H
#define TIDEMILL_PLATFORM_CGROUP_H

#include <stdint.h>

#include "base/failure.h"
#include "record/record.h"

enum { CGROUP_NAME = 128 };

struct cgroup_limit {
    int64_t value;           /* smallest limit on the path; -1 = none */
    int64_t free;            /* the least that a limit on the path leaves; -1 = not known */
    char group[CGROUP_NAME]; /* the group that leaves least: "/job/step" */
};

struct cgroup_limits {
    struct cgroup_limit cpu;    /* quota, in thousandths of a core */
    struct cgroup_limit memory; /* bytes; the page cache counts as free */
    struct cgroup_limit tasks;  /* pids.max: processes and threads */
    struct cgroup_limit huge;   /* bytes of explicit huge pages of the default size */
    char cpus[RECORD_LINE];     /* of the cpuset, as "0-3,8"; "" = not known */
};

void cgroup_detect(const char *root, struct cgroup_limits *limits);

/* How often the CPU quota was used up; differences of two readings count. All 0 without quota. */
struct cgroup_throttling {
    int64_t periods;
    int64_t throttled_periods;
    int64_t throttled_ns; /* sum over the cores */
};

void cgroup_read_throttling(const char *root, struct cgroup_throttling *throttling);

/* Sets the caps of the device's rates, -1 where there is none, from its number "8:16". */
void cgroup_read_caps(const char *root, const char *number, struct record_block_device *device);

#endif
