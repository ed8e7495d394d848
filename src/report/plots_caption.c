/* SPDX-License-Identifier: Apache-2.0 */
/* What each plot shows, in one sentence. */
#include "plots_parts.h"

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
        text_add(out, phase->node_count > PLOT_BARS
                          ? "Rate of each node, from the slowest to the fastest"
                          : "Rate of each node");
        break;
    case PLOT_HEAT:
        text_add(out, "Throughput of the nodes over time");
        if (plot_heat_step(phase) > 1)
            text_add(out, "; each row shows the slowest of %zu neighbours", plot_heat_step(phase));
        break;
    case PLOT_TARGETS:
        text_add(out, "Rate of each target");
        break;
    }
}
