/*
 * The lines of schema 1 that say in English what the facts of a phase are. The result keeps them
 * beside the facts for those who read it without tidemill; reports show them and never read them.
 */
#ifndef TIDEMILL_REPORT_WORDS_H
#define TIDEMILL_REPORT_WORDS_H

#include "record/record.h"

/* Words the facts of a phase, and of its rows, that have no line yet. Pure. */
void words_fill(struct record_phase *phase);

#endif
