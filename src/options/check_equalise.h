/* SPDX-License-Identifier: Apache-2.0 */
/* What --equalise needs and excludes. */
#ifndef TIDEMILL_OPTIONS_CHECK_EQUALISE_H
#define TIDEMILL_OPTIONS_CHECK_EQUALISE_H

#include "options/options.h"

int check_equalise(const struct options *options, struct failure *why);

#endif
