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
#include "phases/run.h"
#include "pipeline/pipeline.h"
#include "stats/rounds.h"

struct phase {
    struct run *run;
    const struct phase_kind *kind;
    struct dataset *dataset; /* the files that it is about */
    const char *name;        /* for the live line */
    enum pipeline_job job;
    const struct engine_kind *engine;
    struct limits limits;
    bool until_steady;
    bool probe;      /* beside the plan: not announced, and its files go whatever --keep says */
    uint32_t number; /* counts what the run has carried out, from 0: tells messages apart */
    uint32_t writers;
    struct part *parts;            /* what each writer works on: own, or another rank's */
    struct acknowledged *readable; /* reading: what may be read of each part */
    struct file *files;
    struct file *opened; /* what 'files' were right after open: the modes outlive the descriptors */
    struct task *tasks;
    int64_t open_ns;   /* time spent in open */
    int64_t *opens_ns; /* of it, for each writer's file */
    struct facts facts;
    struct pipeline *pipeline;
    struct gauge *gauge; /* node leaders */
    enum stop_reason stop;
    int64_t stall_seen_ns; /* rank 0: since when somebody has waited for storage; 0 = nobody */
    bool stall_told;
    int64_t space_seen_ns; /* the last look at the free space, and the bytes then */
    uint64_t space_bytes;
    uint64_t edges_told;       /* of the rounds, by --until-steady */
    struct rounds rounds;      /* rank 0: of all ranks, as last heard */
    bool steady;               /* ... their last window is */
    struct failure shortage;   /* the free space has fallen below the floor */
    struct histogram latency;  /* of all this rank's writers, once they are done */
    int64_t started_ns;        /* since the run's start */
    struct clock_point before; /* the clocks, compared right before and after */
    struct clock_point after;
    int64_t start_ns; /* the common start, on this rank's own clock */
    int64_t slack_ns; /* so far off it was when it was named */
};

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
