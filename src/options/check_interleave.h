/* SPDX-License-Identifier: Apache-2.0 */
/* What excludes --interleave. */
#ifndef TIDEMILL_OPTIONS_CHECK_INTERLEAVE_H
#define TIDEMILL_OPTIONS_CHECK_INTERLEAVE_H

#include "options/options.h"

int check_interleave(const struct options *options, struct failure *why);

#endif
