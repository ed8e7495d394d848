/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One phase under way on this rank: prepare, agree, gate, work, gate, gather, agree. What the work
 * is, the phase does not know (work.h): preparing it may fail and is not timed.
 */
#ifndef TIDEMILL_PHASES_PHASE_H
#define TIDEMILL_PHASES_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/skew.h"
#include "equalise.h"
#include "facts.h"
#include "gauge.h"
#include "live_poll.h"
#include "phases/run.h"
#include "plan/limits.h"
#include "prepare/prepared.h"
#include "space_floor.h"
#include "stall.h"
#include "until_steady.h"
#include "work.h"

/* When the phase was, by this rank's clock and by rank 0's. */
struct clock_points {
    struct clock_point before; /* the clocks, compared right before the start and after the end */
    struct clock_point after;
    int64_t start_ns; /* the common start, on this rank's own clock */
    int64_t slack_ns; /* between naming the common start and the start itself */
};

/* What the main thread sees of the phase while the work runs. */
struct phase_watch {
    enum stop_reason stop;
    struct stall_watch stall;
    struct space_watch space;
    struct steady_watch steady;
    struct equalise_watch equalise;
    struct live_watch live;
    struct gauge *gauge; /* node leaders */
};

struct phase {
    struct run *run;
    const struct phase_kind *kind;
    const struct prepared *prepared; /* for the settings of its step */
    struct dataset *dataset;         /* the files that it is about */
    const struct content *content;   /* of the data set */
    const char *name;                /* for the live line */
    bool loops;                      /* starts over when all is done */
    struct limits limits;
    uint32_t point;     /* of a sweep; 0: none */
    uint32_t round;     /* of a probe that reads the run's files, from 1; 0: it is none */
    bool ready;         /* it checks data that were not read: a probe of checking alone */
    uint32_t number;    /* counts what the run has carried out, from 0; tags its messages */
    int64_t started_ns; /* since the run's start */
    uint64_t planned;   /* amount for all ranks; known when all are ready */
    struct work *work;
    struct facts facts;
    struct phase_watch watch;
    struct clock_points clocks;
    struct work_outcome outcome;
};

/* Returns the kernel name of the block device below this rank's target; "" = unknown. */
const char *phase_device(const struct phase *phase);

/* Does it compare every byte that it reads with what was written? */
bool phase_checks(const struct phase_kind *kind, const struct settings *settings);

/* Sets the name of a phase in the result, "03_restart"; 'number' counts from 1. */
void phase_set_name(const struct run *run, const struct step *step, size_t number,
                    char name[RECORD_NAME]);

/* Every rank, in the same order. The phase must stay where it is until it is released. */
int phase_init(struct phase *phase, struct run *run, const struct step *step, struct failure *why);
void phase_release(struct phase *phase);

/* Walks through a phase that was begun, and gathers what it did into 'into' (rank 0). The verdict
 * is the same on all ranks. Collective. */
enum verdict phase_carry_out(struct phase *phase, struct record_phase *into);

#endif
