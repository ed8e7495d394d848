/* SPDX-License-Identifier: Apache-2.0 */
/* What a run did in the last second, for --live. It is not part of the record. */
#ifndef TIDEMILL_RECORD_RECORD_LIVE_H
#define TIDEMILL_RECORD_RECORD_LIVE_H

#include <stdint.h>

#include "base/units.h"
#include "record/record.h"

struct record_live {
    const struct record_phase *phase; /* under way */
    uint32_t point;                   /* of a sweep; 0: none */
    enum amount_unit unit;
    int64_t utc_ns;
    int64_t elapsed_ns; /* since the start of the phase: whole seconds */
    uint64_t amount;    /* since the start of the phase */
    double per_s;       /* in the last second, as all below */
    int64_t latency_ns; /* largest */
    uint32_t ranks;     /* that still work */
    const char *node;   /* the slowest one with such ranks; NULL: there is none */
    double node_per_s;
};

#endif
