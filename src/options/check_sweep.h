/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of --sweep. */
#ifndef TIDEMILL_OPTIONS_CHECK_SWEEP_H
#define TIDEMILL_OPTIONS_CHECK_SWEEP_H

#include "options/options.h"

int check_sweep(const struct options *options, struct failure *why);

#endif
