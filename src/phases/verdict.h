/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phase's end means: for the record, for the phases after it and for the exit code. Decides
 * from what all ranks have agreed on, so it decides the same everywhere.
 */
#ifndef TIDEMILL_PHASES_VERDICT_H
#define TIDEMILL_PHASES_VERDICT_H

#include "phase.h"

/* 'into' is NULL but on rank 0, where it gets the one line that names the failure. */
enum verdict verdict_decide(const struct phase *phase, const struct agreement *agreement,
                            uint64_t bad_blocks, struct record_phase *into);

/* True for errors of a node that has lost its connection to the storage: its client died, or its
 * network. */
bool verdict_is_disconnected(int code);

enum record_status verdict_status(enum verdict verdict);

/* The more severe one: wrong data before a failure before a signal before fine. */
enum verdict verdict_merge(enum verdict a, enum verdict b);

/* Why a step cannot be carried out after what has happened; NULL when it can. Collective. */
const char *verdict_skip(const struct run *run, const struct step *step, enum verdict so_far);

/* Keeps the first line only; 'into' may be NULL. */
void verdict_set_line(struct record_phase *into, const char *line);

#endif
