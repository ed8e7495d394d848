/*
 * The watchdog of a phase: storage that does not answer is reported, once, by rank 0 for all ranks;
 * and given up, where the user wants that. Main thread, while the pools work.
 */
#ifndef TIDEMILL_PHASES_STALL_H
#define TIDEMILL_PHASES_STALL_H

#include <stdbool.h>
#include <stdint.h>

struct phase;
struct work_state;

struct stall_watch {
    int64_t seen_ns; /* rank 0: since when any rank has waited for storage; 0 = none does */
    bool shown;
};

/* Passes on what this rank waits for, receives the same of others, and reports it. True when this
 * rank has waited for longer than '--stall-abort' allows. */
bool stall_poll(struct phase *phase, const struct work_state *state);

/* After a stop: continues without I/O threads that have waited for longer than that. True when no
 * other thread is left; phase->run->given_up is set then. */
bool stall_give_up(struct phase *phase);

#endif
