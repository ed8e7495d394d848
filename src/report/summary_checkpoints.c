/* SPDX-License-Identifier: Apache-2.0 */
/* The table of preset 'checkpoint'. */
#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;

static void add_row(struct table *table, const struct record_checkpoint *row)
{
    static const char *const caches[] = {
        [CHECKPOINT_CACHE_USED] = "used",
        [CHECKPOINT_CACHE_BYPASSED] = "bypassed",
        [CHECKPOINT_CACHE_EMPTY] = "empty before reading",
        [CHECKPOINT_CACHE_EXCEEDED] = "exceeded",
    };
    char time[UNITS_TEXT] = "-";
    char rate[FIGURES_TEXT] = "-";
    char share[FIGURES_TEXT] = "-";
    if (row->slowest_ns) {
        units_format_duration(row->slowest_ns, time);
        figures_rate_text((double)row->least_per_s, gib, rate);
    }
    if (row->memory_ppm)
        figures_share(row->memory_ppm, 1000000, share);
    table_add(table, "%s", row->phase);
    table_add(table, "%s", time);
    table_add(table, "%s", row->slowest_rank);
    table_add(table, "%s", rate);
    table_add(table, "%s", share);
    table_add(table, "%s", caches[row->cache]);
}

static size_t count_used(const struct record *record)
{
    size_t count = 0;
    for (size_t i = 0; i < record->checkpoint_count; i++)
        count += record->checkpoints[i].cache == CHECKPOINT_CACHE_USED;
    return count;
}

void summary_checkpoints(const struct record *record, const struct summary_style *style,
                         struct text *out)
{
    static const char *const titles[] = {"phase",     "slowest rank", "", "least GiB/s of a rank",
                                         "of memory", "page cache"};
    enum { COLUMNS = sizeof titles / sizeof *titles };
    struct table table = {.columns = COLUMNS, .left = 1 << 2 | 1 << 5};
    const size_t used = count_used(record);
    if (!record->checkpoint_count)
        return;
    for (int i = 0; i < COLUMNS; i++)
        table_add(&table, "%s", titles[i]);
    for (size_t i = 0; i < record->checkpoint_count; i++)
        add_row(&table, &record->checkpoints[i]);
    text_add(out, "\n%scheckpoint%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    table_write(&table, 2, out);
    table_release(&table);
    if (used)
        summary_line(
            out, "memory",
            "in %zu of %zu phases the page cache may have taken part: it was not bypassed, "
            "and a node moved less than three times its memory",
            used, record->checkpoint_count);
    else
        summary_line(out, "memory",
                     "the page cache took part in no phase: it was bypassed or empty, or each node "
                     "moved more than three times its memory");
}
