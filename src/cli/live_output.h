/* SPDX-License-Identifier: Apache-2.0 */
/* --live: a line for each second and for the end of each phase. What cannot be written is lost and
 * reported once; the run does not wait for it. Rank 0 only. */
#ifndef TIDEMILL_CLI_LIVE_OUTPUT_H
#define TIDEMILL_CLI_LIVE_OUTPUT_H

#include "base/failure.h"
#include "record/record_live.h"

struct line_writer;

struct live_output {
    const struct record *record;
    char *path;                 /* owned */
    struct line_writer *writer; /* NULL: not wanted */
};

/* Could lines be appended to this path? */
int live_output_check(const char *path, struct failure *why);

/* Starts it, unless the search before the run has; 'path' NULL: not wanted. A failure is reported.
 */
void live_output_open(struct live_output *live, const char *path, const struct record *record);

void live_output_second(struct live_output *live, const struct record_live *seen);
void live_output_end(struct live_output *live, const struct record_phase *phase, uint32_t point);

/* Writes what is left, unless it is not read. Accepts one that was never opened. */
void live_output_close(struct live_output *live);

#endif
