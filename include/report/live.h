/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of --live: one JSON object each, ended by a newline. Pure. */
#ifndef TIDEMILL_REPORT_LIVE_H
#define TIDEMILL_REPORT_LIVE_H

#include "base/text.h"
#include "record/record.h"
#include "record/record_live.h"

/* What every line begins with. */
extern const char live_head[];

/* A second of a phase under way. */
void live_second(const struct record *record, const struct record_live *live, struct text *out);

/* A phase that has ended; 'point' as in record_live. */
void live_end(const struct record *record, const struct record_phase *phase, uint32_t point,
              int64_t utc_ns, struct text *out);

#endif
