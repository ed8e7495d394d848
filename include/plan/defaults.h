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

/* Fills the list of phases where it was not given: "write,read", or "write" when nothing can be
 * read back. -ENOMEM. */
int defaults_fit_run(struct run_settings *run, bool null_target, struct failure *why);

/* Fills buffer size and count, producers, writers, depth, fsync, size and seed (from 'random')
 * where they were not given. -EINVAL when the given values cannot work together. */
int defaults_fit(struct settings *settings, const struct capacity *capacity, uint64_t random,
                 struct failure *why);

/* What rank 0 alone knows and every rank needs to resolve settings alike. */
struct resolution {
    struct capacity capacity;
    uint64_t random;      /* of the seed */
    uint64_t space_bytes; /* what the targets can take; if nothing is written, what they hold */
    uint32_t ranks;
    bool reads_whole; /* nothing is written and no earlier run says what to read */
};

/* Does nothing but the time end it? */
bool settings_are_open(const struct settings *settings);

/* Fits every value that adapts: defaults_fit, and a size for a data set that has none. Pure.
 * -EINVAL, -ENOSPC when the targets have no room at all. */
int settings_resolve(struct settings *settings, const struct resolution *with, struct failure *why);

#endif
