/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the list of phases, as far as they move bytes. */
#ifndef TIDEMILL_OPTIONS_CHECK_PHASES_H
#define TIDEMILL_OPTIONS_CHECK_PHASES_H

#include <stdbool.h>

#include "options/options.h"

/* What the phases of the list do that move bytes. */
struct phase_summary {
    bool given;
    bool reads;
    bool verifies;
    bool writes;
};

/* Checks the list of a run without sections, or the phase of one section; -EINVAL. */
int check_phases(const struct options *options, struct phase_summary *phases, struct failure *why);

#endif
