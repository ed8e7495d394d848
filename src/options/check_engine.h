/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of options that only some engines have. */
#ifndef TIDEMILL_OPTIONS_CHECK_ENGINE_H
#define TIDEMILL_OPTIONS_CHECK_ENGINE_H

#include "options/options.h"

/* Checks a run without sections, or one section as a run with one phase; -EINVAL. */
int check_engine(const struct options *options, struct failure *why);

#endif
