/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run, carried out step by step in the order of the schedule. Every rank calls run_steps; rank 0
 * ends with the whole record, the others with nothing but the verdict, which is the same on every
 * rank.
 *
 * Prints nothing: events go to the listener, on rank 0 only.
 */
#ifndef TIDEMILL_PHASES_RUN_H
#define TIDEMILL_PHASES_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "cluster/cluster.h"
#include "phases/keeper.h"
#include "phases/reported_wait.h"
#include "platform/memory.h"
#include "platform/pending_call.h"
#include "prepare/setup.h"
#include "record/record.h"
#include "record/record_live.h"

/* How far a phase is, about once a second, for a live line. */
struct progress {
    const char *phase;
    enum amount_unit unit;
    uint64_t amount;  /* of all ranks, as last received */
    uint64_t planned; /* 0 when only the time ends it */
    int64_t elapsed_ns;
    int64_t limit_ns; /* 0 when only the bytes end it */
};

/* What rank 0 is notified of while it runs; each may be NULL. It may put the facts of a phase into
 * words: the phase is saved afterwards. 'point' is of a sweep; 0: none. */
struct listener {
    void *context;
    void (*progress)(void *context, const struct progress *progress);
    void (*phase_opened)(void *context, struct record_phase *phase); /* modes are known */
    void (*phase_ended)(void *context, struct record_phase *phase, uint32_t point);
    void (*trial_ended)(void *context, const struct record_phase *trial); /* a probe of 'tune' */
    void (*second)(void *context, const struct record_live *seen);        /* with --live */
    void (*stalled)(void *context, const char *line); /* storage does not answer */
};

enum verdict { VERDICT_FINE, VERDICT_FAILED, VERDICT_WRONG_DATA, VERDICT_SIGINT, VERDICT_SIGTERM };

struct run {
    struct cluster *cluster;
    struct setup *setup; /* what was prepared for each settings */
    const struct run_settings *settings;
    struct record *record; /* rank 0; NULL elsewhere */
    struct keeper *keeper;
    struct pending_call *pending_call; /* rank 0: what its main thread may be stuck in; else NULL */
    struct reported_wait at_gates;
    struct reported_wait at_work;
    bool removes;          /* it has made files that it removes at the end */
    _Atomic bool stopping; /* a signal ends it */
    struct listener listener;
    enum verdict interrupted; /* which signal has ended the run; the same on all ranks */
    bool disconnected;        /* a rank has lost its connection to the storage */
    bool stalled;             /* some rank has given its storage up */
    bool given_up;            /* ... and it was this one: threads are left that wait for it */
    int64_t started_ns;       /* clock_now_ns() at the start of the run */
    int64_t slack_ns; /* the runner's own: how far off a start is set at least; 0 at first */
    int64_t saved_ns; /* the runner's own: when the result was saved after a probe of a search */
    struct arena_reserve reserve; /* the runner's own: for the buffers of probes */
    uint32_t carried_out;         /* the runner's own: counts phases and probes */
};

/* Carries out the steps of the schedule. After each one the record is saved. -errno with 'why' only
 * when the result file could not be written; everything else that happened is in the verdict. */
int run_steps(struct run *run, enum verdict *verdict, struct failure *why);

/* Between these two calls, storage that does not answer is noticed in every part of the run. 'run'
 * must stay where it is. Every rank. */
void watchdog_start(struct run *run);
void watchdog_stop(struct run *run);

/* 0, 1, 3, 130 or 143. */
int verdict_exit_code(enum verdict verdict);

#endif
