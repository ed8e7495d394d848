/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of 'tune' and --auto. */
#ifndef TIDEMILL_OPTIONS_CHECK_TUNE_H
#define TIDEMILL_OPTIONS_CHECK_TUNE_H

#include "options/options.h"

int check_tune(const struct options *options, struct failure *why);

#endif
