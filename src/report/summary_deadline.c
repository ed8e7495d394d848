/* SPDX-License-Identifier: Apache-2.0 */
/* What a phase with --equalise had reached when its time was over, and what came after. */
#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

static int64_t threads_of(const struct record_phase *phase)
{
    return phase->writers_each * (phase->ranks_total > 0 ? phase->ranks_total : 1);
}

void summary_deadline(const struct record_phase *phase, struct text *out)
{
    char rate[FIGURES_TEXT];
    char deadline[UNITS_TEXT];
    char rest[UNITS_TEXT];
    char goal[UNITS_TEXT];
    const int64_t behind = phase->total.counters.threads_behind;
    struct text line = {0};
    if (phase->equalised == EQUALISED_NO)
        return;
    figures_rate_in(figures_rate(phase->deadline_amount, phase->deadline_ns), phase->unit, rate);
    units_format_duration(phase->deadline_ns, deadline);
    units_format_duration(phase->total.counters.drained_ns - phase->deadline_ns, rest);
    units_show_amount((uint64_t)phase->goal_amount, phase->unit, goal);
    text_add(&line, "%s after the %s of --time; then ", rate, deadline);
    if (phase->equalised == EQUALISED_YES)
        text_add(&line, "all I/O threads continued to the %s of the fastest one, for %s", goal,
                 rest);
    else
        text_add(&line, "%lld of %lld I/O threads did not reach the %s of the fastest one in %s",
                 (long long)behind, (long long)threads_of(phase), goal, rest);
    summary_line(out, "deadline", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
