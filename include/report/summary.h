/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary for people, from a record alone: what 'run' prints at the end and 'report' prints
 * again. Pure: text out, no terminal, no clock.
 */
#ifndef TIDEMILL_REPORT_SUMMARY_H
#define TIDEMILL_REPORT_SUMMARY_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

struct summary_style {
    bool utf8;    /* check marks and dashes; else ASCII */
    bool colour;  /* ANSI colours */
    bool verbose; /* every rank and writer, not only nodes and outliers */
};

/* Bytes of the ANSI colour of a summary's style that 'text' begins with, 0 if with none. */
size_t summary_colour_length(const char *text);

/* The whole summary. */
void summary_write(const struct record *record, const struct summary_style *style,
                   struct text *out);

/* The line on the I/O mode of one phase: check mark, engine, O_DIRECT or buffered, reason. */
void summary_mode_line(const struct record_phase *phase, const struct summary_style *style,
                       struct text *out);

/* Which side was the bottleneck, one sentence from measured waits: generation, storage or
 * balanced (both sides busy more than 80 %); with the ceilings where they were probed. */
void summary_bottleneck(const struct record *record, const struct record_phase *phase,
                        struct text *out);

#endif
