/* SPDX-License-Identifier: Apache-2.0 */
/* Relative targets refer to rank 0's working directory; that of other ranks may differ. */
#ifndef TIDEMILL_PREPARE_TARGET_PATH_H
#define TIDEMILL_PREPARE_TARGET_PATH_H

#include "options/options.h"

/* Makes every target path absolute. Follows symbolic links to directories; others are refused
 * later. */
int target_paths_absolute(struct options *options, struct failure *why);

#endif
