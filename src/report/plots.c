/* SPDX-License-Identifier: Apache-2.0 */
#include "report/plots.h"

#include <string.h>

#include "figures.h"
#include "plots_parts.h"
#include "summary_parts.h"

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
    }
    return false;
}

/* Those of all phases together, then those of each phase. */
static const enum plot_kind of_run[] = {PLOT_LATENCY, PLOT_WAITS};
static const enum plot_kind of_phase[] = {PLOT_THROUGHPUT, PLOT_NODES, PLOT_HEAT, PLOT_TARGETS};
enum {
    OF_RUN = sizeof of_run / sizeof *of_run,
    OF_PHASE = sizeof of_phase / sizeof *of_phase,
};

bool plot_find(const struct record *record, size_t index, struct plot *plot)
{
    for (size_t i = 0; i < OF_RUN + record->phase_count * OF_PHASE; i++) {
        const size_t place = i - OF_RUN;
        *plot = i < OF_RUN ? (struct plot){.kind = of_run[i]}
                           : (struct plot){.kind = of_phase[place % OF_PHASE],
                                           .phase = &record->phases[place / OF_PHASE]};
        if (has_data(record, plot) && index-- == 0)
            return true;
    }
    return false;
}

void plot_name(const struct plot *plot, struct text *out)
{
    static const char *const names[] = {
        [PLOT_LATENCY] = "latency", [PLOT_WAITS] = "waits", [PLOT_THROUGHPUT] = "throughput",
        [PLOT_NODES] = "nodes",     [PLOT_HEAT] = "heat",   [PLOT_TARGETS] = "targets",
    };
    const char *phase = plot->phase ? plot->phase->name : "";
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
    }
}
