/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selects the environment variables that a result keeps: those that show how a run was started, by
 * a list of names. A variable that is not in the list is never kept, and one that could contain a
 * secret is left out even if the start of its name is in the list.
 */
#ifndef TIDEMILL_PLATFORM_JOB_ENVIRONMENT_H
#define TIDEMILL_PLATFORM_JOB_ENVIRONMENT_H

#include <stdbool.h>

#include "base/text.h"

/* Appends a line 'NAME=value' for each kept variable, sorted by name. 'environment' as in
 * environ(7). */
void job_environment(char *const *environment, struct text *lines);

/* True if 'NAME=value' is kept. Pure. */
bool job_environment_keeps(const char *variable);

#endif
