/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the program, on this rank: what cmd_run.c begins and run_end.c ends. */
#ifndef TIDEMILL_CLI_SESSION_H
#define TIDEMILL_CLI_SESSION_H

#include <stdbool.h>

#include "console.h"
#include "outputs.h"
#include "phases/run.h"

struct session {
    struct cluster cluster;
    struct setup setup;
    struct record record; /* rank 0 */
    char *result_path;    /* rank 0 */
    struct record_job job;
    struct console console;
    struct keeper keeper;
    struct pending_call pending_call; /* rank 0 */
    bool given_up;                    /* threads remain that wait for storage */
    bool settings_written;            /* those that 'tune' has found */
    bool continues;       /* what is under way is the search of --auto: a run follows it */
    uint32_t carried_out; /* phases and probes so far */
};

/* A run from the command line to the exit code; 'tunes': of its search only. */
int session_run(int argc, char *const *argv, bool tunes);

/* Where the outputs of the run go. */
struct outputs session_outputs(const struct session *session);

/* A signal ends the run, now or soon: shows what is known of it before. */
keeper_farewell session_end_at_once;

/* Removes the run's files, completes the record and prints the summary. 'why' is of a failure to
 * write the result. Collective. */
enum verdict session_finish(struct session *session, enum verdict verdict, bool stalled,
                            struct failure *why);

/* Could 'tune' write its settings file next to the result? Rank 0. */
int session_check_settings(const struct session *session, struct failure *why);

#endif
