/* SPDX-License-Identifier: Apache-2.0 */
/* The candidates that tune compared: the rates of each, with their median. */
#include <stdlib.h>
#include <string.h>

#include "plots_parts.h"
#include "plots_probes.h"
#include "stats/describe.h"

enum { NAME_SHOWN = 24, ROWS_SHOWN = 60, ROW = 20, ROWS_EDGE = 110 };

static const double gib = 1073741824.0;

/* The same settings, measured for the same purpose in one stretch of the search. */
struct candidate {
    const struct record_tune *probe; /* the first one */
    size_t stretch;
    size_t count;
};

struct candidates {
    struct candidate *list;
    size_t *of; /* the candidate of each probe of the record, or of none: 'count' */
    size_t count;
};

static bool find_candidates(const struct record *record, const char *phase,
                            struct candidates *candidates)
{
    const struct record_tune *before = NULL;
    size_t stretch = 0;
    *candidates = (struct candidates){
        .list = calloc(record->tune_count + 1, sizeof *candidates->list),
        .of = calloc(record->tune_count + 1, sizeof *candidates->of),
    };
    if (!candidates->list || !candidates->of)
        return false;
    for (size_t i = 0; i < record->tune_count; i++) {
        const struct record_tune *probe = &record->tune[i];
        candidates->of[i] = SIZE_MAX;
        if (!probe_is_shown(probe, phase))
            continue;
        stretch += before && strcmp(probe_purpose(before), probe_purpose(probe)) != 0;
        before = probe;
        size_t at = 0;
        while (at < candidates->count &&
               (candidates->list[at].stretch != stretch ||
                strcmp(candidates->list[at].probe->settings, probe->settings) != 0))
            at++;
        if (at == candidates->count)
            candidates->list[candidates->count++] = (struct candidate){probe, stretch, 0};
        candidates->list[at].count++;
        candidates->of[i] = at;
    }
    if (candidates->count > ROWS_SHOWN)
        candidates->count = ROWS_SHOWN;
    return true;
}

static void release_candidates(struct candidates *candidates)
{
    free(candidates->list);
    free(candidates->of);
}

/* Two values of one option make a comparison. */
bool plot_has_candidates(const struct record *record, const char *phase)
{
    struct candidates candidates;
    const bool any = find_candidates(record, phase, &candidates) && candidates.count > 1;
    release_candidates(&candidates);
    return any;
}

static void add_name(const struct candidate *candidate, const struct record_tune_result *result,
                     struct text *out)
{
    const struct record_tune *probe = candidate->probe;
    char value[PROBE_VALUE];
    char other[PROBE_VALUE];
    struct text name = {0};
    switch (probe->stage) {
    case TUNE_PAIR:
        text_add(&name, "%s", strcmp(probe->settings, result->start) ? "settled" : "start");
        break;
    case TUNE_KNEE:
        probe_value(probe->settings, "depth", value);
        probe_value(probe->settings, "buffer-count", other);
        text_add(&name, "depth %s, %s buffers", value, other);
        break;
    default:
        probe_value(probe->settings, probe->option, value);
        text_add(&name, "%s %s", probe_purpose(probe), value);
    }
    plot_quote(out, text_string(&name), NAME_SHOWN);
    out->failed |= name.failed;
    text_release(&name);
}

static void add_names(const struct candidates *candidates, const struct record_tune_result *result,
                      struct text *out)
{
    struct text lines = {0};
    text_add(out, "set ytics scale 0 (");
    for (size_t i = 0; i < candidates->count; i++) {
        text_add(out, "%s", i ? ", " : "");
        add_name(&candidates->list[i], result, out);
        text_add(out, " %zu", i);
        if (i && candidates->list[i].stretch != candidates->list[i - 1].stretch)
            text_add(&lines,
                     "set arrow from graph 0, first %zu.5 to graph 1, first %zu.5 nohead back "
                     "lw 0.5 lc rgb '#d8d8d8'\n",
                     i - 1, i - 1);
    }
    text_add(out, ")\n%s", text_string(&lines));
    out->failed |= lines.failed;
    text_release(&lines);
}

static void add_probes(const struct record *record, const struct candidates *candidates,
                       struct text *out)
{
    text_add(out, "$probes << EOD\n");
    for (size_t i = 0; i < record->tune_count; i++) {
        if (candidates->of[i] >= candidates->count)
            continue;
        plot_number(out, (double)record->tune[i].per_s / gib);
        text_add(out, " %zu\n", candidates->of[i]);
    }
    text_add(out, "EOD\n");
}

static size_t collect(const struct record *record, const struct candidates *candidates, size_t at,
                      int64_t *rates)
{
    size_t count = 0;
    for (size_t i = 0; i < record->tune_count; i++)
        if (candidates->of[i] == at)
            rates[count++] = record->tune[i].per_s;
    describe_sort(rates, count);
    return count;
}

/* Medians of the candidates in one role; adds intervals where there are enough probes. */
static bool add_medians(const struct record *record, const struct candidates *candidates,
                        const struct record_tune_result *result, enum probe_role role,
                        int64_t *rates, struct text *intervals, struct text *out)
{
    bool any = false;
    text_add(out, "$role%d << EOD\n", role);
    for (size_t i = 0; i < candidates->count; i++) {
        struct interval interval;
        struct text *const both[] = {out, intervals};
        if (probe_role(candidates->list[i].probe, result) != role)
            continue;
        const size_t count = collect(record, candidates, i, rates);
        const bool known = describe_interval(count, &interval);
        for (int j = 0; j < 1 + known; j++) {
            plot_number(both[j], (double)describe_median(rates, count) / gib);
            text_add(both[j], " %zu", i);
            text_add(both[j], "%s", j ? " " : "\n");
        }
        if (known) {
            plot_number(intervals, (double)rates[interval.low] / gib);
            text_add(intervals, " ");
            plot_number(intervals, (double)rates[interval.high] / gib);
            text_add(intervals, "\n");
        }
        any = true;
    }
    text_add(out, "EOD\n");
    return any;
}

static void plot_all(const struct record *record, const struct candidates *candidates,
                     const struct record_tune_result *result, int64_t *rates, struct text *out)
{
    bool any[PROBE_ROLES];
    struct text intervals = {0};
    add_names(candidates, result, out);
    add_probes(record, candidates, out);
    for (enum probe_role role = 0; role < PROBE_ROLES; role++)
        any[role] = add_medians(record, candidates, result, role, rates, &intervals, out);
    text_add(out,
             "$intervals << EOD\n%sEOD\nplot $probes with points pt 7 ps 0.3 lc rgb '" PLOT_GREY
             "' notitle",
             text_string(&intervals));
    if (intervals.length)
        text_add(out, ", $intervals with xerrorbars ps 0 lw 1.5 lc rgb '" PLOT_GREY "' notitle");
    probe_add_roles(any, out);
    text_add(out, "\n");
    out->failed |= intervals.failed;
    text_release(&intervals);
}

void plot_candidates(const struct record *record, const char *phase, enum plot_format format,
                     struct text *out)
{
    struct candidates candidates;
    const struct record_tune_result *result = probe_result(record, phase);
    int64_t *rates = calloc(record->tune_count + 1, sizeof *rates);
    if (find_candidates(record, phase, &candidates) && rates) {
        plot_begin(out, format, ROWS_EDGE + ROW * (int)candidates.count);
        text_add(
            out,
            "unset grid\nset grid xtics lt 1 lc rgb '#d8d8d8' lw 0.5\nset yrange "
            "[%zu.5:-0.5]\nset xrange [0:*]\nset xlabel 'GiB/s'\nset rmargin 3\nset tmargin 3\n",
            candidates.count - 1);
        plot_all(record, &candidates, result, rates, out);
    } else {
        out->failed = true;
    }
    free(rates);
    release_candidates(&candidates);
}
