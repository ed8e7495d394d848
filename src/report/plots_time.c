/* SPDX-License-Identifier: Apache-2.0 */
/* Throughput over time, with the devices below it; and the heat map of nodes and time. */
#include <stdlib.h>

#include "figures.h"
#include "plots_parts.h"

enum {
    POINTS = 150, /* as many as a plot can show */
    HEAT_COLUMNS = 120,
    HEAT_ROWS = 100,
    PANEL = 280,
    TWO_PANELS = 420,
};

static const double second = 1e9;

struct time_unit {
    double ns;
    const char *name;
};

/* Amounts, or times of devices, in cells of equal width from 0 to the end of the phase. */
struct cells {
    double *sum; /* malloc'ed */
    double *weight;
    size_t count;
    double width_ns;
};

/* Cells at least as wide as the bins, so that none is empty because of its width. */
static bool cells_open(struct cells *cells, const struct record_phase *phase, int64_t least_ns,
                       size_t most)
{
    const double duration = (double)phase->duration_ns;
    const double fitting = least_ns > 0 ? duration / (double)least_ns : 1;
    cells->count = fitting >= (double)most ? most : fitting >= 1 ? (size_t)fitting : 1;
    cells->width_ns = duration / (double)cells->count;
    cells->sum = calloc(2 * cells->count, sizeof *cells->sum);
    cells->weight = cells->sum ? cells->sum + cells->count : NULL;
    return cells->sum;
}

/* Spreads an amount evenly over the part of its interval that is within the phase. */
static void cells_add(struct cells *cells, double from_ns, double width_ns, double amount)
{
    const double end_ns = cells->width_ns * (double)cells->count;
    const double begin = from_ns > 0 ? from_ns : 0;
    const double end = from_ns + width_ns < end_ns ? from_ns + width_ns : end_ns;
    if (end <= begin)
        return;
    for (size_t i = (size_t)(begin / cells->width_ns); i < cells->count; i++) {
        const double low = cells->width_ns * (double)i;
        const double high = low + cells->width_ns;
        const double part = (end < high ? end : high) - (begin > low ? begin : low);
        if (part <= 0)
            break;
        cells->sum[i] += amount * part / (end - begin);
        cells->weight[i] += part;
    }
}

static int64_t widest(const struct record_phase *phase, bool of_nodes)
{
    int64_t width_ns = 0;
    for (size_t i = 0; i < phase->bin_count; i++)
        if ((phase->bins[i].node >= 0) == of_nodes && phase->bins[i].width_ns > width_ns)
            width_ns = phase->bins[i].width_ns;
    return width_ns;
}

/* The unit of the axis of time: short phases have none of many decimals. */
static struct time_unit unit_of(const struct record_phase *phase)
{
    return phase->duration_ns >= INT64_C(2000000000) ? (struct time_unit){1e9, "s"}
           : phase->duration_ns >= 2000000           ? (struct time_unit){1e6, "ms"}
                                                     : (struct time_unit){1e3, "us"};
}

/* The axis of the whole phase. */
static void add_time_axis(const struct record_phase *phase, struct text *out)
{
    const struct time_unit unit = unit_of(phase);
    text_add(out, "set xrange [0:");
    plot_number(out, (double)phase->duration_ns / unit.ns);
    text_add(out, "]\n");
    if (phase->duration_ns > 0)
        plot_ticks(out, (double)phase->duration_ns / unit.ns, PLOT_TIME_TICKS);
}

static void add_cells(struct text *out, const struct cells *cells, double time_ns, double scale,
                      bool by_weight)
{
    for (size_t i = 0; i <= cells->count; i++) {
        const size_t cell = i < cells->count ? i : i - 1; /* the last one ends where it should */
        const double whole = by_weight ? cells->weight[cell] : cells->width_ns / second;
        plot_number(out, cells->width_ns * (double)i / time_ns);
        text_add(out, " ");
        plot_number(out, whole > 0 ? cells->sum[cell] / whole * scale : 0);
        text_add(out, "\n");
    }
}

static void add_line(struct text *out, const char *name, const struct record_phase *phase,
                     int64_t from_ns, int64_t length_ns, double rate)
{
    text_add(out, "$%s << EOD\n", name);
    for (int i = 0; i < 2; i++) {
        plot_number(out, (double)(from_ns + (i ? length_ns : 0)) / unit_of(phase).ns);
        text_add(out, " ");
        plot_number(out, rate);
        text_add(out, "\n");
    }
    text_add(out, "EOD\n");
}

static bool add_throughput(const struct record_phase *phase, struct text *out)
{
    struct cells cells;
    if (!cells_open(&cells, phase, widest(phase, false), POINTS))
        return false;
    for (size_t i = 0; i < phase->bin_count; i++) {
        const struct record_bin *bin = &phase->bins[i];
        const int64_t left_ns = phase->duration_ns - bin->start_ns;
        if (bin->node < 0 && left_ns > 0)
            cells_add(&cells, (double)bin->start_ns,
                      (double)(left_ns < bin->width_ns ? left_ns : bin->width_ns),
                      (double)bin->amount);
    }
    text_add(out, "$rate << EOD\n");
    add_cells(out, &cells, unit_of(phase).ns, 1 / plot_unit(phase->unit), false);
    text_add(out, "EOD\n");
    free(cells.sum);
    return true;
}

/* The share of time in which the devices had something to do; false if none is known. */
static bool add_devices(const struct record_phase *phase, struct text *out)
{
    struct cells cells;
    int64_t width_ns = 0;
    bool known = false;
    for (size_t i = 0; i < phase->device_count; i++)
        if (phase->devices[i].device[0] && phase->devices[i].width_ns > width_ns)
            width_ns = phase->devices[i].width_ns;
    if (width_ns == 0 || !cells_open(&cells, phase, width_ns, POINTS))
        return false;
    for (size_t i = 0; i < phase->device_count; i++) {
        const struct record_device *device = &phase->devices[i];
        known |= device->device[0] != '\0';
        if (device->device[0])
            cells_add(&cells, (double)device->start_ns, (double)device->width_ns,
                      (double)device->busy_ns);
    }
    text_add(out, "$busy << EOD\n");
    add_cells(out, &cells, unit_of(phase).ns, 100, true);
    text_add(out, "EOD\n");
    free(cells.sum);
    return known;
}

static void add_windows(const struct record_phase *phase, struct text *out)
{
    const double unit = plot_unit(phase->unit);
    if (phase->active_ns > 0)
        add_line(out, "active", phase, 0, phase->active_ns,
                 figures_rate(phase->active_amount, phase->active_ns) / unit);
    if (phase->steady == TRUTH_YES && phase->steady_ns > 0)
        add_line(out, "steady", phase, phase->steady_from_ns, phase->steady_ns,
                 figures_rate(phase->steady_amount, phase->steady_ns) / unit);
}

/* Each window is a line at its mean rate, and the shade below the curve ends with the first rank.
 */
static void plot_rate(const struct record_phase *phase, struct text *out)
{
    const bool steady = phase->steady == TRUTH_YES && phase->steady_ns > 0;
    text_add(out, "set ylabel '%s'\n", figures_amount_unit(phase->unit));
    if (steady && phase->active_ns > 0)
        text_add(out, "set tmargin 3.5\n"); /* two lines of names */
    if (phase->active_ns > 0) {
        text_add(out, "set object 1 rectangle from graph 0,0 to first ");
        plot_number(out, (double)phase->active_ns / unit_of(phase).ns);
        text_add(out, ", graph 1 behind fc rgb '#efefef' fs solid noborder\n");
    }
    text_add(out, "plot $rate with fillsteps fs transparent solid 0.2 fc rgb '" PLOT_BLUE
                  "' notitle, $rate with steps lw 1.5 lc rgb '" PLOT_BLUE "' title 'throughput'");
    if (phase->active_ns > 0)
        text_add(out, ", $active with lines lw 2 dt 2 lc rgb '" PLOT_INK "' title '%s'",
                 phase->ranks_total > 1 ? "all active" : "active");
    if (steady)
        text_add(out, ", $steady with lines lw 4 lc rgb '" PLOT_RED "' title 'steady'");
    text_add(out, "\n");
}

void plot_throughput(const struct record_phase *phase, enum plot_format format, struct text *out)
{
    struct text devices = {0};
    const bool two = add_devices(phase, &devices);
    plot_begin(out, format, two ? TWO_PANELS : PANEL);
    if (!add_throughput(phase, out))
        out->failed = true;
    add_windows(phase, out);
    text_add(out, "set yrange [0:*]\nset lmargin 11\nset rmargin 2\n");
    add_time_axis(phase, out);
    if (two)
        text_add(out, "%sset multiplot\nset origin 0,0.38\nset size 1,0.62\n",
                 text_string(&devices));
    else
        text_add(out, "set xlabel '%s since the common start'\n", unit_of(phase).name);
    plot_rate(phase, out);
    if (two)
        text_add(out,
                 "unset object 1\nset origin 0,0\nset size 1,0.4\nset yrange [0:100]\n"
                 "set ytics 50\nset tmargin 1.5\nset key above left\nset ylabel '%%'\n"
                 "set xlabel '%s since the common start'\n"
                 "plot $busy with fillsteps fs transparent solid 0.35 fc rgb '" PLOT_GREY
                 "' notitle, $busy with steps lc rgb '" PLOT_GREY
                 "' lw 1.5 title 'devices busy'\nunset multiplot\n",
                 unit_of(phase).name);
    out->failed |= devices.failed;
    text_release(&devices);
}

/* --- heat map */

/* Nodes follow each other in the timeline, as they do in all tables. */
size_t plot_heat_nodes(const struct record_phase *phase)
{
    const int64_t last = phase->bin_count ? phase->bins[phase->bin_count - 1].node : -1;
    return last < 0 || (size_t)last >= phase->node_count ? 0 : (size_t)last + 1;
}

size_t plot_heat_step(const struct record_phase *phase)
{
    return (plot_heat_nodes(phase) + HEAT_ROWS - 1) / HEAT_ROWS;
}

/* The cells of a row become the smallest of those of its nodes. */
static void join_node(double *row, const struct cells *node, bool first)
{
    for (size_t i = 0; i < node->count; i++) {
        const double rate = node->sum[i] / (node->width_ns / second);
        if (first || rate < row[i])
            row[i] = rate;
    }
}

static void add_row(struct text *out, const double *row, size_t count, enum amount_unit unit)
{
    for (size_t i = 0; i < count; i++) {
        plot_number(out, row[i] / plot_unit(unit));
        text_add(out, " ");
    }
    text_add(out, "\n");
}

static bool add_heat(const struct record_phase *phase, struct text *out, size_t *columns)
{
    struct cells cells;
    const size_t step = plot_heat_step(phase);
    size_t at = 0;
    if (!cells_open(&cells, phase, widest(phase, true), HEAT_COLUMNS))
        return false;
    double *row = calloc(cells.count, sizeof *row);
    for (size_t node = 0; row && node < plot_heat_nodes(phase); node++) {
        for (size_t i = 0; i < cells.count; i++)
            cells.sum[i] = 0;
        while (at < phase->bin_count && phase->bins[at].node < (int64_t)node)
            at++;
        for (; at < phase->bin_count && phase->bins[at].node == (int64_t)node; at++)
            cells_add(&cells, (double)phase->bins[at].start_ns, (double)phase->bins[at].width_ns,
                      (double)phase->bins[at].amount);
        join_node(row, &cells, node % step == 0);
        if (node % step == step - 1 || node + 1 == plot_heat_nodes(phase))
            add_row(out, row, cells.count, phase->unit);
    }
    *columns = cells.count;
    const bool done = row;
    free(row);
    free(cells.sum);
    return done;
}

void plot_heat(const struct record_phase *phase, enum plot_format format, struct text *out)
{
    size_t columns = 1;
    plot_begin(out, format, TWO_PANELS);
    text_add(out, "$heat << EOD\n");
    out->failed |= !add_heat(phase, out, &columns);
    text_add(out,
             "EOD\nset palette defined (0 '#00224e', 0.25 '#35456c', 0.5 '#7c7b78', 0.75 "
             "'#bcae6c', 1 '#fee838')\nunset grid\nset xlabel '%s since the common start'\n"
             "set ylabel 'node'\nset cblabel '%s'\nset cbrange [0:*]\nset yrange [%zu:0]\n",
             unit_of(phase).name, figures_amount_unit(phase->unit), plot_heat_nodes(phase));
    add_time_axis(phase, out);
    text_add(out,
             "set lmargin 9\nset rmargin at screen 0.76\nplot $heat matrix using (($1 + 0.5) * ");
    plot_number(out, (double)phase->duration_ns / unit_of(phase).ns / (double)columns);
    text_add(out, "):(($2 + 0.5) * %zu):3 with image notitle\n", plot_heat_step(phase));
}
