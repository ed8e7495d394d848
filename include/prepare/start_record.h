/* SPDX-License-Identifier: Apache-2.0 */
/* The record before the first phase: where the run runs, with which options. */
#ifndef TIDEMILL_PREPARE_START_RECORD_H
#define TIDEMILL_PREPARE_START_RECORD_H

#include "platform/host.h"
#include "prepare/setup.h"

/* Fills 'record' on rank 0 and moves 'job' into it. Collective. 'job' must be detected before
 * MPI_Init, which adds launcher variables to the environment. */
int start_record(struct setup *setup, int argc, char *const *argv, struct record_job *job,
                 struct record *record, struct failure *why);

/* Rank 0: where the result goes ('--result' or the default, whose folder is made when missing),
 * tried before anything runs. 'path' is malloc'ed. */
int result_path(const struct options *options, const char *job_id, char **path,
                struct failure *why);

/* Rank 0: writes the first result to the path, which nothing has yet. A default name that another
 * run took meanwhile is changed for the next one; a path that the user named is refused then. */
int result_claim(const struct options *options, const char *job_id, const struct record *record,
                 char **path, struct failure *why);

/* Gathers the targets once more, after directories have shown which of them nodes share.
 * Collective. */
int start_record_targets(struct setup *setup, struct record *record, struct failure *why);

/* Rank 0: records which targets of its node are on the file system of the result. */
void start_record_place(const char *path, int64_t node, struct record *record);

/* Records, when the run has ended, which CPUs the ranks may use now. Collective. */
void start_record_compare(struct setup *setup, struct record *record);

/* The command line with quotes where a shell needs them, malloc'ed. */
char *command_line(int argc, char *const *argv);

#endif
