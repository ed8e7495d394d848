/*
 * --until-steady: rounds of all ranks are summed on rank 0 while a phase runs, from what their
 * main threads pass up between other messages; the phase may end when the last five are steady.
 */
#ifndef TIDEMILL_PHASES_UNTIL_STEADY_H
#define TIDEMILL_PHASES_UNTIL_STEADY_H

#include "phase.h"

/* Tells what the writers have passed since the last turn. On rank 0 sets phase->steady once. */
void until_steady_turn(struct phase *phase);

#endif
