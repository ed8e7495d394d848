/* SPDX-License-Identifier: Apache-2.0 */
/* What each plot shows, in one sentence. */
#include "plots_parts.h"
#include "plots_points.h"

static void caption_sweep(const struct record *record, const char *phase, struct text *out)
{
    struct point_list points;
    if (points_find(record, phase, &points) && points.groups && points.axis == AXIS_OFFERED)
        text_add(out, "Rate that %s achieved against the rate that was offered", phase);
    else if (points.groups)
        text_add(out, "Rate of %s by %s", phase, points.name);
    else if (points.count) {
        text_add(out, "Rate of %s by ", phase);
        points_names(points.places[0].row->settings, out);
        if (points.count > PLOT_BARS)
            text_add(out, ": the fastest %d of %zu points", PLOT_BARS, points.count);
    }
    text_add(out, "%s",
             points.groups ? ": medians, with their 95 % intervals from six repetitions on" : "");
    points_release(&points);
}

static void caption_nodes(const struct record_phase *phase, struct text *out)
{
    bool known = false;
    for (size_t i = 0; i < phase->node_count; i++)
        known |= phase->nodes[i].latency.p99_ns > 0;
    if (record_rows_active(phase->nodes, phase->node_count) > PLOT_BARS)
        text_add(out, "Rate of each node, from the slowest to the fastest");
    else
        text_add(out, "Rate of each node%s", known ? ", and its p99 latency" : "");
}

static void caption_targets(const struct record_phase *phase, struct text *out)
{
    bool known = false;
    for (size_t i = 0; i < phase->used_target_count; i++)
        known |= phase->used_targets[i].latency.p99_ns > 0;
    if (phase->used_target_count > PLOT_BARS)
        text_add(out, "The %d slowest of %zu targets: the rate of each%s", PLOT_BARS,
                 phase->used_target_count, known ? ", and its p99 latency" : "");
    else
        text_add(out, "Rate of each target%s", known ? ", and its p99 latency" : "");
}

void plot_caption(const struct record *record, const struct plot *plot, struct text *out)
{
    const struct record_phase *phase = plot->phase;
    switch (plot->kind) {
    case PLOT_LATENCY:
        text_add(out, "Latency: the share of requests that were faster, for each phase%s",
                 record->phases[record->phase_count - 1].repetition > 1
                     ? " (the repetition nearest to the median)"
                     : "");
        break;
    case PLOT_WAITS:
        text_add(
            out,
            "How I/O threads and data threads spent their time: at work, waiting for each other, "
            "or for a rate limit");
        break;
    case PLOT_THROUGHPUT:
        text_add(out, "Throughput over time%s%s",
                 phase->device_count ? ", and how busy the devices of the nodes were" : "",
                 phase->active_ns > 0 && phase->ranks_total > 1
                     ? "; shaded until the first rank had finished"
                     : "");
        break;
    case PLOT_NODES:
        caption_nodes(phase, out);
        break;
    case PLOT_HEAT:
        text_add(out, "Throughput of the nodes over time");
        if (plot_heat_step(phase) > 1)
            text_add(out, "; each row shows the slowest of %zu neighbours", plot_heat_step(phase));
        break;
    case PLOT_TARGETS:
        caption_targets(phase, out);
        break;
    case PLOT_SWEEP:
        caption_sweep(record, plot->of, out);
        break;
    case PLOT_LOAD:
        text_add(out,
                 "Load curve of %s: latency from the intended start against the throughput that "
                 "was achieved; the dotted lines lead to the throughput that was offered",
                 plot->of);
        break;
    case PLOT_TUNE:
        text_add(out,
                 "The probes of the search for %s in order, by what was compared; the line is the "
                 "median of the settled settings, the shade one standard deviation of a probe",
                 plot->of);
        break;
    case PLOT_CANDIDATES:
        text_add(
            out,
            "What the search for %s compared, from top to bottom: the probes of each value, their "
            "median, and from six probes on its 95 %% interval",
            plot->of);
        break;
    }
}
