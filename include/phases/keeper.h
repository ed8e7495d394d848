/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the result file current while a run continues: rank 0 saves through it, and when a signal
 * ends the run, the results so far are in place within half a second, without MPI.
 *
 * After each save a sketch of the record is ready: finished phases whole, the one under way by
 * name. The signal guard saves it if the main thread does not save a better one. On other ranks,
 * where 'path' is NULL, everything here does nothing.
 */
#ifndef TIDEMILL_PHASES_KEEPER_H
#define TIDEMILL_PHASES_KEEPER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/failure.h"
#include "platform/pending_call.h"
#include "record/record.h"
#include "record/store.h"

/* Shows what is known of a run, and completes it for the result; 'record' is the caller's to
 * change. */
typedef void keeper_farewell(void *context, struct record *record);

struct keeper {
    const char *path;      /* borrowed */
    struct record *record; /* borrowed; the main thread's */
    pthread_mutex_t lock;  /* held around every use of the file, and of the sketch */
    struct record sketch;  /* borrows what finished phases own; owns its list of phases and other
                              lists that grow */
    struct store_finished finished; /* of the record: with it a save costs what is new */
    bool spoken;                    /* saved already as what the run ends with */
    enum record_status spoken_as;
    char *reason; /* why the phase under way ended, in the sketch */
    bool removes; /* the run is to remove files at its end */
    keeper_farewell *farewell;
    void *farewell_context;
    bool shows_early;
    bool shown; /* the farewell has been called: once is enough */
    struct pending_call *pending_call;
};

/* 'pending_call' records each saving; NULL: it is not recorded. */
void keeper_start(struct keeper *keeper, const char *path, struct record *record,
                  struct pending_call *pending_call);

/* Sets what is done with the sketch before a second signal ends the process; then it is saved once
 * more. 'early': with the first signal already, because nothing else that becomes known matters and
 * a launcher may end the process before storage answers. */
void keeper_set_farewell(struct keeper *keeper, keeper_farewell *farewell, void *context,
                         bool early);

/* The main thread knows how the run ends: calls an early farewell with the record, unless that has
 * been done. Returns whether the run has been shown. */
bool keeper_show(struct keeper *keeper);

/* Saves the record as it is; after a signal was reported, its status is no longer "running". What a
 * phase in it owns may not change after its status is final. */
int keeper_save(struct keeper *keeper, struct failure *why);

/* Takes what has become known of the phase under way, as its modes, for the case that a signal ends
 * it. */
void keeper_refresh(struct keeper *keeper);

/* A signal has come: saves with what is known of the phase under way and why it ends; may be called
 * again when more is known. 'amount' of all ranks, 'duration_ns' so far. */
void keeper_interrupted(struct keeper *keeper, const char *reason, uint64_t amount,
                        int64_t duration_ns);

/* The run ends as failed, right now, for this reason. Any thread. */
void keeper_give_up(struct keeper *keeper, const char *reason);

/* Nothing is put in place behind the caller's back from here on. Accepts a zeroed keeper. */
void keeper_stop(struct keeper *keeper);

#endif
