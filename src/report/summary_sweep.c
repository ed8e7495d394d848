/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a sweep. */
#include <stdlib.h>

#include "figures.h"
#include "summary_parts.h"
#include "swept.h"
#include "table.h"

static const double gib = 1073741824.0;

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
    table_add(table, "%s", swept_mark(record, row));
}

/* Releases it. */
static void add_sentence(struct text *sentence, struct text *out)
{
    text_add(out, "  ");
    text_add_printable(out, text_string(sentence));
    text_add(out, "\n");
    out->failed |= sentence->failed;
    text_release(sentence);
}

static void add_growth(const struct record *record, const char *phase, struct text *out)
{
    char rate[FIGURES_TEXT];
    struct text line = {0};
    bool certain;
    const struct record_sweep *first = swept_overload(record, phase, &certain);
    if (!first)
        return;
    figures_rate_in((double)first->offered_per_s, UNIT_BYTE, rate);
    text_add(&line, "the queue of %s %s from %s offered on (%s)%s", first->phase,
             certain ? "grows" : "may grow", rate, first->settings,
             certain ? "" : ": --repeat 6 or more shows whether it does");
    add_sentence(&line, out);
}

static void add_unmeasured(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->sweep_run_count; i++) {
        const struct record_sweep_run *run = &record->sweep_runs[i];
        if (!run->reason[0])
            continue;
        struct text line = {0};
        text_add(&line, "not measured: %s of %s, repetition %lld: %s", run->phase, run->settings,
                 (long long)run->repetition, run->reason);
        add_sentence(&line, out);
    }
}

static bool any_unknown(const struct record *record)
{
    for (size_t i = 0; i < record->sweep_count; i++)
        if (record->sweep[i].best == TRUTH_UNKNOWN)
            return true;
    return false;
}

bool summary_sweep_rows(const struct record *record, struct table *table)
{
    static const char *const heads[] = {
        "settings",   "phase", "n",   "offered GiB/s", "GiB/s", "95 %",
        "efficiency", "p50",   "p99", "CPU s/GiB",     ""};
    struct shown shown = {0};
    const struct record_sweep **rows = swept_sorted(record);
    for (size_t i = 0; i < record->sweep_count; i++) {
        shown.offers |= record->sweep[i].offered_per_s > 0;
        shown.scales |= record->sweep[i].scale > 0;
    }
    *table = (struct table){.columns = 9U + shown.offers + shown.scales, .left = 2};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if ((shown.offers || i != 3) && (shown.scales || i != 6))
            table_add(table, "%s", heads[i]);
    for (size_t i = 0; rows && i < record->sweep_count; i++)
        add_row(table, record, rows[i], &shown);
    const bool done = rows;
    free(rows);
    return done;
}

void summary_sweep_remarks(const struct record *record, struct text *out)
{
    const char *phase;
    for (size_t i = 0; (phase = swept_phase(record, i)); i++)
        add_growth(record, phase, out);
    if (any_unknown(record))
        text_add(out, "  ?  whether it equals the best takes --repeat 4 or more\n");
    add_unmeasured(record, out);
    if (record->status == RECORD_INTERRUPTED)
        text_add(out, "  unfinished: the best is that of the measurements so far\n");
}

void summary_sweep(const struct record *record, const struct summary_style *style, struct text *out)
{
    struct table table;
    if (!record->sweep_count)
        return;
    text_add(out, "%ssweep%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    out->failed |= !summary_sweep_rows(record, &table);
    table_write(&table, 2, out);
    summary_sweep_remarks(record, out);
    table_release(&table);
}
