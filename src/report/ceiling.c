/* SPDX-License-Identifier: Apache-2.0 */
#include "ceiling.h"

#include <string.h>

#include "figures.h"
#include "stats/describe.h"

/* More probes of one kind than any run makes. */
enum { PROBES_MOST = 64 };

static bool is_of(const struct record_ceiling *row, const struct record_phase *phase,
                  enum record_probe probe)
{
    return row->probe == probe && !strcmp(row->direction, phase->kind) &&
           !strcmp(row->section, phase->section);
}

bool ceiling_find(const struct record *record, const struct record_phase *phase,
                  enum record_probe probe, struct ceiling *ceiling)
{
    int64_t rates[PROBES_MOST];
    struct interval interval;
    bool any = false;
    *ceiling = (struct ceiling){.probe = probe, .low_per_s = -1, .high_per_s = -1};
    for (size_t i = 0; i < record->ceiling_count; i++) {
        const struct record_ceiling *row = &record->ceilings[i];
        if (!is_of(row, phase, probe))
            continue;
        any = true;
        if (row->reason[0])
            ceiling->reason = row->reason;
        else if (row->per_s > 0 && ceiling->probes < PROBES_MOST)
            rates[ceiling->probes++] = row->per_s;
    }
    if (ceiling->reason || !ceiling->probes)
        return any;
    describe_sort(rates, ceiling->probes);
    ceiling->per_s = describe_median(rates, ceiling->probes);
    if (describe_interval(ceiling->probes, &interval)) {
        ceiling->low_per_s = rates[interval.low];
        ceiling->high_per_s = rates[interval.high];
        ceiling->level_ppm = interval.level_ppm;
    }
    return any;
}

const char *ceiling_name(const struct record_phase *phase, enum record_probe probe)
{
    static const char *const names[][3] = {
        {"checker only", "storage only", "checker and storage"},
        {"generator only", "storage only", "generator and storage"},
    };
    return names[phase->writes ? 1 : 0][probe];
}

static int64_t lower_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool ceiling_lower(const struct record *record, const struct record_phase *phase,
                   struct ceiling *lower)
{
    struct ceiling data;
    ceiling_find(record, phase, PROBE_STORAGE, lower);
    if (lower->per_s <= 0)
        return false;
    lower->alone = !phase->writes && !phase->checks;
    if (lower->alone)
        return true;
    ceiling_find(record, phase, PROBE_DATA, &data);
    if (data.per_s <= 0)
        return false;
    const bool known = data.level_ppm && lower->level_ppm;
    const int64_t low_per_s = known ? lower_of(data.low_per_s, lower->low_per_s) : -1;
    const int64_t high_per_s = known ? lower_of(data.high_per_s, lower->high_per_s) : -1;
    const int64_t level_ppm = known ? data.level_ppm + lower->level_ppm - 1000000 : 0;
    if (data.per_s < lower->per_s)
        *lower = data;
    lower->low_per_s = low_per_s;
    lower->high_per_s = high_per_s;
    lower->level_ppm = level_ppm;
    return true;
}

void ceiling_share(const struct record_phase *phase, const struct ceiling *ceiling,
                   struct text *out)
{
    const int64_t rate = (int64_t)figures_rate(phase->amount, phase->duration_ns);
    const char *which = ceiling->alone ? "ceiling" : "lower ceiling";
    char share[FIGURES_TEXT], least[FIGURES_TEXT], most[FIGURES_TEXT];
    figures_share(rate, ceiling->per_s, share);
    if (!ceiling->level_ppm) {
        text_add(out, "about %s of the %s (%s), of %zu probe%s", share, which,
                 ceiling_name(phase, ceiling->probe), ceiling->probes,
                 ceiling->probes == 1 ? "" : "s");
        return;
    }
    figures_share(rate, ceiling->high_per_s, least);
    figures_share(rate, ceiling->low_per_s, most);
    least[strcspn(least, " ")] = '\0';
    text_add(out, "%s (%s to %s) of the %s (%s)", share, least, most, which,
             ceiling_name(phase, ceiling->probe));
    if (rate > ceiling->high_per_s)
        text_add(out, ", more than its short probes reached");
}
