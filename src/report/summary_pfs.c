/* SPDX-License-Identifier: Apache-2.0 */
/* The table of preset 'pfs': its phases, their means, and the deviations from the published rules.
 */
#include <string.h>

#include "figures.h"
#include "pfs_rules.h"
#include "summary_parts.h"

/* A phase is rounded once, from its rate, as in the table of phases. */
static void add_value(const struct record *record, struct table *table,
                      const struct record_pfs *row)
{
    char value[FIGURES_TEXT];
    const struct record_summary *summary = row->lines ? NULL : pfs_row(record, row->name);
    if (summary)
        figures_amount_rate((double)summary->median_per_s, (enum amount_unit)summary->unit, value);
    else
        figures_rate_text((double)row->value_millionths, 1e6, value);
    table_add(table, "%s", row->value_millionths ? value : "-");
}

static void write_phases(const struct record *record, struct text *out)
{
    struct table table = {.columns = 3};
    table_add(&table, "phase");
    table_add(&table, "GiB/s");
    table_add(&table, "kIOP/s");
    for (size_t i = 0; i < record->pfs_count; i++) {
        const struct record_pfs *row = &record->pfs[i];
        const bool bytes = !strcmp(row->unit, "GiB/s");
        if (row->lines)
            continue;
        table_add(&table, "%s", row->name);
        if (!bytes)
            table_add(&table, "%s", "");
        add_value(record, &table, row);
        if (bytes)
            table_add(&table, "%s", "");
    }
    table_write(&table, 2, out);
    table_release(&table);
}

static void write_means(const struct record *record, struct text *out)
{
    struct table table = {.columns = 3, .left = 1 << 2};
    for (size_t i = 0; i < record->pfs_count; i++) {
        const struct record_pfs *row = &record->pfs[i];
        if (!row->lines)
            continue;
        table_add(&table, "tidemill pfs %s mean, not an IO500 score", row->name);
        add_value(record, &table, row);
        table_add(&table, "%s, of %lld phases", row->unit, (long long)row->lines);
    }
    table_write(&table, 2, out);
    table_release(&table);
}

void summary_pfs(const struct record *record, const struct summary_style *style, struct text *out)
{
    if (!record->pfs_count)
        return;
    text_add(out, "\n%spfs%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    write_phases(record, out);
    text_add(out, "\n");
    write_means(record, out);
    text_add(out, "\n%sdeviations from the published rules of IO500%s\n",
             paint_on(style, PAINT_BOLD), paint_off(style));
    for (size_t i = 0; i < record->deviation_count; i++)
        summary_line(out, i ? "" : "deviates", "%s", record->deviations[i].text);
}
