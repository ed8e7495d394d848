/* SPDX-License-Identifier: Apache-2.0 */
/* The load curve: latency against the throughput that was achieved. */
#include <math.h>
#include <string.h>

#include "figures.h"
#include "plots_parts.h"
#include "plots_points.h"

enum { HEIGHT = 340, NAME_SHOWN = 24 };

static const double gib = 1073741824.0;
static const double beyond = 1.35; /* of the highest rate: the end of the axis */

static bool is_shown(const struct place *place)
{
    return place->row->p50_ns > 0 && place->row->median_per_s > 0;
}

bool plot_has_load(const struct record *record, const char *phase)
{
    struct point_list points;
    size_t shown = 0;
    if (points_find(record, phase, &points) && points.axis == AXIS_OFFERED && points.groups)
        for (size_t i = 0; i < points.count; i++)
            shown += is_shown(&points.places[i]);
    points_release(&points);
    return shown > 1;
}

/* A line of one percentile, in the order of the offered rate. Returns whether it has points. */
static bool add_curve(const struct point_list *points, size_t group, bool p99, struct text *out)
{
    bool any = false;
    text_add(out, "$p%d_%zu << EOD\n", p99 ? 99 : 50, group);
    for (size_t i = 0; i < points->count; i++) {
        const struct place *place = &points->places[i];
        const int64_t ns = p99 ? place->row->p99_ns : place->row->p50_ns;
        if (place->group != group || !is_shown(place) || ns <= 0)
            continue;
        plot_number(out, (double)place->row->median_per_s / gib);
        text_add(out, " ");
        plot_number(out, (double)ns / 1e6);
        text_add(out, "\n");
        any = true;
    }
    text_add(out, "EOD\n");
    return any;
}

/* From each point to the rate that was offered, as far as the axis goes. */
static void add_offered(const struct point_list *points, struct text *out)
{
    text_add(out, "$offered << EOD\n");
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (!is_shown(&points->places[i]))
            continue;
        plot_number(out, (double)row->offered_per_s / gib);
        text_add(out, " ");
        plot_number(out, (double)row->p50_ns / 1e6);
        text_add(out, " ");
        plot_number(out, (double)(row->median_per_s - row->offered_per_s) / gib);
        text_add(out, " 0\n");
    }
    text_add(out, "EOD\n");
}

static void add_overload(const struct place *first, struct text *out)
{
    text_add(out, "$overload << EOD\n");
    plot_number(out, (double)first->row->median_per_s / gib);
    text_add(out, " ");
    plot_number(out, (double)first->row->p50_ns / 1e6);
    text_add(out, "\nEOD\n");
}

static void add_axes(const struct point_list *points, struct text *out)
{
    double rate = 0;
    double least = HUGE_VAL;
    double most = 0;
    for (size_t i = 0; i < points->count; i++) {
        const struct record_sweep *row = points->places[i].row;
        if (!is_shown(&points->places[i]))
            continue;
        rate = fmax(rate, (double)row->median_per_s / gib);
        least = fmin(least, (double)row->p50_ns / 1e6);
        most = fmax(most, fmax((double)row->p50_ns, (double)row->p99_ns) / 1e6);
    }
    text_add(out, "set lmargin 11\nset rmargin 3\nset xrange [0:");
    plot_number(out, rate * beyond);
    text_add(out, "]\n");
    if (rate > 0)
        plot_ticks(out, rate * beyond, PLOT_TICKS);
    text_add(out, "set logscale y\nset yrange [");
    plot_number(out, least / 1.6);
    text_add(out, ":");
    plot_number(out, most * 1.6);
    text_add(out, "]\n");
    plot_latency_ticks(out, most < 100 * least);
    text_add(out, "set xlabel 'achieved GiB/s'\nset ylabel 'latency'\n");
}

static void add_titled(struct text *out, const struct point_list *points, size_t group,
                       const char *percentile)
{
    struct text title = {0};
    text_add(&title, "%s%s%s", points->groups > 1 ? points->names[group] : "",
             points->groups > 1 ? ", " : "", percentile);
    plot_quote(out, text_string(&title), NAME_SHOWN);
    text_release(&title);
}

static void add_percentile(const struct point_list *points, size_t group, bool p99,
                           struct text *data, struct text *plot)
{
    const char *colour = p99 && points->groups == 1 ? PLOT_RED : plot_curves[group].colour;
    if (!add_curve(points, group, p99, data))
        return;
    text_add(plot, "%s$p%d_%zu with linespoints pt %d ps 0.8 lw 2 dt %d lc rgb '%s' title ",
             plot->length ? ", " : "plot ", p99 ? 99 : 50, group, p99 ? 5 : 7, p99 ? 2 : 1, colour);
    add_titled(plot, points, group, p99 ? "p99" : "p50");
}

void plot_load(const struct record *record, const char *phase, enum plot_format format,
               struct text *out)
{
    struct point_list points;
    struct text curves = {0};
    if (!points_find(record, phase, &points)) {
        out->failed = true;
        points_release(&points);
        return;
    }
    plot_begin(out, format, HEIGHT);
    text_add(out, "set key maxrows %zu\nset tmargin %zu.5\n", points.groups, 2 + points.groups);
    for (size_t group = 0; group < points.groups; group++) {
        add_percentile(&points, group, false, out, &curves);
        add_percentile(&points, group, true, out, &curves);
    }
    add_offered(&points, out);
    const struct place *overload = points_overload(record, &points);
    if (overload && is_shown(overload))
        add_overload(overload, out);
    add_axes(&points, out);
    text_add(out,
             "%s, $offered with vectors nohead dt 3 lw 1.5 lc rgb '" PLOT_GREY
             "' notitle, $offered using 1:2 with points pt 2 ps 0.8 lw 1.5 lc rgb "
             "'" PLOT_GREY "' title 'offered'",
             text_string(&curves));
    if (overload && is_shown(overload))
        text_add(out, ", $overload with points pt 12 ps 1.7 lw 2 lc rgb '" PLOT_INK "' title '%s'",
                 points.overload);
    text_add(out, "\n");
    out->failed |= curves.failed;
    text_release(&curves);
    points_release(&points);
}
