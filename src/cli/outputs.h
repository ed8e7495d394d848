/* SPDX-License-Identifier: Apache-2.0 */
/* The formats for other programs that 'run' and 'report' write. Rank 0 only. */
#ifndef TIDEMILL_CLI_OUTPUTS_H
#define TIDEMILL_CLI_OUTPUTS_H

#include <stdbool.h>

#include "base/failure.h"
#include "record/record.h"
#include "report/plots.h"

/* Where each goes; NULL: not wanted, "-": standard output, which then holds nothing else. */
struct outputs {
    const char *json;
    const char *csv; /* appended to */
    const char *openmetrics;
    const char *tables; /* a directory, as the next but one */
    const char *html;
    const char *live; /* appended to while the run continues; by outputs_check alone */
    const char *plots;
    enum plot_format plot_format;
    const char *result; /* that no output may replace; NULL: none yet */
    bool overwrite;
};

/* Checks before a run that files can be written; creates nothing but the CSV file with its
 * header. */
int outputs_check(const struct outputs *outputs, struct failure *why);

int outputs_write(const struct outputs *outputs, const struct record *record, struct failure *why);

#endif
