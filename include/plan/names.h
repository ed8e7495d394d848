/*
 * Names that a run gives its files in its folder: what tells them from everybody else's. Pure.
 */
#ifndef TIDEMILL_PLAN_NAMES_H
#define TIDEMILL_PLAN_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"

/* Before the names of what the probes of --ceilings write: "probe-r7". */
extern const char plan_probe_prefix[];

/* Could a run of this shape have made a file of this name? "r7" of 8 ranks, "r7.w0", "shared",
 * and the same of a probe. */
bool plan_made_name(enum layout layout, uint64_t ranks, uint64_t writers, const char *name);

#endif
