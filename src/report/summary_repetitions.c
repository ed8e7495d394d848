#include <string.h>

#include "figures.h"
#include "summary_parts.h"
#include "table.h"

enum { COLUMNS = 8, LEAST_FOR_INTERVAL = 6 };

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

void summary_repetitions(const struct record *record, const struct summary_style *style,
                         struct text *out)
{
    static const char *const heads[COLUMNS] = {"phase",  "n",     "median GiB/s", "interval",
                                               "spread", "least", "most",         "first"};
    int64_t most = 0;
    int64_t least = INT64_MAX;
    for (size_t i = 0; i < record->summary_count; i++) {
        most = record->summary[i].count > most ? record->summary[i].count : most;
        least = record->summary[i].count < least ? record->summary[i].count : least;
    }
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
    if (least < LEAST_FOR_INTERVAL)
        text_add(out,
                 "  fewer than %d repetitions carry no interval of 95 %%: --repeat %d gives one\n",
                 LEAST_FOR_INTERVAL, LEAST_FOR_INTERVAL);
    table_release(&table);
}
