/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of --stripe-count and --stripe-size. */
#ifndef TIDEMILL_OPTIONS_CHECK_STRIPING_H
#define TIDEMILL_OPTIONS_CHECK_STRIPING_H

#include "base/failure.h"
#include "options/options.h"

int check_striping(const struct options *options, struct failure *why);

#endif
