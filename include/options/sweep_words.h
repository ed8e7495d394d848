/* SPDX-License-Identifier: Apache-2.0 */
/* The values of "--sweep OPTION=V1,V2,...", one line for each option: the points are their product,
 * numbered from 0; the last option varies fastest. */
#ifndef TIDEMILL_OPTIONS_SWEEP_WORDS_H
#define TIDEMILL_OPTIONS_SWEEP_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "options/options.h"

enum { SWEEP_OPTIONS_MOST = 8, SWEEP_POINTS_MOST = 256 };

/* What is swept that is not an option: how many of the job's ranks or nodes work. */
enum sweep_crowd { SWEEP_NO_CROWD, SWEEP_RANKS, SWEEP_NODES };

struct sweep_option {
    enum sweep_crowd crowd;
    enum option_id id; /* OPTION_COUNT if it is a crowd */
    size_t first;      /* of its values in the list of all */
    size_t count;
};

struct sweep {
    struct sweep_option options[SWEEP_OPTIONS_MOST];
    size_t option_count;
    char **values; /* owned */
    size_t value_count;
    uint32_t point_count; /* 0: nothing is swept */
};

/* Parses all lines; NULL sweeps nothing. -EINVAL, -ENOMEM; release it in each case. */
int sweep_parse(const char *text, struct sweep *sweep, struct failure *why);
void sweep_release(struct sweep *sweep);

/* Sets the values of a point, as if given on the command line. */
int sweep_apply(const struct sweep *sweep, uint32_t point, struct options *options,
                struct failure *why);

/* How many ranks or nodes work in a point (0: all, as for the other of the two), and the point with
 * the same options and the fewest of them. */
struct sweep_scale {
    enum sweep_crowd crowd;
    uint32_t count;
    uint32_t base;
};

struct sweep_scale sweep_scale(const struct sweep *sweep, uint32_t point);

/* Refuses more ranks or nodes than the job has. */
int sweep_check_size(const struct sweep *sweep, uint32_t ranks, uint32_t nodes,
                     struct failure *why);

/* Prints them: "depth 4, buffer-size 1m". */
void sweep_print(const struct sweep *sweep, uint32_t point, struct text *out);

#endif
