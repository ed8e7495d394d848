/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of metadata phases and their options. */
#ifndef TIDEMILL_OPTIONS_CHECK_METADATA_H
#define TIDEMILL_OPTIONS_CHECK_METADATA_H

#include "options/options.h"

/* Checks a run without sections, or one section as a run with one phase; -EINVAL. */
int check_metadata(const struct options *options, struct failure *why);

#endif
