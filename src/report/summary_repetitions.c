/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "figures.h"
#include "summary_parts.h"
#include "table.h"

enum { COLUMNS = 8, EACH_SHOWN = 10 };

static void add_rate(struct table *table, const struct record_summary *row, int64_t per_s)
{
    char rate[FIGURES_TEXT];
    figures_rate_cell((double)per_s, row->unit, rate);
    table_add(table, "%s", rate);
}

static void add_interval(struct table *table, const struct record_summary *row)
{
    char low[FIGURES_TEXT];
    char high[FIGURES_TEXT];
    char level[FIGURES_TEXT];
    if (row->level_ppm == 0) {
        table_add(table, "none");
        return;
    }
    figures_rate_cell((double)row->low_per_s, row->unit, low);
    figures_rate_cell((double)row->high_per_s, row->unit, high);
    figures_fixed((double)row->level_ppm / 1e4, 1, level);
    table_add(table, "%s to %s (%s %%)", low, high, level);
}

/* How much the first one differs from the median of the others. */
static void add_first(struct table *table, const struct record_summary *row)
{
    char share[FIGURES_TEXT];
    if (row->rest_median_per_s <= 0) {
        table_add(table, "%s", "");
        return;
    }
    figures_fixed((double)(row->first_per_s - row->rest_median_per_s) * 100 /
                      (double)row->rest_median_per_s,
                  1, share);
    table_add(table, "%s%s %%", row->first_per_s > row->rest_median_per_s ? "+" : "", share);
}

static void add_row(struct table *table, const struct record_summary *row)
{
    char spread[FIGURES_TEXT];
    table_add(table, "%s", row->phase);
    table_add(table, "%lld", (long long)row->count);
    add_rate(table, row, row->median_per_s);
    add_interval(table, row);
    figures_share(row->spread_ppm, 1000000, spread);
    table_add(table, "%s", spread);
    add_rate(table, row, row->least_per_s);
    add_rate(table, row, row->most_per_s);
    add_first(table, row);
}

static bool is_run_of(const struct record_phase *run, const struct record_phase *phase)
{
    return run->position == phase->position && run->status == RECORD_COMPLETE;
}

void summary_repetitions(const struct record *record, const struct summary_style *style,
                         struct text *out)
{
    static const char *const heads[COLUMNS] = {"phase",  "n",     "median GiB/s", "95 % interval",
                                               "spread", "least", "most",         "first"};
    int64_t most = 0;
    for (size_t i = 0; i < record->summary_count; i++)
        most = record->summary[i].count > most ? record->summary[i].count : most;
    if (most < 2)
        return;
    struct table table = {.columns = COLUMNS};
    for (size_t i = 0; i < COLUMNS; i++)
        table_add(&table, "%s", heads[i]);
    for (size_t i = 0; i < record->summary_count; i++)
        if (record->summary[i].count > 0)
            add_row(&table, &record->summary[i]);
    text_add(out, "\n%srepetitions%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    table_write(&table, 2, out);
    table_release(&table);
}

void summary_each(const struct record *record, const struct record_phase *phase, struct text *out)
{
    struct text line = {0};
    size_t count = 0;
    size_t complete = 0;
    for (size_t i = 0; i < record->phase_count; i++)
        complete += is_run_of(&record->phases[i], phase);
    for (size_t i = 0; i < record->phase_count && complete > 1; i++) {
        const struct record_phase *run = &record->phases[i];
        char rate[FIGURES_TEXT];
        if (!is_run_of(run, phase))
            continue;
        figures_amount_rate(figures_rate(run->amount, run->duration_ns), run->unit, rate);
        if (complete <= EACH_SHOWN || count < EACH_SHOWN / 2 || count + EACH_SHOWN / 2 >= complete)
            text_add(&line, "%s%s", count ? ", " : "", rate);
        else if (count == EACH_SHOWN / 2)
            text_add(&line, ", ...");
        count++;
    }
    if (complete > EACH_SHOWN)
        summary_line(out, "runs", "%s %s: first and last %d of %zu, in order", text_string(&line),
                     figures_amount_unit(phase->unit), EACH_SHOWN / 2, complete);
    else if (line.length)
        summary_line(out, "runs", "%s %s, in order", text_string(&line),
                     figures_amount_unit(phase->unit));
    out->failed |= line.failed;
    text_release(&line);
}
