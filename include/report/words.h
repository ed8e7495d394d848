/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of schema 1 that describe the facts of a phase in English. The result keeps them in
 * addition to the facts, for reading it without tidemill; reports show them and never parse them.
 */
#ifndef TIDEMILL_REPORT_WORDS_H
#define TIDEMILL_REPORT_WORDS_H

#include "record/record.h"

/* Words the facts of a phase, and of its rows, that have no line yet. Pure. */
void words_fill(struct record_phase *phase);

#endif
