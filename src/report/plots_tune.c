/* SPDX-License-Identifier: Apache-2.0 */
/* The trail of tune: each probe in the order of time. */
#include <string.h>

#include "plots_parts.h"
#include "plots_probes.h"

enum {
    HEIGHT = 360,
    NAME_SHOWN = 14,
    AXIS_PIXELS = 420,
    LABEL_PIXELS = 18,
    PROBES_SHOWN = 1500,
};

static const double gib = 1073741824.0;

bool plot_has_probes(const struct record *record, const char *phase)
{
    size_t count = 0;
    for (size_t i = 0; i < record->tune_count; i++)
        count += probe_is_shown(&record->tune[i], phase);
    return count > 1;
}

/* Probes in one role. Returns how many there are. */
static size_t add_probes(const struct record *record, const struct record_tune_result *result,
                         enum probe_role role, size_t step, struct text *out)
{
    size_t place = 0;
    size_t count = 0;
    text_add(out, "$role%d << EOD\n", role);
    for (size_t i = 0; i < record->tune_count; i++) {
        const struct record_tune *probe = &record->tune[i];
        if (!probe_is_shown(probe, result->phase))
            continue;
        place++;
        if (probe_role(probe, result) != role || (role != PROBE_KNEE && place % step))
            continue;
        text_add(out, "%zu ", place);
        plot_number(out, (double)probe->per_s / gib);
        text_add(out, "\n");
        count++;
    }
    text_add(out, "EOD\n");
    return count;
}

/* A name below each stretch of probes for the same purpose, and lines between them. */
static void add_stretches(const struct record *record, const char *phase, size_t probes,
                          struct text *out)
{
    const struct record_tune *before = NULL;
    size_t place = 0;
    size_t first = 0;
    double end = -LABEL_PIXELS;
    text_add(out, "set xtics rotate by 90 right scale 0 (");
    struct text lines = {0};
    for (size_t i = 0; i <= record->tune_count; i++) {
        const struct record_tune *probe = i < record->tune_count ? &record->tune[i] : NULL;
        if (probe && !probe_is_shown(probe, phase))
            continue;
        place++;
        if (before && probe && !strcmp(probe_purpose(before), probe_purpose(probe)))
            continue;
        const double middle = (double)(first + place - 1) / 2;
        const double pixel = middle / (double)probes * AXIS_PIXELS;
        if (before && pixel >= end + LABEL_PIXELS) {
            text_add(out, "%s", end > 0 ? ", " : "");
            plot_quote(out, probe_purpose(before), NAME_SHOWN);
            text_add(out, " ");
            plot_number(out, middle);
            end = pixel;
        }
        if (before && probe)
            text_add(&lines,
                     "set arrow from first %zu.5, graph 0 to first %zu.5, graph 1 nohead back lw "
                     "0.5 lc rgb '#d8d8d8'\n",
                     place - 1, place - 1);
        before = probe;
        first = place;
    }
    text_add(out, ")\n%s", text_string(&lines));
    out->failed |= lines.failed;
    text_release(&lines);
}

static void add_level(struct text *out, const char *name, double rate)
{
    text_add(out, "%s(x) = ", name);
    plot_number(out, rate);
    text_add(out, "\n");
}

/* The median of the settled settings, and what the noise of one probe makes of it. */
static void add_band(const struct record_tune_result *result, size_t probes, struct text *out)
{
    const double rate = (double)result->settled_per_s / gib;
    const double noise = rate * (double)result->noise_ppm / 1e6;
    if (result->noise_ppm > 0) {
        text_add(out, "set object 1 rectangle from 0.5,");
        plot_number(out, rate > noise ? rate - noise : 0);
        text_add(out, " to %zu.5,", probes);
        plot_number(out, rate + noise);
        text_add(out, " behind fc rgb '#efefef' fs solid noborder\n");
    }
    add_level(out, "settled", rate);
}

void plot_tune(const struct record *record, const char *phase, enum plot_format format,
               struct text *out)
{
    const struct record_tune_result *result = probe_result(record, phase);
    size_t probes = 0;
    for (size_t i = 0; i < record->tune_count; i++)
        probes += probe_is_shown(&record->tune[i], phase);
    plot_begin(out, format, HEIGHT);
    add_stretches(record, phase, probes, out);
    text_add(out,
             "set tmargin 3\nset bmargin 6.5\nset lmargin 9\nset rmargin 2\nset xrange "
             "[0.5:%zu.5]\nset yrange "
             "[0:*]\nset ylabel 'GiB/s'\n",
             probes);
    add_band(result, probes, out);
    bool any[PROBE_ROLES];
    for (enum probe_role role = 0; role < PROBE_ROLES; role++)
        any[role] = add_probes(record, result, role, 1 + probes / PROBES_SHOWN, out);
    text_add(out, "plot settled(x) with lines lw 1.5 lc rgb '" PLOT_BLUE "' notitle");
    probe_add_roles(any, out);
    text_add(out, "\n");
}
