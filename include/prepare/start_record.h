/* The record as it is before the first phase: what ran where, with which options. */
#ifndef TIDEMILL_PREPARE_START_RECORD_H
#define TIDEMILL_PREPARE_START_RECORD_H

#include "platform/host.h"
#include "prepare/setup.h"

/* Collective; fills 'record' on rank 0. 'job' was looked at before MPI_Init, which puts variables
 * of launchers into the environment itself; what it owns moves into the record. */
int start_record(struct setup *setup, int argc, char *const *argv, struct record_job *job,
                 struct record *record, struct failure *why);

/* Rank 0: where the result goes ('--result' or the default, whose folder is made when missing),
 * tried before anything runs. 'path' is malloc'ed. */
int result_path(const struct options *options, const char *job_id, char **path,
                struct failure *why);

/* Rank 0: makes the path this run's own before the first save. A default name that another run took
 * meanwhile is changed for the next one; a path that the user named is refused then. */
int result_claim(const struct options *options, const char *job_id, char **path,
                 struct failure *why);

#endif
