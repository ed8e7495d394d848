/* SPDX-License-Identifier: Apache-2.0 */
/* How even the nodes and ranks of a phase were, and their tables. */
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "summary_parts.h"
#include "table.h"

enum {
    ALL_SHOWN = 16, /* up to this many nodes, all are shown in their order */
    EXTREMES = 4,   /* else this many from each end, and the median */
    NAME_SHOWN = 40,
    RANKS_NAMED = 4, /* up to this many ranks, the rates of all are listed */
    COLUMNS = 8,
};

/* The nodes, ranks or I/O threads of a phase. */
struct rows {
    const struct record_row *row;
    size_t count;
    enum amount_unit unit;
};

static double speed(const struct rows *rows, size_t i)
{
    return figures_row_rate(&rows->row[i], rows->unit);
}

static int by_speed(const void *a, const void *b, void *context)
{
    const struct rows *rows = context;
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    double difference = speed(rows, left) - speed(rows, right);
    if (difference != 0)
        return difference < 0 ? -1 : 1;
    return (left > right) - (left < right);
}

/* Rows that had something to do, by their indices from the slowest to the fastest. */
struct order {
    size_t *rows; /* malloc'ed, NULL without memory */
    size_t count;
};

static struct order sorted(struct rows *rows)
{
    struct order order = {.rows = calloc(rows->count + 1, sizeof *order.rows)};
    for (size_t i = 0; order.rows && i < rows->count; i++)
        if (!record_row_idle(&rows->row[i]))
            order.rows[order.count++] = i;
    if (order.rows)
        qsort_r(order.rows, order.count, sizeof *order.rows, by_speed, rows);
    return order;
}

static void add_head(struct table *table, enum amount_unit unit, const char *what)
{
    const char *const heads[2][COLUMNS] = {
        {what, figures_amount_unit(unit), "I/O threads", "data threads", "p50", "p99", "p99.9",
         "max"},
        {"", "", "waited", "waited", "", "", "", ""},
    };
    for (size_t line = 0; line < 2; line++)
        for (size_t i = 0; i < COLUMNS; i++)
            table_add(table, "%s", heads[line][i]);
}

static void add_row(struct table *table, const struct rows *rows, size_t which)
{
    const struct record_row *row = &rows->row[which];
    const int64_t latencies[] = {row->latency.p50_ns, row->latency.p99_ns, row->latency.p999_ns,
                                 row->latency.max_ns};
    char cell[FIGURES_TEXT];
    struct text name = {0};
    summary_shorten(row->name, strlen(row->name), NAME_SHOWN, &name);
    table_add(table, "%s", text_string(&name));
    table->cells.failed |= name.failed;
    text_release(&name);
    figures_amount_rate(speed(rows, which), rows->unit, cell);
    table_add(table, "%s", cell);
    figures_share(row->counters.writer_waited_ns, row->counters.writer_time_ns, cell);
    table_add(table, "%s", cell);
    figures_share(row->counters.producer_waited_ns, row->counters.producer_time_ns, cell);
    table_add(table, "%s", cell);
    for (size_t i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
        figures_latency(latencies[i], cell);
        table_add(table, "%s", latencies[i] > 0 ? cell : "-");
    }
}

static void add_gap(struct table *table)
{
    table_add(table, "...");
    for (size_t i = 1; i < COLUMNS; i++)
        table_add(table, "%s", "");
}

/* All rows in their order, or as many from both ends by rate, and the middle. */
static void add_lines(const struct rows *rows, const struct order *order, bool all, size_t extremes,
                      struct table *table)
{
    const size_t lines = all ? rows->count : order->count;
    for (size_t i = 0; i < lines; i++) {
        const bool shown = all || i < extremes || i + extremes >= lines || i == lines / 2;
        if (shown)
            add_row(table, rows, all ? i : order->rows[i]);
        else if (i == extremes || i == lines / 2 + 1)
            add_gap(table);
    }
}

static void write_table(const struct rows *rows, const struct order *order, bool all,
                        const char *what, struct text *out)
{
    struct table table = {.columns = COLUMNS};
    if (rows->count < 2 || !order->count)
        return;
    add_head(&table, rows->unit, what);
    add_lines(rows, order, all, EXTREMES, &table);
    text_add(out, "\n");
    table_write(&table, 2, out);
    table_release(&table);
}

void summary_row_table(const struct record_row *row, size_t count, enum amount_unit unit,
                       const char *what, size_t most, struct table *table)
{
    const char *const heads[COLUMNS] = {what,
                                        figures_amount_unit(unit),
                                        "I/O threads waited",
                                        "data threads waited",
                                        "p50",
                                        "p99",
                                        "p99.9",
                                        "max"};
    struct rows rows = {row, count, unit};
    struct order order = sorted(&rows);
    *table = (struct table){.columns = COLUMNS};
    for (size_t i = 0; i < COLUMNS; i++)
        table_add(table, "%s", heads[i]);
    if (order.rows)
        add_lines(&rows, &order, count <= most, most / 2, table);
    table->cells.failed |= !order.rows;
    free(order.rows);
}

static void add_named(struct text *line, const char *before, const struct rows *rows, size_t i)
{
    char rate[FIGURES_TEXT];
    figures_rate_cell(speed(rows, i), rows->unit, rate);
    text_add(line, "%s%s %s", before, rows->row[i].name, rate);
}

/* "vm:0 0.428, vm:1 0.453 GiB/s"; of many the slowest, the fastest, and the median. */
static void add_range(struct rows *rows, const char *what, struct text *line)
{
    struct order order = sorted(rows);
    char rate[FIGURES_TEXT];
    line->failed |= !order.rows;
    if (order.count > RANKS_NAMED) {
        text_add(line, "%s%ss from ", line->length ? "; " : "", what);
        add_named(line, "", rows, order.rows[0]);
        add_named(line, " to ", rows, order.rows[order.count - 1]);
        figures_rate_in(speed(rows, order.rows[order.count / 2]), rows->unit, rate);
        text_add(line, ", median %s", rate);
    } else if (order.count > 1) {
        bool first = true;
        text_add(line, "%s", line->length ? "; " : "");
        for (size_t i = 0; i < rows->count; i++)
            if (!record_row_idle(&rows->row[i])) {
                add_named(line, first ? "" : ", ", rows, i);
                first = false;
            }
        text_add(line, "%s", rows->unit == UNIT_BYTE ? " GiB/s" : "");
    }
    free(order.rows);
}

void summary_balance(const struct record_phase *phase, struct text *out)
{
    struct text line = {0};
    char apart[UNITS_TEXT];
    struct rows nodes = {phase->nodes, phase->node_count, phase->unit};
    struct rows ranks = {phase->ranks, phase->rank_count, phase->unit};
    add_range(&nodes, "node", &line);
    if (phase->rank_count != phase->node_count ||
        phase->node_count == 1) /* else they are the same */
        add_range(&ranks, "rank", &line);
    units_format_duration(phase->end_skew_ns, apart);
    if (line.length)
        summary_line(out, "balance", "%s; ends %s apart", text_string(&line), apart);
    out->failed |= line.failed;
    text_release(&line);
}

static void write_failures(const struct record_phase *phase, struct text *out)
{
    for (size_t i = 0; i < phase->rank_count; i++)
        if (phase->ranks[i].first_failure[0])
            summary_line(out, phase->ranks[i].name, "%s", phase->ranks[i].first_failure);
}

void summary_rows(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out)
{
    const struct {
        const char *what;
        struct rows rows;
        bool shown;
    } tables[] = {
        {"node", {phase->nodes, phase->node_count, phase->unit}, true},
        {"rank", {phase->ranks, phase->rank_count, phase->unit}, style->verbose},
        {"I/O thread", {phase->writers, phase->writer_count, phase->unit}, style->verbose},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct rows rows = tables[i].rows;
        struct order order = sorted(&rows);
        const bool all = style->verbose || rows.count <= ALL_SHOWN;
        out->failed |= !order.rows;
        if (tables[i].shown)
            write_table(&rows, &order, all, all ? tables[i].what : "node, by rate", out);
        free(order.rows);
    }
    if (style->verbose)
        write_failures(phase, out);
}
