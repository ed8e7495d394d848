/* SPDX-License-Identifier: Apache-2.0 */
/* Options of the command line that no phase of the run would use. */
#ifndef TIDEMILL_OPTIONS_CHECK_UNUSED_H
#define TIDEMILL_OPTIONS_CHECK_UNUSED_H

#include "base/failure.h"
#include "options/options.h"

/* Settings files may hold more than one run needs; an option that was typed is meant to count. */
int check_unused(const struct options *options, struct failure *why);

#endif
