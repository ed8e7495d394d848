/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures, drawn by gnuplot. Rank 0 only. */
#ifndef TIDEMILL_CLI_DRAW_H
#define TIDEMILL_CLI_DRAW_H

#include "base/failure.h"
#include "base/text.h"

/* Runs a script of report/plots.h and adds the picture. -ENOENT, with the package to install, if
 * there is no gnuplot. */
int draw(const struct text *script, struct text *picture, struct failure *why);

#endif
