/*
 * What the summary_*.c files share: the style, lines with a label, and the parts of a summary.
 */
#ifndef TIDEMILL_REPORT_SUMMARY_PARTS_H
#define TIDEMILL_REPORT_SUMMARY_PARTS_H

#include "report/summary.h"

enum { SUMMARY_WIDTH = 100, SUMMARY_LABEL = 12 };

enum paint { PAINT_BOLD, PAINT_GOOD, PAINT_DOUBT, PAINT_BAD, PAINT_DIM, PAINT_OFF };

/* Begins and ends a colour; "" without. */
const char *paint_on(const struct summary_style *style, enum paint paint);
const char *paint_off(const struct summary_style *style);

/* "  label       text", the text broken at spaces to SUMMARY_WIDTH and aligned. */
void summary_line(struct text *out, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "rate", "latency" ... of one phase; and what its nodes, ranks and writers did. */
void summary_phase(const struct record *record, const struct record_phase *phase,
                   const struct summary_style *style, struct text *out);

/* Its "in flight", "processors", "device" and "network". */
void summary_load(const struct record_phase *phase, struct text *out);

/* What could be reached at most, and how much of it was. */
void summary_ceilings(const struct record *record, const struct record_phase *phase,
                      struct text *out);

/* What the repetitions of each phase have in common, if there are several. */
void summary_repetitions(const struct record *record, const struct summary_style *style,
                         struct text *out);

void summary_rows(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out);

#endif
