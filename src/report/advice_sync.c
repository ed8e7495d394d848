/* SPDX-License-Identifier: Apache-2.0 */
/* A warning that most of the pace was set by sync: which rate to quote then. */
#include "warnings.h"

#include "base/units.h"
#include "figures.h"
#include "parts.h"

static const double gib = 1073741824.0;
static const double large_share = 0.2;

static bool syncs_for_long(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->unit == UNIT_BYTE && phase->writes &&
           (double)parts_longest_sync(phase) >= large_share * (double)phase->duration_ns;
}

/* The rank that had the longest sync. */
static const struct record_row *longest(const struct record_phase *phase)
{
    for (size_t i = 0; i < phase->rank_count; i++)
        if (phase->ranks[i].counters.longest_sync_ns == parts_longest_sync(phase))
            return &phase->ranks[i];
    return NULL;
}

void warn_long_sync(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, syncs_for_long);
    char sync[UNITS_TEXT];
    char time[UNITS_TEXT];
    char rate[FIGURES_TEXT];
    if (!phase)
        return;
    const struct record_row *rank = longest(phase);
    units_format_duration(parts_longest_sync(phase), sync);
    units_format_duration(phase->duration_ns, time);
    figures_rate_text(figures_rate(phase->amount, phase->duration_ns), gib, rate);
    text_add(out, "in %s fsync took up to %s of %s%s%s: quote %s GiB/s, not the rate before fsync",
             phase->name, sync, time, rank ? " on " : "", rank ? rank->name : "", rate);
}
