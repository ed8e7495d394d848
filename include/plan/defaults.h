/*
 * Fits what the user left open to what the user gave and to what each rank may use. Pure: the same
 * options and the same capacity give the same result on every rank. A default never causes a
 * refusal; explicit values are never changed, except that a synchronous engine has depth 1.
 */
#ifndef TIDEMILL_PLAN_DEFAULTS_H
#define TIDEMILL_PLAN_DEFAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "options/options.h"

/* What one rank may use: the smallest over all ranks, so that all resolve alike. */
struct capacity {
    uint32_t cpus;
    uint64_t memory_bytes;
    uint64_t cache_bytes; /* its share of the last-level cache; 0 = not known */
    uint32_t depth_max;   /* of the engine that will be used; 1 = synchronous */
    uint32_t batch;       /* requests that a synchronous engine sends together; 0, 1: none */
    bool null_target;     /* /dev/null: write only, no fsync */
    bool single_file;     /* a target is a file or a device: layout shared */
};

/* Fills buffer size and count, producers, writers, depth, phases, fsync, size and seed (from
 * 'random') where they were not given. -EINVAL when the given values cannot work together. */
int defaults_fit(struct options *options, const struct capacity *capacity, uint64_t random,
                 struct failure *why);

#endif
