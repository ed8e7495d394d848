/* Relative targets mean rank 0's working directory; other ranks may stand elsewhere. */
#ifndef TIDEMILL_PREPARE_TARGET_PATH_H
#define TIDEMILL_PREPARE_TARGET_PATH_H

#include "options/options.h"

/* Makes every target absolute. A symbolic link to a directory is followed; one to anything else is
 * left for the refusal that it gets later. */
int target_paths_absolute(struct options *options, struct failure *why);

#endif
