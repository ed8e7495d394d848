/* SPDX-License-Identifier: Apache-2.0 */
/* What could be reached at most: a line of each writing phase. */
#include "base/units.h"
#include "bottleneck.h"
#include "ceiling.h"
#include "figures.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;

static void add_probe(const struct record_ceiling *ceiling, struct text *line)
{
    char rate[FIGURES_TEXT];
    char time[UNITS_TEXT];
    text_add(line, "%s%s ", line->length ? ", " : "", ceiling_name(ceiling->probe));
    if (ceiling->reason[0]) {
        text_add(line, "not measured (%s)", ceiling->reason);
        return;
    }
    figures_rate_text((double)ceiling->per_s, gib, rate);
    units_format_duration(ceiling->duration_ns, time);
    text_add(line, "%s GiB/s (%s)", rate, time);
}

void summary_ceilings(const struct record *record, const struct record_phase *phase,
                      struct text *out)
{
    struct text line = {0};
    if (record->ceiling_count == 0 || phase->reads)
        return;
    for (size_t i = 0; i < record->ceiling_count; i++)
        add_probe(&record->ceilings[i], &line);
    summary_line(out, "ceilings", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
