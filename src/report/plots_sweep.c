/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep: a line over a number, or bars from the fastest point on. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "plots_parts.h"
#include "plots_points.h"

enum { HEIGHT = 320, NAME_SHOWN = 24, AXIS_PIXELS = 420, LETTER_PIXELS = 8 };

static const double gib = 1073741824.0;
static const double most_share = 1.12; /* of the axis, to the highest value */

static void add_pair(struct text *out, double x, double y)
{
    plot_number(out, x);
    text_add(out, " ");
    plot_number(out, y);
    text_add(out, "\n");
}

static double highest(const struct point_list *points, bool lowest)
{
    double found = lowest ? HUGE_VAL : 0;
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        const double bound = (double)(!row->level_ppm ? row->median_per_s
                                      : lowest        ? row->low_per_s
                                                      : row->high_per_s);
        found = lowest ? fmin(found, bound) : fmax(found, bound);
    }
    return found / gib;
}

/* Labels at the values, as far as they do not overlap. */
static void add_ticks(const struct point_list *points, struct text *out)
{
    const double first = points->places[0].x;
    const double last = points->places[points->count - 1].x;
    double end = -1;
    text_add(out, "set xtics (");
    for (size_t i = 0; i < points->count; i++) {
        const struct place *place = &points->places[i];
        char shown[FIGURES_TEXT];
        if (points->axis == AXIS_OFFERED)
            figures_rate_text(place->x * gib, gib, shown);
        else
            text_copy(shown, sizeof shown, place->value);
        const double at = points->logarithmic ? log(place->x / first) / log(last / first)
                                              : (place->x - first) / (last - first);
        const double half = (double)(strlen(shown) * LETTER_PIXELS) / 2;
        if (i && at * AXIS_PIXELS - half < end + LETTER_PIXELS)
            continue;
        text_add(out, "%s", i ? ", " : "");
        plot_quote(out, shown, NAME_SHOWN);
        text_add(out, " ");
        plot_number(out, place->x);
        end = at * AXIS_PIXELS + half;
    }
    text_add(out, ")\n");
}

/* 1, 2 and 5 of each power of ten; only 1 if there are many. */
static void add_powers(struct text *out, double low, double high)
{
    static const int steps[] = {1, 2, 5};
    const bool few = high / low < 300;
    bool any = false;
    text_add(out, "set logscale y\nset ytics (");
    for (int power = -6; power <= 6; power++)
        for (size_t i = 0; i < (few ? 3 : 1); i++) {
            const double value = steps[i] * pow(10, power);
            char shown[FIGURES_TEXT];
            if (value < low || value > high)
                continue;
            figures_fixed(value, power < 0 ? -power : 0, shown);
            text_add(out, "%s'%s' %s", any ? ", " : "", shown, shown);
            any = true;
        }
    text_add(out, ")\n");
}

static void add_axes(const struct point_list *points, struct text *out)
{
    const struct place *first = &points->places[0];
    const struct place *last = &points->places[points->count - 1];
    const double high = highest(points, false);
    const double low = highest(points, true);
    const bool powers = points->logarithmic && points->axis != AXIS_VALUE && low > 0;
    text_add(out, "set lmargin 9\nset rmargin 3\nset ylabel 'GiB/s'\nset xlabel ");
    plot_quote(out, points->axis == AXIS_OFFERED ? "offered GiB/s" : points->name, NAME_SHOWN);
    text_add(out, "\n%s", points->logarithmic ? "set logscale x\n" : "");
    add_ticks(points, out);
    const double edge =
        points->logarithmic ? pow(last->x / first->x, 0.05) : (last->x - first->x) * 0.05;
    text_add(out, "set xrange [");
    plot_number(out, points->logarithmic ? first->x / edge : first->x - edge);
    text_add(out, ":");
    plot_number(out, points->logarithmic ? last->x * edge : last->x + edge);
    text_add(out, "]\n");
    if (powers)
        add_powers(out, low / 1.6, high * 1.6);
    text_add(out, "set yrange [");
    plot_number(out, powers ? low / 1.6 : 0);
    text_add(out, ":");
    plot_number(out, high * (powers ? 1.6 : most_share));
    text_add(out, "]\n");
}

/* The points of a line, their intervals, and single measurements where there is no interval. */
static void add_line_data(const struct record *record, const struct point_list *points,
                          size_t group, struct text *out)
{
    text_add(out, "$line%zu << EOD\n", group);
    for (size_t i = 0; i < points->count; i++)
        if (points->places[i].group == group)
            add_pair(out, points->places[i].x, (double)points->places[i].row->median_per_s / gib);
    text_add(out, "EOD\n$interval%zu << EOD\n", group);
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (points->places[i].group != group || !row->level_ppm)
            continue;
        plot_number(out, points->places[i].x);
        text_add(out, " ");
        plot_number(out, (double)row->median_per_s / gib);
        text_add(out, " ");
        add_pair(out, (double)row->low_per_s / gib, (double)row->high_per_s / gib);
    }
    text_add(out, "EOD\n$runs%zu << EOD\n", group);
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        for (size_t j = 0; !row->level_ppm && j < record->sweep_run_count; j++) {
            const struct record_sweep_run *run = &record->sweep_runs[j];
            if (points->places[i].group == group && run->point == row->point && run->per_s > 0 &&
                !strcmp(run->phase, row->phase))
                add_pair(out, points->places[i].x, (double)run->per_s / gib);
        }
    }
    text_add(out, "EOD\n");
}

/* Shapes around the points of this mark, in the colour of text. */
static void add_marked(const struct record *record, const struct point_list *points,
                       const char *mark, const char *shape, struct text *data, struct text *plot)
{
    size_t count = 0;
    text_add(data, "$%s << EOD\n", mark);
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (strcmp(swept_mark(record, row), mark) != 0)
            continue;
        add_pair(data, points->places[i].x, (double)row->median_per_s / gib);
        count++;
    }
    text_add(data, "EOD\n");
    if (count)
        text_add(plot, ", $%s with points %s lc rgb '" PLOT_INK "' title '%s'", mark, shape,
                 strcmp(mark, "best") ? "equal to it" : mark);
}

/* Where the queue begins to grow, with a load; else the best points. */
static void add_marks(const struct record *record, struct point_list *points, struct text *data,
                      struct text *plot)
{
    if (points->axis != AXIS_OFFERED) {
        add_marked(record, points, "best", "pt 12 ps 1.7 lw 2", data, plot);
        add_marked(record, points, "equal", "pt 6 ps 1.4 lw 1.5", data, plot);
        return;
    }
    const struct place *first = points_overload(record, points);
    if (!first)
        return;
    text_add(data, "$overload << EOD\n");
    add_pair(data, first->x, (double)first->row->median_per_s / gib);
    text_add(data, "EOD\n");
    text_add(plot, ", $overload with points pt 12 ps 1.7 lw 2 lc rgb '" PLOT_INK "' title '%s'",
             points->overload);
}

/* What perfect scaling from the smallest number of ranks, or keeping up with the load, would be. */
static bool add_ideal(const struct point_list *points, struct text *out)
{
    const struct place *first = &points->places[0];
    if (points->axis == AXIS_VALUE || points->groups > 1)
        return false;
    const double each =
        points->axis == AXIS_OFFERED ? 1 : (double)first->row->median_per_s / gib / first->x;
    text_add(out, "ideal(x) = ");
    plot_number(out, each);
    text_add(out, " * x\n");
    return true;
}

static void plot_line(const struct record *record, struct point_list *points,
                      enum plot_format format, struct text *out)
{
    plot_begin(out, format, HEIGHT);
    text_add(out, "set samples 200\nset tmargin 3\nset pointintervalbox 0\n");
    if (points->groups > 1)
        text_add(out, "set key maxrows 2\nset tmargin 4\n");
    for (size_t group = 0; group < points->groups; group++)
        add_line_data(record, points, group, out);
    struct text marks = {0};
    add_marks(record, points, out, &marks);
    add_axes(points, out);
    const bool ideal = add_ideal(points, out);
    text_add(out, "plot ");
    if (ideal)
        text_add(out, "ideal(x) with lines dt 2 lw 1.5 lc rgb '" PLOT_GREY "' title '%s', ",
                 points->axis == AXIS_OFFERED ? "offered" : "ideal");
    for (size_t group = 0; group < points->groups; group++) {
        const struct plot_curve *curve = &plot_curves[group];
        text_add(out,
                 "$runs%zu with points pt 7 ps 0.3 lc rgb '%s' notitle, $interval%zu with "
                 "yerrorbars ps 0 lw 1.5 lc rgb '%s' notitle, $line%zu with linespoints pt 7 ps "
                 "0.7 lw 2 dt %s lc rgb '%s' title ",
                 group, curve->colour, group, curve->colour, group, curve->dashes, curve->colour);
        plot_quote(out, points->groups > 1 ? points->names[group] : "median", NAME_SHOWN);
        text_add(out, "%s", group + 1 < points->groups ? ", " : "");
    }
    text_add(out, "%s\n", text_string(&marks));
    out->failed |= marks.failed;
    text_release(&marks);
}

/* --- bars */

static int by_rate(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    if (left->row->median_per_s != right->row->median_per_s)
        return left->row->median_per_s > right->row->median_per_s ? -1 : 1;
    return (left->row->point > right->row->point) - (left->row->point < right->row->point);
}

static void add_bars(const struct record *record, const struct point_list *points, const char *mark,
                     struct text *out)
{
    text_add(out, "$%s << EOD\n", !*mark ? "others" : *mark == '?' ? "unknown" : mark);
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (strcmp(swept_mark(record, row), mark) == 0)
            plot_bar(out, i, 0, (double)row->median_per_s / gib);
    }
    text_add(out, "EOD\n");
}

static bool add_whiskers(const struct point_list *points, struct text *out)
{
    bool any = false;
    text_add(out, "$intervals << EOD\n");
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (!row->level_ppm)
            continue;
        plot_number(out, (double)row->median_per_s / gib);
        text_add(out, " %zu ", i);
        add_pair(out, (double)row->low_per_s / gib, (double)row->high_per_s / gib);
        any = true;
    }
    text_add(out, "EOD\n");
    return any;
}

static void plot_points(const struct record *record, struct point_list *points,
                        enum plot_format format, struct text *out)
{
    qsort(points->places, points->count, sizeof *points->places, by_rate);
    points->count = points->count < PLOT_BARS ? points->count : PLOT_BARS;
    plot_begin_bars(out, format, points->count);
    for (size_t i = 0; i < points->count; i++) {
        struct text values = {0};
        points_values(points->places[i].row->settings, &values);
        text_add(out, "%s", i ? ", " : "");
        plot_quote(out, text_string(&values), NAME_SHOWN);
        text_add(out, " %zu", i);
        text_release(&values);
    }
    text_add(out, ")\nset tmargin 3.5\nset xlabel 'GiB/s'\nset xrange [0:");
    plot_number(out, highest(points, false) * most_share);
    text_add(out, "]\n");
    if (highest(points, false) > 0)
        plot_ticks(out, highest(points, false), PLOT_TICKS);
    add_bars(record, points, "best", out);
    add_bars(record, points, "equal", out);
    add_bars(record, points, "", out);
    add_bars(record, points, "?", out);
    const bool intervals = add_whiskers(points, out);
    text_add(out,
             "plot $best%slc rgb '" PLOT_BLUE "' fs solid noborder title 'best', $equal%slc rgb "
             "'" PLOT_BLUE "' fs transparent solid 0.4 border title 'equal to it', $others%slc rgb "
             "'" PLOT_GREY
             "' fs transparent solid 0.25 border title 'slower', $unknown%slc rgb '" PLOT_GREY
             "' fs empty border title 'too few measurements'",
             plot_bars, plot_bars, plot_bars, plot_bars);
    if (intervals)
        text_add(out,
                 ", $intervals with xerrorbars ps 0 lw 1.5 lc rgb '" PLOT_INK "' title 'interval'");
    text_add(out, "\n");
}

void plot_sweep(const struct record *record, const char *phase, enum plot_format format,
                struct text *out)
{
    struct point_list points;
    if (!points_find(record, phase, &points))
        out->failed = true;
    else if (points.groups)
        plot_line(record, &points, format, out);
    else
        plot_points(record, &points, format, out);
    points_release(&points);
}
