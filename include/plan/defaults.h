/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolves options that are not given from those that are and from what each rank may use. Pure:
 * the same options and capacity give the same result on every rank. A default never causes a
 * refusal; given values are never changed, except that a synchronous engine has depth 1.
 * Those of a preset describe one rank with the memory of a node: they are divided, and shrink. */
#ifndef TIDEMILL_PLAN_DEFAULTS_H
#define TIDEMILL_PLAN_DEFAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "options/options.h"

/* What one rank may use: the smallest over all ranks, so that all resolve the same. */
struct capacity {
    uint32_t cpus;
    uint64_t memory_bytes;
    uint64_t cache_bytes; /* its share of the last-level cache; 0 = not known */
    uint32_t depth_max;   /* of the engine; 1 = synchronous */
    uint32_t node_ranks;  /* ranks of the node with the most; 0 counts as 1 */
    uint32_t batch;       /* requests that a synchronous engine sends together; 0, 1: none */
    bool null_target;     /* /dev/null: write only, no fsync */
    bool single_file;     /* a target is a file or a device: layout shared */
    bool names_only;      /* no phase moves bytes */
    bool creates;         /* a phase creates objects */
    bool mixed;           /* a phase reads and writes: it needs buffers for each */
};

/* From 8 CPUs on, what the benchmark that preceded this one used on a node. */
struct usual {
    uint64_t cpus; /* at least */
    uint64_t buffer_size_bytes;
    uint64_t writers;
    uint64_t buffer_count;
};

const struct usual *usual_for(uint64_t cpus);

/* Sets the list of phases if it is not given: "write,read", or "write" if nothing can be read.
 * -ENOMEM. */
int defaults_fit_run(struct run_settings *run, bool null_target, struct failure *why);

/* Sets buffer size and count, producers, writers, depth, fsync, size, objects and seed (from
 * 'random') if they are not given. -EINVAL if the given values exclude each other. */
int defaults_fit(struct settings *settings, const struct capacity *capacity, uint64_t random,
                 struct failure *why);

/* Sent by rank 0, so that every rank resolves settings to the same values. */
struct resolution {
    struct capacity capacity;
    uint64_t random;      /* of the seed */
    uint64_t space_bytes; /* what the targets can take; if nothing is written, what they hold */
    uint32_t ranks;
    bool reads_whole; /* nothing is written and no result of an earlier run is read */
    bool undivided;   /* the files that are read were planned like those of version 0.1.0 */
};

/* Returns true if only --time ends a phase. */
bool settings_are_open(const struct settings *settings);

/* Resolves every value that adapts: defaults_fit, and a size for a data set that has none. Pure.
 * -EINVAL, -ENOSPC if the targets have no free space. */
int settings_resolve(struct settings *settings, const struct resolution *with, struct failure *why);

#endif
