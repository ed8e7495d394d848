/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phase kept busy: requests in flight, cores, devices and networks. Pure.
 */
#ifndef TIDEMILL_REPORT_LOAD_H
#define TIDEMILL_REPORT_LOAD_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

struct load {
    double in_flight; /* requests of all writers, on average over the phase: the sum of
                                 their latencies / the time (J. D. C. Little, Operations Research
                                 9(3), 1961) */
    double in_flight_bytes;
    double in_flight_each;       /* requests of one writer, over its lifetime */
    struct record_device device; /* of all nodes with a known device, "" without; networks of all;
                                    width, busy and queue of the part within the phase */
    double device_bytes;         /* in flight at all these devices together, on average */
    size_t device_nodes;         /* nodes whose device is known */
    bool missed; /* the devices counted none of the requests that bypassed the page cache */
};

void load_find(const struct record_phase *phase, struct load *load);

/* Are the devices of all nodes known, and did they have next to nothing to do? */
bool load_is_idle(const struct load *load, const struct record_phase *phase);

/* Are they known, with something to do, but not for most of the time? Then requests wait above
 * them. */
bool load_is_partial(const struct load *load, const struct record_phase *phase);

/* Prints "vda 61 % busy, queue 3.6"; nothing if no device is known. */
void load_print_device(const struct load *load, struct text *out);

#endif
