/*
 * Doubts about a run, each with its numbers and its next step. Pure: looks at the record and adds
 * rows to it. One entry per doubt in advice.c.
 */
#ifndef TIDEMILL_REPORT_ADVICE_H
#define TIDEMILL_REPORT_ADVICE_H

#include "record/record.h"

/* Adds every doubt that applies; rows that are there already stay. 0 or -ENOMEM. */
int advice_consider(struct record *record);

/* Only whether the phases' sums agree with their rows: for a result that others had in hand. */
int advice_consider_sums(struct record *record);

#endif
