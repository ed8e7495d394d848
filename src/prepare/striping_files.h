/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of the files of a data set, on the node of a leader. */
#ifndef TIDEMILL_PREPARE_STRIPING_FILES_H
#define TIDEMILL_PREPARE_STRIPING_FILES_H

#include "prepare/prepared.h"

/* Sets the layout that is asked for on the directories that this rank made. */
int striping_files_set(const struct prepared *prepared, struct failure *why);

/* Finds the layout in effect, for the record. */
void striping_files_detect(struct prepared *prepared);

#endif
