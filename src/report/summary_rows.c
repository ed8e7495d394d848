#include <stdlib.h>
#include <string.h>

#include "bottleneck.h"
#include "figures.h"
#include "summary_parts.h"
#include "table.h"

static const double gib = 1073741824.0;

enum {
    ALL_SHOWN = 16, /* up to so many nodes all are shown, in their order */
    EXTREMES = 4,   /* else so many from each end, and the median */
    COLUMNS = 8,
};

/* What differs between the tables. */
struct table_words {
    const char *what;
    const char *dots;
    bool reading;
};

static double speed(const struct record_row *row)
{
    return figures_rate(row->counters.bytes, row->counters.end_ns);
}

static int by_speed(const void *a, const void *b, void *rows)
{
    const struct record_row *all = rows;
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    double difference = speed(&all[left]) - speed(&all[right]);
    if (difference != 0)
        return difference < 0 ? -1 : 1;
    return (left > right) - (left < right);
}

/* Rows that had something to do, by their indices from the slowest to the fastest. */
struct order {
    size_t *rows; /* malloc'ed, NULL without memory */
    size_t count;
};

static struct order sorted(struct record_row *rows, size_t count)
{
    struct order order = {.rows = calloc(count + 1, sizeof *order.rows)};
    for (size_t i = 0; order.rows && i < count; i++)
        if (!record_row_idle(&rows[i]))
            order.rows[order.count++] = i;
    if (order.rows)
        qsort_r(order.rows, order.count, sizeof *order.rows, by_speed, rows);
    return order;
}

static void add_head(struct table *table, const char *what, bool reading)
{
    static const char *const writing_side[] = {"producers", "writers"};
    static const char *const reading_side[] = {"checkers", "readers"};
    static const char *const latencies[] = {"p50", "p99", "p99.9", "max"};
    table_add(table, "%s", what);
    table_add(table, "GiB/s");
    for (size_t i = 0; i < 2; i++)
        table_add(table, "%s", reading ? reading_side[i] : writing_side[i]);
    for (size_t i = 0; i < sizeof latencies / sizeof latencies[0]; i++)
        table_add(table, "%s", latencies[i]);
    table_add(table, "%s", "");
    for (size_t i = 0; i + 1 < COLUMNS; i++)
        table_add(table, "%s", i == 1 || i == 2 ? "waited" : "");
}

static void add_row(struct table *table, const struct record_row *row, int decimals)
{
    const int64_t latencies[] = {row->latency.p50_ns, row->latency.p99_ns, row->latency.p999_ns,
                                 row->latency.max_ns};
    char cell[FIGURES_TEXT];
    table_add(table, "%s", row->name);
    figures_fixed(speed(row) / gib, decimals, cell);
    table_add(table, "%s", cell);
    figures_share(row->counters.producer_waited_ns, row->counters.producer_time_ns, cell);
    table_add(table, "%s", cell);
    figures_share(row->counters.writer_waited_ns, row->counters.writer_time_ns, cell);
    table_add(table, "%s", cell);
    for (size_t i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
        figures_latency(latencies[i], cell);
        table_add(table, "%s", cell);
    }
}

static void add_gap(struct table *table, const char *text)
{
    table_add(table, "%s", text);
    for (size_t i = 1; i < COLUMNS; i++)
        table_add(table, "%s", "");
}

/* A table of all rows in their order, or of both ends and the middle by rate. */
static void write_table(struct record_row *rows, size_t count, const struct order *order, bool all,
                        const struct table_words *words, struct text *out)
{
    struct table table = {.columns = COLUMNS};
    if (count < 2 || !order->count)
        return;
    int decimals = figures_decimals(speed(&rows[order->rows[order->count - 1]]) / gib);
    size_t lines = all ? count : order->count;
    add_head(&table, words->what, words->reading);
    for (size_t i = 0; i < lines; i++) {
        bool shown = all || i < EXTREMES || i + EXTREMES >= lines || i == lines / 2;
        if (shown)
            add_row(&table, &rows[all ? i : order->rows[i]], decimals);
        else if (i == EXTREMES || i == lines / 2 + 1)
            add_gap(&table, words->dots);
    }
    text_add(out, "\n");
    table_write(&table, 2, out);
    table_release(&table);
}

/* The slowest and the fastest by name; nothing when there is nothing to tell apart. */
static void add_extreme(struct text *line, const char *what, const struct record_row *row)
{
    char rate[FIGURES_TEXT];
    figures_rate_text(speed(row), gib, rate);
    text_add(line, "%s%s %s with %s GiB/s", line->length ? ", " : "", what, row->name, rate);
}

static void write_extremes(const struct record_phase *phase, const struct order *nodes,
                           const struct order *ranks, struct text *out)
{
    struct text slowest = {0};
    struct text fastest = {0};
    if (nodes->count > 1) {
        add_extreme(&slowest, "node", &phase->nodes[nodes->rows[0]]);
        add_extreme(&fastest, "node", &phase->nodes[nodes->rows[nodes->count - 1]]);
    }
    if (ranks->count > 1) {
        add_extreme(&slowest, "rank", &phase->ranks[ranks->rows[0]]);
        add_extreme(&fastest, "rank", &phase->ranks[ranks->rows[ranks->count - 1]]);
    }
    if (slowest.length) {
        summary_line(out, "slowest", "%s", text_string(&slowest));
        summary_line(out, "fastest", "%s", text_string(&fastest));
    }
    out->failed |= slowest.failed || fastest.failed;
    text_release(&slowest);
    text_release(&fastest);
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
    struct order nodes = sorted(phase->nodes, phase->node_count);
    struct order ranks = sorted(phase->ranks, phase->rank_count);
    struct order writers = sorted(phase->writers, phase->writer_count);
    out->failed |= !nodes.rows || !ranks.rows || !writers.rows;
    write_extremes(phase, &nodes, &ranks, out);
    bool all = style->verbose || phase->node_count <= ALL_SHOWN;
    struct table_words words = {.what = all ? "node" : "node, by rate",
                                .dots = style->utf8 ? "…" : "...",
                                .reading = bottleneck_reading(phase)};
    write_table(phase->nodes, phase->node_count, &nodes, all, &words, out);
    words.what = "rank";
    if (style->verbose)
        write_table(phase->ranks, phase->rank_count, &ranks, true, &words, out);
    words.what = "writer";
    if (style->verbose)
        write_table(phase->writers, phase->writer_count, &writers, true, &words, out);
    if (style->verbose)
        write_failures(phase, out);
    free(nodes.rows);
    free(ranks.rows);
    free(writers.rows);
}
