/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Presets: settings files for classes of drives and sets of phases, in launch/presets of the source
 * tree or in share/tidemill/presets next to the program's bin directory. Rank 0 only.
 */
#ifndef TIDEMILL_PREPARE_PRESET_H
#define TIDEMILL_PREPARE_PRESET_H

#include "base/failure.h"
#include "base/text.h"
#include "options/options.h"

/* Reads the preset that 'options' name, if any: values with another source take precedence. A name
 * with '/' or that ends in ".conf" is a path. -EINVAL, -ENOENT, ... */
int preset_read(struct options *options, struct failure *why);

/* Prints a line for each preset: its name, its first comment, its settings and its file. -ENOENT.
 */
int preset_list(struct text *out, struct failure *why);

#endif
