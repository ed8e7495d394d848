/* SPDX-License-Identifier: Apache-2.0 */
/* What excludes --files-per-rank. */
#ifndef TIDEMILL_OPTIONS_CHECK_FILES_H
#define TIDEMILL_OPTIONS_CHECK_FILES_H

#include "base/failure.h"
#include "options/options.h"

int check_files(const struct options *options, struct failure *why);

#endif
