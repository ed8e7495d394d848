/* SPDX-License-Identifier: Apache-2.0 */
#include "report/plots.h"

#include <math.h>
#include <string.h>

#include "figures.h"
#include "plots_parts.h"
#include "summary_parts.h"
#include "swept.h"

enum { WIDTH = 520, PIXELS = 3, POINTS_PER_INCH = 100 };

const char *const plot_format_names[PLOT_FORMATS] = {"svg", "png", "pdf"};

void plot_number(struct text *out, double value)
{
    char number[FIGURES_TEXT];
    figures_fixed(value, 6, number);
    text_add(out, "%s", number);
}

void plot_quote(struct text *out, const char *name, size_t most)
{
    struct text valid = {0};
    struct text cut = {0};
    text_add_utf8(&valid, name);
    summary_shorten(text_string(&valid), valid.length, most, &cut);
    text_add(out, "'");
    for (const char *at = text_string(&cut); *at; at++) {
        const unsigned char byte = (unsigned char)*at;
        const bool plain = byte >= 0x80 ||
                           (byte > ' ' && byte < 0x7f && !strchr("'\"`\\{}@^<>&%", byte)) ||
                           byte == ' ';
        text_add(out, "%c", plain ? *at : '?');
    }
    text_add(out, "'");
    out->failed |= valid.failed || cut.failed;
    text_release(&cut);
    text_release(&valid);
}

double plot_unit(enum amount_unit unit)
{
    return unit == UNIT_BYTE ? 1073741824.0 : 1000;
}

void plot_ticks(struct text *out, double most, int count)
{
    const double least = most / count;
    const double power = pow(10, floor(log10(least)));
    text_add(out, "set xtics 0,");
    plot_number(out, power * (least <= power       ? 1
                              : least <= 2 * power ? 2
                              : least <= 5 * power ? 5
                                                   : 10));
    text_add(out, "\n");
}

void plot_begin(struct text *out, enum plot_format format, int height)
{
    switch (format) {
    case PLOT_PNG:
        text_add(out, "set terminal pngcairo size %d,%d fontscale %d linewidth %d noenhanced\n",
                 WIDTH * PIXELS, height * PIXELS, PIXELS, PIXELS);
        break;
    case PLOT_PDF:
        text_add(out, "set terminal pdfcairo size %d.%02din,%d.%02din fontscale 0.8 noenhanced\n",
                 WIDTH / POINTS_PER_INCH, WIDTH % POINTS_PER_INCH, height / POINTS_PER_INCH,
                 height % POINTS_PER_INCH);
        break;
    default:
        text_add(out, "set terminal svg size %d,%d dynamic font 'sans-serif,14' noenhanced\n",
                 WIDTH, height);
    }
    text_add(
        out,
        "set encoding utf8\nset border 3 lc rgb '" PLOT_GREY "'\nset tics nomirror out scale 0.5\n"
        "set grid ytics lt 1 lc rgb '#d8d8d8' lw 0.5\n"
        "set key at screen 0.02, screen 0.99 left top Left reverse horizontal maxrows 1 samplen 2 "
        "width -1\nset tmargin 2.5\n");
}

bool plot_shown(const struct record *record, const struct record_phase *phase)
{
    return phase->duration_ns > 0 && phase->status != RECORD_SKIPPED &&
           summary_median(record, phase) == phase;
}

static bool has_bins(const struct record_phase *phase)
{
    for (size_t i = 0; i < phase->bin_count; i++)
        if (phase->bins[i].node < 0)
            return true;
    return false;
}

static bool any_phase(const struct record *record, bool waits)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (plot_shown(record, phase) &&
            (waits ? phase->total.counters.writer_time_ns > 0 : phase->latency.total > 1))
            return true;
    }
    return false;
}

static bool has_data(const struct record *record, const struct plot *plot)
{
    const struct record_phase *phase = plot->phase;
    if (phase && !plot_shown(record, phase))
        return false;
    switch (plot->kind) {
    case PLOT_LATENCY:
    case PLOT_WAITS:
        return any_phase(record, plot->kind == PLOT_WAITS);
    case PLOT_THROUGHPUT:
        return has_bins(phase);
    case PLOT_NODES:
        return record_rows_active(phase->nodes, phase->node_count) > 1;
    case PLOT_HEAT:
        return plot_heat_nodes(phase) > PLOT_BARS;
    case PLOT_TARGETS:
        return phase->used_target_count > 1;
    case PLOT_SWEEP:
        return swept_best(record, plot->of);
    case PLOT_LOAD:
        return plot_has_load(record, plot->of);
    case PLOT_TUNE:
        return plot_has_probes(record, plot->of);
    case PLOT_CANDIDATES:
        return plot_has_candidates(record, plot->of);
    }
    return false;
}

/* The kinds of each group, in the order of the list. */
static const struct {
    enum plot_kind first;
    enum plot_kind last;
} groups[PLOT_GROUPS] = {
    [PLOTS_OF_RUN] = {PLOT_LATENCY, PLOT_WAITS},
    [PLOTS_OF_PHASE] = {PLOT_THROUGHPUT, PLOT_TARGETS},
    [PLOTS_OF_SWEEP] = {PLOT_SWEEP, PLOT_LOAD},
    [PLOTS_OF_TUNE] = {PLOT_TUNE, PLOT_CANDIDATES},
};

enum plot_group plot_group(const struct plot *plot)
{
    enum plot_group group = PLOTS_OF_RUN;
    while (plot->kind > groups[group].last)
        group++;
    return group;
}

const void *plot_subject(const struct plot *plot)
{
    return plot->phase ? (const void *)plot->phase : plot->of;
}

static bool find_subject(const struct record *record, enum plot_group group, size_t index,
                         struct plot *plot)
{
    *plot = (struct plot){0};
    switch (group) {
    case PLOTS_OF_PHASE:
        plot->phase = index < record->phase_count ? &record->phases[index] : NULL;
        return plot->phase;
    case PLOTS_OF_SWEEP:
        plot->of = swept_phase(record, index);
        return plot->of;
    case PLOTS_OF_TUNE:
        plot->of = index < record->tune_result_count ? record->tune_results[index].phase : NULL;
        return plot->of;
    default:
        return index == 0;
    }
}

bool plot_find(const struct record *record, size_t index, struct plot *plot)
{
    for (enum plot_group group = 0; group < PLOT_GROUPS; group++)
        for (size_t i = 0; find_subject(record, group, i, plot); i++)
            for (plot->kind = groups[group].first; plot->kind <= groups[group].last; plot->kind++)
                if (has_data(record, plot) && index-- == 0)
                    return true;
    return false;
}

void plot_name(const struct plot *plot, struct text *out)
{
    static const char *const names[] = {
        [PLOT_LATENCY] = "latency",       [PLOT_WAITS] = "waits", [PLOT_THROUGHPUT] = "throughput",
        [PLOT_NODES] = "nodes",           [PLOT_HEAT] = "heat",   [PLOT_TARGETS] = "targets",
        [PLOT_SWEEP] = "sweep",           [PLOT_LOAD] = "load",   [PLOT_TUNE] = "tune",
        [PLOT_CANDIDATES] = "candidates",
    };
    const char *phase = plot->phase ? plot->phase->name : plot->of ? plot->of : "";
    for (const char *at = phase; *at; at++)
        text_add(out, "%c", strchr("/.", *at) || (unsigned char)*at <= ' ' ? '_' : *at);
    text_add(out, "%s%s", *phase ? "-" : "", names[plot->kind]);
}

void plot_script(const struct record *record, const struct plot *plot, enum plot_format format,
                 struct text *out)
{
    switch (plot->kind) {
    case PLOT_LATENCY:
        plot_latency(record, format, out);
        break;
    case PLOT_WAITS:
        plot_waits(record, format, out);
        break;
    case PLOT_THROUGHPUT:
        plot_throughput(plot->phase, format, out);
        break;
    case PLOT_NODES:
        plot_nodes(plot->phase, format, out);
        break;
    case PLOT_HEAT:
        plot_heat(plot->phase, format, out);
        break;
    case PLOT_TARGETS:
        plot_targets(plot->phase, format, out);
        break;
    case PLOT_SWEEP:
        plot_sweep(record, plot->of, format, out);
        break;
    case PLOT_LOAD:
        plot_load(record, plot->of, format, out);
        break;
    case PLOT_TUNE:
        plot_tune(record, plot->of, format, out);
        break;
    case PLOT_CANDIDATES:
        plot_candidates(record, plot->of, format, out);
        break;
    }
}
