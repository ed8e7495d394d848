/* SPDX-License-Identifier: Apache-2.0 */
/* What a probe of tune was, for its plots. Pure. */
#ifndef TIDEMILL_REPORT_PLOTS_PROBES_H
#define TIDEMILL_REPORT_PLOTS_PROBES_H

#include <stdbool.h>

#include "base/text.h"
#include "record/record.h"

enum { PROBE_VALUE = 24 };

/* Was it measured for this phase, and not only to have files to read? */
bool probe_is_shown(const struct record_tune *probe, const char *phase);

/* What was settled on for a phase; NULL without. */
const struct record_tune_result *probe_result(const struct record *record, const char *phase);

/* What it was for, as a label: an option, "knee", or "pairs" of start and settled settings. */
const char *probe_purpose(const struct record_tune *probe);

/* Finds "--NAME VALUE" in options of the command line; "" without. */
void probe_value(const char *settings, const char *name, char value[PROBE_VALUE]);

enum probe_role { PROBE_OTHER, PROBE_START, PROBE_SETTLED, PROBE_KNEE, PROBE_ROLES };

enum probe_role probe_role(const struct record_tune *probe,
                           const struct record_tune_result *result);

/* Adds the plots of $role0, $role1 ... to a plot command, of those roles that have points. */
void probe_add_roles(const bool any[PROBE_ROLES], struct text *out);

#endif
