/* SPDX-License-Identifier: Apache-2.0 */
/* What a phase kept busy: lines of the verbose summary. */
#include "base/units.h"
#include "figures.h"
#include "load.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;

/* Network traffic of less than a tenth of the bytes is not shown. */
enum { NETWORK_SHOWN = 10 };

static void write_in_flight(const struct record_phase *phase, const struct load *load,
                            struct text *out)
{
    char all[FIGURES_TEXT];
    char each[FIGURES_TEXT];
    figures_fixed(load->in_flight, 1, all);
    figures_fixed(load->in_flight_each, 1, each);
    struct text depth = {0};
    if (phase->depth > 0)
        text_add(&depth, ", depth %lld", (long long)phase->depth);
    if (load->in_flight > 0)
        summary_line(out, "in flight", "%s requests on average, %s for each I/O thread%s", all,
                     each, text_string(&depth));
    out->failed |= depth.failed;
    text_release(&depth);
}

/* "I/O threads 3.1 % of a core each (0.028 s/GiB)" */
static void add_threads(struct text *line, const char *who, int64_t cpu_ns, int64_t time_ns,
                        int64_t bytes)
{
    char share[FIGURES_TEXT];
    char cost[FIGURES_TEXT];
    if (time_ns <= 0 || bytes <= 0)
        return;
    figures_share(cpu_ns, time_ns, share);
    figures_fixed((double)cpu_ns * 1e-9 / ((double)bytes / gib), 3, cost);
    text_add(line, "%s%s %s of a core each (%s s/GiB)", line->length ? ", " : "", who, share, cost);
}

/* ", threads of io_uring 0.002 s/GiB": they come and go, so they have no share of a core. */
static void add_ring(struct text *line, const struct counters *counters)
{
    char cost[FIGURES_TEXT];
    if (!line->length || counters->ring_cpu_ns <= 0)
        return;
    figures_fixed((double)counters->ring_cpu_ns * 1e-9 / ((double)counters->bytes / gib), 3, cost);
    text_add(line, ", threads of io_uring %s s/GiB", cost);
}

/* "I/O threads 41 % of a core each, 12.1 us for each operation (7.20 us in threads of io_uring)" */
static void add_operations(struct text *line, const struct counters *counters)
{
    char share[FIGURES_TEXT];
    char each[FIGURES_TEXT];
    char ring[FIGURES_TEXT];
    const int64_t cpu_ns = counters->writer_cpu_ns + counters->ring_cpu_ns;
    if (counters->writer_time_ns <= 0 || counters->operations <= 0)
        return;
    figures_share(counters->writer_cpu_ns, counters->writer_time_ns, share);
    figures_latency(cpu_ns / counters->operations, each);
    figures_latency(counters->ring_cpu_ns / counters->operations, ring);
    text_add(line, "I/O threads %s of a core each, %s for each operation", share, each);
    if (counters->ring_cpu_ns > 0)
        text_add(line, " (%s in threads of io_uring)", ring);
}

static void write_processors(const struct counters *counters, enum amount_unit unit,
                             struct text *out)
{
    struct text line = {0};
    if (unit == UNIT_OPERATION) {
        add_operations(&line, counters);
    } else {
        add_threads(&line, "I/O threads", counters->writer_cpu_ns, counters->writer_time_ns,
                    counters->bytes);
        add_ring(&line, counters);
        add_threads(&line, "data threads", counters->producer_cpu_ns, counters->producer_time_ns,
                    counters->producer_bytes);
    }
    if (line.length)
        summary_line(out, "CPU", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* Utilisation of the nodes' devices, including the traffic of other processes. */
static void write_device(const struct load *load, struct text *out)
{
    const struct record_device *sum = &load->device;
    char each[UNITS_TEXT];
    struct text line = {0};
    load_print_device(load, &line);
    units_format_duration(sum->requests ? sum->request_ns / sum->requests : 0, each);
    if (line.length)
        summary_line(out, "device", "%s, %s for each request", text_string(&line), each);
    out->failed |= line.failed;
    text_release(&line);
}

static void write_network(const struct record_device *sum, int64_t bytes, struct text *out)
{
    char received[UNITS_TEXT];
    char sent[UNITS_TEXT];
    units_format_size((uint64_t)(sum->received_bytes > 0 ? sum->received_bytes : 0), received);
    units_format_size((uint64_t)(sum->sent_bytes > 0 ? sum->sent_bytes : 0), sent);
    if (sum->received_bytes + sum->sent_bytes > bytes / NETWORK_SHOWN)
        summary_line(out, "network", "%s received, %s sent by the nodes, all processes together",
                     received, sent);
}

void summary_load(const struct record_phase *phase, const struct summary_style *style,
                  struct text *out)
{
    struct load load;
    load_find(phase, &load);
    write_network(&load.device, phase->total.counters.bytes, out);
    if (!style->verbose)
        return;
    write_in_flight(phase, &load, out);
    write_processors(&phase->total.counters, (enum amount_unit)phase->unit, out);
    write_device(&load, out);
}
