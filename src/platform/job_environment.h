/*
 * Which environment variables a result keeps: those that say how a run was started, by a list of
 * names. A variable that is not in the list is never looked at, and one that could hold a secret is
 * left out although its beginning is in the list.
 */
#ifndef TIDEMILL_PLATFORM_JOB_ENVIRONMENT_H
#define TIDEMILL_PLATFORM_JOB_ENVIRONMENT_H

#include <stdbool.h>

#include "base/text.h"

/* Adds a line 'NAME=value' for each that is kept, by name. 'environment' as in environ(7). */
void job_environment(char *const *environment, struct text *lines);

/* Is 'NAME=value' kept? Pure. */
bool job_environment_keeps(const char *variable);

#endif
