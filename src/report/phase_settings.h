/* SPDX-License-Identifier: Apache-2.0 */
/* The settings with which a phase was carried out, from the options of its record. */
#ifndef TIDEMILL_REPORT_PHASE_SETTINGS_H
#define TIDEMILL_REPORT_PHASE_SETTINGS_H

#include "options/options.h"
#include "record/record.h"

/* Reads the options of a record; the caller releases them. False if they cannot be read. */
bool phase_settings_open(const struct record *record, struct options *options);

/* Copies the settings of a phase: those of its section, with what it adopts from the section whose
 * data it reads, or those of the whole run. The caller releases them, in any case. */
bool phase_settings(const struct options *options, const struct record_phase *phase,
                    struct settings *settings);

/* Returns what --rate or --operation-rate allows all ranks of a phase per second; 0 without. */
int64_t phase_settings_rate(const struct record *record, const struct record_phase *phase);

#endif
