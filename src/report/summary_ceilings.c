/* SPDX-License-Identifier: Apache-2.0 */
/* What could be reached at most: a line of each phase that was probed. */
#include <string.h>

#include "ceiling.h"
#include "figures.h"
#include "options/phases.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;

static void add_ceiling(const struct record_phase *phase, const struct ceiling *ceiling,
                        struct text *line)
{
    char rate[FIGURES_TEXT], low[FIGURES_TEXT], high[FIGURES_TEXT];
    text_add(line, "%s%s ", line->length ? ", " : "", ceiling_name(phase, ceiling->probe));
    if (ceiling->per_s <= 0) {
        text_add(line, "not measured%s%s%s", ceiling->reason ? " (" : "",
                 ceiling->reason ? ceiling->reason : "", ceiling->reason ? ")" : "");
        return;
    }
    figures_rate_text((double)ceiling->per_s, gib, rate);
    text_add(line, "%s GiB/s (", rate);
    if (!ceiling->level_ppm) {
        text_add(line, "%zu probe%s)", ceiling->probes, ceiling->probes == 1 ? "" : "s");
        return;
    }
    figures_rate_text((double)ceiling->low_per_s, gib, low);
    figures_rate_text((double)ceiling->high_per_s, gib, high);
    text_add(line, "%s to %s)", low, high);
}

/* What is written in place was not probed. */
static bool updates(const struct record_phase *phase)
{
    for (size_t i = 0; i < PHASE_COUNT; i++)
        if (!strcmp(phase_kinds[i].name, phase->kind))
            return phase_kinds[i].updates;
    return false;
}

void summary_ceilings(const struct record *record, const struct record_phase *phase,
                      struct text *out)
{
    static const enum record_probe probes[] = {PROBE_DATA, PROBE_STORAGE, PROBE_BOTH};
    struct text line = {0};
    struct ceiling ceiling, shown = {0};
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        if (!ceiling_find(record, phase, probes[i], &ceiling))
            continue;
        add_ceiling(phase, &ceiling, &line);
        if (ceiling.level_ppm)
            shown = ceiling;
    }
    if (shown.level_ppm) {
        char level[FIGURES_TEXT];
        figures_share(shown.level_ppm, 1000000, level);
        text_add(&line, "; medians of %zu probes, with intervals of %s", shown.probes, level);
    } else if (record->ceiling_count && updates(phase)) {
        text_add(&line, "none: probes would replace the data");
    }
    if (line.length)
        summary_line(out, "ceilings", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
