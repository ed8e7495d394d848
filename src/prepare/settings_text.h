/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the text of a settings file. */
#ifndef TIDEMILL_PREPARE_SETTINGS_TEXT_H
#define TIDEMILL_PREPARE_SETTINGS_TEXT_H

#include <stdbool.h>

#include "base/failure.h"
#include "base/text.h"

/* Reads at most 1 MiB, of an HDF5 file only the first piece. Messages begin with 'option'. */
int settings_text_read(const char *option, const char *path, struct text *out, struct failure *why);

bool settings_text_is_hdf5(const struct text *text);

#endif
