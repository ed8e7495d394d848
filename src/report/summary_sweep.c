/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a sweep. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "options/options.h"
#include "summary_parts.h"
#include "table.h"

static const double gib = 1073741824.0;

/* Below this share of the offered rate the queue grows as long as the load lasts. */
static const double kept_up = 0.98;

static enum sort_by sort_of(const struct record *record)
{
    struct options options;
    struct failure ignored = {0};
    enum sort_by sort = SORT_RATE;
    if (!options_init(&options, &ignored) && record->options &&
        !options_read(&options, record->options, "", SOURCE_FILE, true, &ignored))
        sort = options.run.sort;
    options_release(&options);
    return sort;
}

/* What is sorted to the top is small. */
static int64_t key_of(const struct record_sweep *row, enum sort_by sort)
{
    switch (sort) {
    case SORT_P50:
        return row->count ? row->p50_ns : INT64_MAX;
    case SORT_P99:
        return row->count && row->p99_ns >= 0 ? row->p99_ns : INT64_MAX;
    case SORT_CPU:
        return row->count ? row->cpu_ns_per_gib : INT64_MAX;
    case SORT_POINT:
        return 0;
    case SORT_RATE:
        break;
    }
    return -row->median_per_s;
}

/* Phases stay apart, in the order of the list; equal keys in that of the points. */
static bool is_before(const struct record *record, const struct record_sweep *a,
                      const struct record_sweep *b, enum sort_by sort)
{
    if (strcmp(a->phase, b->phase) != 0) {
        for (size_t i = 0; i < record->sweep_count; i++)
            if (!strcmp(record->sweep[i].phase, a->phase))
                return true;
            else if (!strcmp(record->sweep[i].phase, b->phase))
                return false;
    }
    const int64_t left = key_of(a, sort);
    const int64_t right = key_of(b, sort);
    return left != right ? left < right : a->point < b->point;
}

static void sort_rows(const struct record *record, const struct record_sweep **rows,
                      enum sort_by sort)
{
    for (size_t i = 0; i < record->sweep_count; i++) {
        size_t at = i;
        for (; at > 0 && is_before(record, &record->sweep[i], rows[at - 1], sort); at--)
            rows[at] = rows[at - 1];
        rows[at] = &record->sweep[i];
    }
}

static void add_latency(struct table *table, const struct record_sweep *row, int64_t ns)
{
    char text[FIGURES_TEXT];
    figures_latency(ns, text);
    table_add(table, "%s", row->count && ns > 0 ? text : "-");
}

static void add_interval(struct table *table, const struct record_sweep *row)
{
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    if (!row->level_ppm) {
        table_add(table, "-");
        return;
    }
    figures_rate_text((double)row->low_per_s, gib, low);
    figures_rate_text((double)row->high_per_s, gib, high);
    table_add(table, "%s to %s", low, high);
}

static const char *mark_of(const struct record *record, const struct record_sweep *row)
{
    bool highest = row->count > 0;
    for (size_t i = 0; i < record->sweep_count; i++)
        highest = highest && (strcmp(record->sweep[i].phase, row->phase) != 0 ||
                              record->sweep[i].median_per_s <= row->median_per_s);
    return highest                      ? "best"
           : row->best == TRUTH_YES     ? "equal"
           : row->best == TRUTH_UNKNOWN ? "?"
                                        : "";
}

/* Columns that only some sweeps have. */
struct shown {
    bool offers;
    bool scales;
};

static void add_efficiency(struct table *table, const struct record_sweep *row)
{
    char share[FIGURES_TEXT];
    figures_fixed((double)row->efficiency_ppm / 1e4, 0, share);
    if (row->efficiency_ppm)
        table_add(table, "%s %%", share);
    else
        table_add(table, "-");
}

static void add_row(struct table *table, const struct record *record,
                    const struct record_sweep *row, const struct shown *shown)
{
    char rate[FIGURES_TEXT];
    char offered[FIGURES_TEXT];
    char cpu[FIGURES_TEXT];
    table_add(table, "%s", row->settings);
    table_add(table, "%s", row->phase);
    table_add(table, "%lld", (long long)row->count);
    figures_rate_text((double)row->offered_per_s, gib, offered);
    if (shown->offers)
        table_add(table, "%s", row->offered_per_s ? offered : "-");
    figures_rate_text((double)row->median_per_s, gib, rate);
    table_add(table, "%s", row->count ? rate : "-");
    add_interval(table, row);
    if (shown->scales)
        add_efficiency(table, row);
    add_latency(table, row, row->p50_ns);
    add_latency(table, row, row->p99_ns);
    figures_fixed((double)row->cpu_ns_per_gib / 1e9, 3, cpu);
    table_add(table, "%s", row->count ? cpu : "-");
    table_add(table, "%s", mark_of(record, row));
}

static bool lags(const struct record_sweep *row, int64_t per_s)
{
    return row->count && row->offered_per_s && (double)per_s < kept_up * (double)row->offered_per_s;
}

/* The lowest offered rate that a phase did not keep up with: certainly, by the interval of its
 * median, or by the median alone. */
static const struct record_sweep *first_lagging(const struct record *record, const char *phase,
                                                bool certain)
{
    const struct record_sweep *first = NULL;
    for (size_t i = 0; i < record->sweep_count; i++) {
        const struct record_sweep *row = &record->sweep[i];
        if (!strcmp(row->phase, phase) &&
            (certain ? row->level_ppm && lags(row, row->high_per_s)
                     : !row->level_ppm && lags(row, row->median_per_s)) &&
            (!first || row->offered_per_s < first->offered_per_s))
            first = row;
    }
    return first;
}

static void add_growth(const struct record_sweep *first, const char *verb, const char *advice,
                       struct text *out)
{
    char rate[FIGURES_TEXT];
    figures_rate_in((double)first->offered_per_s, UNIT_BYTE, rate);
    text_add(out, "  the queue of %s %s from %s offered on (%s)%s\n", first->phase, verb, rate,
             first->settings, advice);
}

static void write_growth(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->sweep_count; i++) {
        const char *phase = record->sweep[i].phase;
        bool before = false;
        for (size_t j = 0; j < i; j++)
            before |= !strcmp(record->sweep[j].phase, phase);
        const struct record_sweep *certain = first_lagging(record, phase, true);
        const struct record_sweep *possible = first_lagging(record, phase, false);
        if (!before && certain)
            add_growth(certain, "grows", "", out);
        else if (!before && possible)
            add_growth(possible, "may grow", ": --repeat 6 or more shows whether it does", out);
    }
}

static void write_unmeasured(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->sweep_run_count; i++) {
        const struct record_sweep_run *run = &record->sweep_runs[i];
        if (!run->reason[0])
            continue;
        text_add(out, "  not measured: %s of %s, repetition %lld: ", run->phase, run->settings,
                 (long long)run->repetition);
        text_add_printable(out, run->reason);
        text_add(out, "\n");
    }
}

static bool any_unknown(const struct record *record)
{
    for (size_t i = 0; i < record->sweep_count; i++)
        if (record->sweep[i].best == TRUTH_UNKNOWN)
            return true;
    return false;
}

void summary_sweep(const struct record *record, const struct summary_style *style, struct text *out)
{
    static const char *const heads[] = {
        "settings",   "phase", "n",   "offered GiB/s", "GiB/s", "95 %",
        "efficiency", "p50",   "p99", "CPU s/GiB",     ""};
    struct shown shown = {0};
    if (!record->sweep_count)
        return;
    for (size_t i = 0; i < record->sweep_count; i++)
        shown.offers |= record->sweep[i].offered_per_s > 0;
    for (size_t i = 0; i < record->sweep_count; i++)
        shown.scales |= record->sweep[i].scale > 0;
    const struct record_sweep **rows = calloc(record->sweep_count, sizeof *rows);
    struct table table = {.columns = 9U + shown.offers + shown.scales, .left = 2};
    if (!rows) {
        out->failed = true;
        return;
    }
    sort_rows(record, rows, sort_of(record));
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if ((shown.offers || i != 3) && (shown.scales || i != 6))
            table_add(&table, "%s", heads[i]);
    for (size_t i = 0; i < record->sweep_count; i++)
        add_row(&table, record, rows[i], &shown);
    text_add(out, "%ssweep%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    table_write(&table, 2, out);
    write_growth(record, out);
    if (any_unknown(record))
        text_add(out, "  ?  whether it equals the best takes --repeat 4 or more\n");
    write_unmeasured(record, out);
    table_release(&table);
    free(rows);
}
