/*
 * One phase under way on this rank. The contract of a kind of phase: prepare may fail and is not
 * timed; from then on the pipeline does the work and the runner walks through the gates.
 */
#ifndef TIDEMILL_PHASES_PHASE_H
#define TIDEMILL_PHASES_PHASE_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/skew.h"
#include "facts.h"
#include "gauge.h"
#include "opened.h"
#include "phases/run.h"
#include "pipeline/pipeline.h"
#include "space_floor.h"
#include "stall.h"
#include "until_steady.h"

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
    struct gauge *gauge; /* node leaders */
};

struct phase {
    struct run *run;
    const struct phase_kind *kind;
    struct dataset *dataset; /* the files that it is about */
    const char *name;        /* for the live line */
    enum pipeline_job job;
    const struct engine_kind *engine;
    struct limits limits;
    bool until_steady;
    bool probe;         /* beside the plan: not announced, and its files go whatever --keep says */
    uint32_t number;    /* counts what the run has carried out, from 0: tells messages apart */
    int64_t started_ns; /* since the run's start */
    struct opened opened;
    struct task *tasks; /* one for each writer */
    struct pipeline *pipeline;
    struct facts facts;
    struct histogram latency; /* of all this rank's writers, once they are done */
    struct phase_watch watch;
    struct clock_points clocks;
};

/* Does it compare every byte that it reads with what was written? */
bool phase_checks(const struct phase_kind *kind, const struct options *options);

/* As the options want it; until it is prepared, job, engine and limits may still be changed. Every
 * rank, in the same order. */
int phase_init(struct phase *phase, struct run *run, enum phase_id id, struct dataset *dataset,
               struct failure *why);
void phase_release(struct phase *phase);

/* Opens files and makes tasks, as the kind of phase needs it. Collective: every rank walks through
 * it, and all get the same answer in 'agreement'. */
int phase_prepare(struct phase *phase, struct agreement *agreement);

/* Walks through a phase that was begun, and gathers what it did into 'into' (rank 0). The verdict
 * is the same on all ranks. Collective. */
enum verdict phase_carry_out(struct phase *phase, struct record_phase *into);

/* The kinds' own parts. */
int phase_write_prepare(struct phase *phase, struct agreement *agreement);
int phase_read_prepare(struct phase *phase, struct agreement *agreement);

/* Opens the file of one writer and notes the time it took. */
int phase_open_file(struct phase *phase, uint32_t writer, enum file_access access,
                    struct failure *why);

/* Fills the tasks from the parts. */
void phase_set_tasks(struct phase *phase);

#endif
