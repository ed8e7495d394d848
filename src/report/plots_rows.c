/* SPDX-License-Identifier: Apache-2.0 */
/* Bars: the rates of nodes and targets, and the waits of threads. */
#include <math.h>
#include <stdlib.h>

#include "base/units.h"
#include "figures.h"
#include "plots_parts.h"
#include "stats/describe.h"

enum { BAR = 26, BARS_EDGE = 128, NAME_SHOWN = 24, NAMED = 4, CURVE = 300 };

/* An outlier is farther from the median than five robust standard deviations (1.4826 MAD), and than
 * a tenth of it, as in the warnings. */
static const double deviations = 5 * 1.4826;
static const double least_share = 0.1;

struct spread {
    double median;
    double distance;
};

struct rated {
    const struct record_row *row;
    double rate;
};

static int by_rate(const void *a, const void *b)
{
    const struct rated *left = a;
    const struct rated *right = b;
    if (left->rate != right->rate)
        return left->rate < right->rate ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* The nodes that had something to do, in their order; NULL without memory. */
static struct rated *rated_nodes(const struct record_phase *phase, size_t *count,
                                 struct spread *spread)
{
    struct rated *nodes = calloc(phase->node_count + 1, sizeof *nodes);
    int64_t *rates = calloc(2 * (phase->node_count + 1), sizeof *rates);
    *count = 0;
    for (size_t i = 0; nodes && rates && i < phase->node_count; i++)
        if (!record_row_idle(&phase->nodes[i])) {
            const double rate = figures_row_rate(&phase->nodes[i], phase->unit);
            rates[*count] = (int64_t)rate;
            nodes[(*count)++] = (struct rated){&phase->nodes[i], rate};
        }
    if (!nodes || !rates) {
        free(rates);
        free(nodes);
        return NULL;
    }
    describe_sort(rates, *count);
    const int64_t median = describe_median(rates, *count);
    spread->median = (double)median;
    spread->distance =
        fmax(deviations * (double)describe_deviation(rates, *count, median, rates + *count),
             least_share * spread->median);
    free(rates);
    return nodes;
}

static bool is_outlier(const struct rated *node, const struct spread *spread)
{
    return fabs(node->rate - spread->median) > spread->distance;
}

void plot_begin_bars(struct text *out, enum plot_format format, size_t count)
{
    plot_begin(out, format, BARS_EDGE + BAR * (int)count);
    text_add(out,
             "unset grid\nset grid xtics lt 1 lc rgb '#d8d8d8' lw 0.5\nset style fill solid "
             "noborder\nset yrange [%zu.5:-0.5]\nset xrange [0:*]\nset ytics scale 0 (",
             count - 1);
}

/* "x from 0 to its value at row y". */
void plot_bar(struct text *out, size_t y, double from, double to)
{
    text_add(out, "%zu ", y);
    plot_number(out, from);
    text_add(out, " ");
    plot_number(out, to);
    text_add(out, "\n");
}

/* The axis of bars of up to 'most'; with space behind them for their latencies. */
static void add_rate_axis(struct text *out, enum amount_unit unit, double most, bool latencies)
{
    text_add(out, ")\nset xlabel '%s'\n", figures_amount_unit(unit));
    if (latencies)
        text_add(out, "set rmargin 13\n");
    if (most <= 0)
        return;
    text_add(out, "set xrange [0:");
    plot_number(out, most * 1.02);
    text_add(out, "]\n");
    plot_ticks(out, most, PLOT_TICKS);
}

/* The 99th percentile at the right of the bar at row y, where it is known. */
static void add_p99(struct text *out, size_t y, int64_t p99_ns)
{
    char time[UNITS_TEXT];
    if (p99_ns <= 0)
        return;
    units_format_duration(p99_ns, time);
    text_add(out, "set label %zu 'p99 %s' at graph 1, first %zu left offset 1.5,0\n", y + 1, time,
             y);
}

static void add_median(struct text *out, double median, const char *label)
{
    text_add(out, "set arrow 1 from first ");
    plot_number(out, median);
    text_add(out, ", graph 0 to first ");
    plot_number(out, median);
    text_add(out, ", graph 1 nohead front dt 2 lw 1.5 lc rgb '" PLOT_INK "'\n");
    text_add(out, "%s", label);
}

const char plot_bars[] = " using (($2+$3)/2):1:2:3:($1-0.38):($1+0.38) with boxxyerror ";

static void bar_nodes(const struct record_phase *phase, enum plot_format format,
                      const struct rated *nodes, size_t count, const struct spread *spread,
                      struct text *out)
{
    const double unit = plot_unit(phase->unit);
    bool outliers = false;
    bool latencies = false;
    double most = 0;
    plot_begin_bars(out, format, count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s", i ? ", " : "");
        plot_quote(out, nodes[i].row->name, NAME_SHOWN);
        text_add(out, " %zu", i);
        most = fmax(most, nodes[i].rate / unit);
        latencies |= nodes[i].row->latency.p99_ns > 0;
    }
    add_rate_axis(out, phase->unit, most, latencies);
    for (size_t i = 0; i < count; i++)
        add_p99(out, i, nodes[i].row->latency.p99_ns);
    for (int pass = 0; pass < 2; pass++) {
        text_add(out, "$%s << EOD\n", pass ? "outliers" : "usual");
        for (size_t i = 0; i < count; i++)
            if (is_outlier(&nodes[i], spread) == pass) {
                plot_bar(out, i, 0, nodes[i].rate / unit);
                outliers |= pass;
            }
        text_add(out, "EOD\n");
    }
    add_median(out, spread->median / unit, "");
    text_add(out, "plot NaN with lines dt 2 lw 1.5 lc rgb '" PLOT_INK "' title 'median'");
    if (outliers)
        text_add(out,
                 ", $outliers%slc rgb '" PLOT_RED
                 "' fs transparent solid 0.35 border title 'outlier'",
                 plot_bars);
    text_add(out, ", $usual%slc rgb '" PLOT_BLUE "' notitle\n", plot_bars);
}

/* The names of the slowest outliers, and of the fastest, next to their points. */
static void name_outliers(const struct rated *nodes, size_t count, const struct spread *spread,
                          double unit, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        if ((i >= NAMED && i + 1 < count) || !is_outlier(&nodes[i], spread))
            continue;
        text_add(out, "set label %zu ", i + 1);
        plot_quote(out, nodes[i].row->name, NAME_SHOWN);
        text_add(out, " at %zu,", i + 1);
        plot_number(out, nodes[i].rate / unit);
        text_add(out, " %s offset %s0 front\n", i < count / 2 ? "left" : "right",
                 i < count / 2 ? "1," : "-1,");
    }
}

static void curve_nodes(const struct record_phase *phase, enum plot_format format,
                        struct rated *nodes, size_t count, const struct spread *spread,
                        struct text *out)
{
    const double unit = plot_unit(phase->unit);
    const size_t step = count / CURVE + 1;
    qsort(nodes, count, sizeof *nodes, by_rate);
    plot_begin(out, format, CURVE);
    text_add(out, "$rates << EOD\n");
    for (size_t i = 0; i < count; i++)
        if (i % step == 0 || i + 1 == count || i < NAMED) {
            text_add(out, "%zu ", i + 1);
            plot_number(out, nodes[i].rate / unit);
            text_add(out, "\n");
        }
    text_add(out,
             "EOD\nset ylabel '%s'\nset xlabel 'nodes by rate'\nset yrange [0:*]\nset xrange "
             "[0:%zu]\n",
             figures_amount_unit(phase->unit), count + 1);
    name_outliers(nodes, count, spread, unit, out);
    text_add(out, "median(x) = ");
    plot_number(out, spread->median / unit);
    text_add(out, "\nplot $rates with fillsteps fs transparent solid 0.3 fc rgb '" PLOT_BLUE
                  "' notitle, $rates with steps lw 1.5 lc rgb '" PLOT_BLUE
                  "' title 'rate of a node', median(x) with lines dt 2 lw 1.5 lc rgb '" PLOT_INK
                  "' title 'median'\n");
}

void plot_nodes(const struct record_phase *phase, enum plot_format format, struct text *out)
{
    size_t count;
    struct spread spread;
    struct rated *nodes = rated_nodes(phase, &count, &spread);
    if (!nodes)
        out->failed = true;
    else if (count <= PLOT_BARS)
        bar_nodes(phase, format, nodes, count, &spread, out);
    else
        curve_nodes(phase, format, nodes, count, &spread, out);
    free(nodes);
}

struct target_bar {
    size_t index; /* in the list of the phase */
    double rate;
};

static int by_target_rate(const void *a, const void *b)
{
    const double left = ((const struct target_bar *)a)->rate;
    const double right = ((const struct target_bar *)b)->rate;
    return (left > right) - (left < right);
}

static int by_index(const void *a, const void *b)
{
    const size_t left = ((const struct target_bar *)a)->index;
    const size_t right = ((const struct target_bar *)b)->index;
    return (left > right) - (left < right);
}

/* The slowest targets, as many as have a bar, in the order of the list; NULL without memory. */
static struct target_bar *slowest_targets(const struct record_phase *phase, size_t *count)
{
    const size_t all = phase->used_target_count;
    struct target_bar *bars = calloc(all, sizeof *bars);
    *count = all < PLOT_BARS ? all : PLOT_BARS;
    for (size_t i = 0; bars && i < all; i++) {
        const struct record_used_target *used = &phase->used_targets[i];
        const int64_t amount = phase->unit == UNIT_BYTE ? used->bytes : used->operations;
        bars[i] =
            (struct target_bar){i, figures_rate(amount, used->end_ns) / plot_unit(phase->unit)};
    }
    if (bars) {
        qsort(bars, all, sizeof *bars, by_target_rate);
        qsort(bars, *count, sizeof *bars, by_index);
    }
    return bars;
}

void plot_targets(const struct record_phase *phase, enum plot_format format, struct text *out)
{
    size_t count;
    bool latencies = false;
    double most = 0;
    struct target_bar *bars = slowest_targets(phase, &count);
    if (!bars) {
        out->failed = true;
        return;
    }
    plot_begin_bars(out, format, count);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s", i ? ", " : "");
        plot_quote(out, phase->used_targets[bars[i].index].path, NAME_SHOWN);
        text_add(out, " %zu", i);
        most = fmax(most, bars[i].rate);
        latencies |= phase->used_targets[bars[i].index].latency.p99_ns > 0;
    }
    add_rate_axis(out, phase->unit, most, latencies);
    for (size_t i = 0; i < count; i++)
        add_p99(out, i, phase->used_targets[bars[i].index].latency.p99_ns);
    text_add(out, "$usual << EOD\n");
    for (size_t i = 0; i < count; i++)
        plot_bar(out, i, 0, bars[i].rate);
    text_add(out, "EOD\nplot $usual%slc rgb '" PLOT_BLUE "' notitle\n", plot_bars);
    free(bars);
}

/* --- waits */

/* How the threads of a kind spent their time. */
struct spent {
    int64_t whole_ns;
    int64_t waited_ns; /* for the threads of the other kind */
    int64_t paced_ns;  /* for --rate */
};

enum { SIDES = 2, SPENT_PHASES = 12 };

static void find_spent(const struct record_phase *phase, struct spent spent[SIDES])
{
    const struct counters *counters = &phase->total.counters;
    spent[0] = (struct spent){counters->writer_time_ns, counters->writer_waited_ns,
                              counters->writer_paced_ns};
    spent[1] = (struct spent){counters->producer_bytes > 0 ? counters->producer_time_ns : 0,
                              counters->producer_waited_ns, 0};
}

/* One bar for each kind of threads that worked in a phase: its name, then its three parts. */
static size_t add_spent(const struct record *record, struct text *names, struct text *out)
{
    size_t phases = 0;
    size_t y = 0;
    for (size_t i = 0; i < record->phase_count && phases < SPENT_PHASES; i++) {
        struct spent spent[SIDES];
        if (!plot_shown(record, &record->phases[i]))
            continue;
        phases++;
        find_spent(&record->phases[i], spent);
        for (size_t side = 0; side < SIDES; side++) {
            if (spent[side].whole_ns <= 0)
                continue;
            struct text name = {0};
            const double whole = (double)spent[side].whole_ns / 100;
            const double busy =
                (double)(spent[side].whole_ns - spent[side].waited_ns - spent[side].paced_ns) /
                whole;
            const double waited = busy + (double)spent[side].waited_ns / whole;
            text_add(&name, "%.20s %s", record->phases[i].name, side ? "data" : "I/O");
            text_add(names, "%s", y ? ", " : "");
            plot_quote(names, text_string(&name), NAME_SHOWN);
            text_add(names, " %zu", y);
            text_add(out, "%zu 0 ", y++);
            plot_number(out, busy);
            text_add(out, " ");
            plot_number(out, waited);
            text_add(out, " 100\n");
            out->failed |= name.failed;
            text_release(&name);
        }
    }
    return y;
}

void plot_waits(const struct record *record, enum plot_format format, struct text *out)
{
    static const char part[] = "$spent using (($%d+$%d)/2):1:%d:%d:($1-0.38):($1+0.38) with "
                               "boxxyerror lc rgb '%s' fs %s title '%s'%s";
    struct text names = {0};
    struct text rows = {0};
    const size_t count = add_spent(record, &names, &rows);
    plot_begin_bars(out, format, count);
    text_add(out, "%s)\n$spent << EOD\n%sEOD\nset xrange [0:100]\nset xlabel '%% of the time'\n",
             text_string(&names), text_string(&rows));
    text_add(out, "plot ");
    text_add(out, part, 2, 3, 2, 3, PLOT_BLUE, "solid noborder", "at work", ", ");
    text_add(out, part, 3, 4, 3, 4, PLOT_RED, "transparent solid 0.35 border", "waiting", ", ");
    text_add(out, part, 4, 5, 4, 5, PLOT_GREY, "transparent solid 0.1 border", "rate limit", "\n");
    out->failed |= names.failed || rows.failed;
    text_release(&rows);
    text_release(&names);
}
