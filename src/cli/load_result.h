/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a result for a command that does nothing else: where HDF5 crashes on a damaged file, the
 * command ends with one line and EXIT_REFUSED.
 */
#ifndef TIDEMILL_CLI_LOAD_RESULT_H
#define TIDEMILL_CLI_LOAD_RESULT_H

#include "record/store.h"

/* As store_load. */
int load_result(const char *path, struct record *record, struct failure *why);

#endif
