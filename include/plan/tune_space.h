/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What 'tune' may vary: options as the axes of a search, and the settings of a candidate. Pure.
 *
 * The order of the axes: the request size first, as it decides most and what follows depends on it;
 * then I/O threads and depth, which together are the requests in flight; then engine and mode,
 * which change what a request costs; then buffers and data threads, which matter only where storage
 * is fast enough to wait for data; huge pages and preallocation last, as they change least.
 */
#ifndef TIDEMILL_PLAN_TUNE_SPACE_H
#define TIDEMILL_PLAN_TUNE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"
#include "plan/defaults.h"
#include "plan/search.h"

struct tune_axis {
    enum option_id id;
    uint64_t values[SEARCH_LEVELS_MOST]; /* of the option; of --buffer-count: buffers for each
                                            request in flight */
    bool fixed;                          /* by the user or by the target */
};

struct tune_space {
    struct search_space search; /* its context is this struct, which must stay where it is */
    struct tune_axis axes[SEARCH_AXES_MOST];
    uint64_t buffers_most;       /* bytes of all buffers of a rank */
    uint64_t in_flight_most;     /* bytes of a rank: more would take longer than a probe */
    const struct settings *base; /* resolved: what is not on an axis */
    bool synchronous[ENGINE_COUNT];
};

struct tune_limits {
    const struct settings *given; /* before they were resolved */
    const struct settings *base;
    struct capacity capacity;
    enum engine_id engine; /* of the base */
    uint32_t engines;      /* bits: those that all ranks have */
    bool direct;           /* O_DIRECT has an effect on the targets */
    bool files;            /* it creates files, of a known size */
    bool reads;            /* for a phase that reads what another one wrote */
};

/* The start is what the older benchmark used for that many CPUs, or the preset. */
void tune_space_init(struct tune_space *space, const struct tune_limits *limits);

/* Returns the bytes in flight of a candidate, for each rank. */
uint64_t tune_space_in_flight(const struct tune_space *space, const struct candidate *candidate);

/* Lowers the depth of the start, if it is free, until no more than these bytes are in flight, or it
 * is 1. False: it stays as it was. */
bool tune_space_lower_start(struct tune_space *space, uint64_t bytes);

/* Changes a copy of the base to the settings of a candidate. */
void tune_space_apply(const struct tune_space *space, const struct candidate *candidate,
                      struct settings *settings);

#endif
