/* SPDX-License-Identifier: Apache-2.0 */
/* The latency of all phases by percentile. */
#include "figures.h"
#include "plots_parts.h"

enum { HEIGHT = 340, CURVES = 6, NAME_SHOWN = 20 };

/* Between two points the share of slower requests falls by at least this. */
static const double step = 1.04;

/* The share of requests that were not faster, as 1 / share, against the latency. */
static void add_curve(const struct histogram *latency, size_t number, struct text *out)
{
    uint64_t below = 0;
    double shown = 0;
    text_add(out, "$p%zu << EOD\n", number);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (!latency->counts[i])
            continue;
        const double at = (double)latency->total / (double)(latency->total - below);
        below += latency->counts[i];
        if (at < shown * step && below < latency->total)
            continue;
        shown = at;
        plot_number(out, at);
        text_add(out, " ");
        plot_number(out, (double)histogram_edge(i) / 1e6);
        text_add(out, "\n");
    }
    plot_number(out, (double)latency->total);
    text_add(out, " ");
    plot_number(out, (double)latency->max_ns / 1e6);
    text_add(out, "\nEOD\n");
}

static size_t add_curves(const struct record *record, const struct record_phase *shown[CURVES],
                         struct text *out)
{
    size_t count = 0;
    for (size_t i = 0; i < record->phase_count && count < CURVES; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!plot_shown(record, phase) || phase->latency.total < 2)
            continue;
        add_curve(&phase->latency, count, out);
        shown[count++] = phase;
    }
    return count;
}

void plot_latency_ticks(struct text *out, bool fine)
{
    static const struct {
        const char *unit;
        double ms;
    } powers[] = {{"ns", 1e-6}, {"us", 1e-3}, {"ms", 1}, {"s", 1e3}};
    static const int steps[] = {1, 2, 5};
    text_add(out, "set ytics (");
    for (size_t i = 0; i < sizeof powers / sizeof *powers; i++)
        for (int scale = 1; scale <= (i == 3 ? 1000 : 100); scale *= 10)
            for (size_t j = 0; j < (fine ? sizeof steps / sizeof *steps : 1); j++)
                text_add(out, "%s'%d %s' %d%s", i + (size_t)scale + j > 1 ? ", " : "",
                         steps[j] * scale, powers[i].unit, steps[j] * scale,
                         i == 0   ? "e-6"
                         : i == 1 ? "e-3"
                         : i == 2 ? ""
                                  : "e3");
    text_add(out, ")\n");
}

void plot_latency(const struct record *record, enum plot_format format, struct text *out)
{
    static const char *const styles[CURVES] = {
        "dt 1 lc rgb '" PLOT_BLUE "'",      "dt 2 lc rgb '" PLOT_RED "'",
        "dt 4 lc rgb '" PLOT_GREEN "'",     "dt 3 lc rgb '" PLOT_VIOLET "'",
        "dt (18,4) lc rgb '" PLOT_GREY "'", "dt (4,4,1,4,1,4) lc rgb '" PLOT_INK "'",
    };
    const struct record_phase *shown[CURVES];
    plot_begin(out, format, HEIGHT);
    const size_t count = add_curves(record, shown, out);
    text_add(out,
             "set key above left maxrows 2\nset tmargin 3.5\nset logscale xy\nset grid xtics\n"
             "set xtics ('50 %%%%' 2, '90 %%%%' 10, '99 %%%%' 100, '99.9 %%%%' 1000, '99.99 %%%%' "
             "10000, '5 nines' 1e5, '6 nines' 1e6, '7 nines' 1e7, '8 nines' 1e8)\n");
    plot_latency_ticks(out, false);
    text_add(out, "set xlabel 'share of the requests that were faster'\nset ylabel 'latency'\nset "
                  "lmargin 11\n"
                  "set rmargin 3\nset xrange [1:*]\nplot ");
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s$p%zu with lines lw 2 %s title ", i ? ", " : "", i, styles[i]);
        plot_quote(out, shown[i]->name, NAME_SHOWN);
    }
    text_add(out, "\n");
}
