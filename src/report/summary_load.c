/* What a phase kept busy: lines of the summary. */
#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "load.h"
#include "summary_parts.h"

static const double gib = 1073741824.0;

/* Traffic of less than a tenth of the bytes is not worth a line. */
enum { NETWORK_TOLD = 10 };

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
        summary_line(out, "in flight", "%s requests on average, %s of each writer%s", all, each,
                     text_string(&depth));
    out->failed |= depth.failed;
    text_release(&depth);
}

/* "writers 3.1 % of a processor each (0.028 s/GiB)"; the others more shortly. */
static void add_threads(struct text *line, const char *who, int64_t cpu_ns, int64_t time_ns,
                        int64_t bytes)
{
    char share[FIGURES_TEXT];
    char cost[FIGURES_TEXT];
    if (time_ns <= 0 || bytes <= 0)
        return;
    figures_share(cpu_ns, time_ns, share);
    figures_fixed((double)cpu_ns * 1e-9 / ((double)bytes / gib), 3, cost);
    text_add(line, "%s%s %s%s (%s s/GiB)", line->length ? ", " : "", who, share,
             line->length ? "" : " of a processor each", cost);
}

static void write_processors(const struct counters *counters, bool reading, struct text *out)
{
    struct text line = {0};
    add_threads(&line, reading ? "readers" : "writers", counters->writer_cpu_ns,
                counters->writer_time_ns, counters->bytes);
    add_threads(&line, reading ? "checkers" : "producers", counters->producer_cpu_ns,
                counters->producer_time_ns, counters->producer_bytes);
    if (line.length)
        summary_line(out, "processors", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

/* Utilisation of the nodes' devices, and what went over networks, of everybody. */
static void write_device(const struct record_device *sum, int64_t bytes, struct text *out)
{
    char busy[FIGURES_TEXT];
    char queue[FIGURES_TEXT];
    char each[UNITS_TEXT];
    char received[UNITS_TEXT];
    char sent[UNITS_TEXT];
    figures_share(sum->busy_ns, sum->width_ns, busy);
    figures_fixed(sum->width_ns ? (double)sum->queue_ns / (double)sum->width_ns : 0, 1, queue);
    units_format_duration(sum->requests ? sum->request_ns / sum->requests : 0, each);
    if (sum->device[0] && sum->width_ns > 0)
        summary_line(out, "device", "%s busy %s of the time, %s requests in its queue, %s each",
                     sum->device, busy, queue, each);
    units_format_size((uint64_t)(sum->received_bytes > 0 ? sum->received_bytes : 0), received);
    units_format_size((uint64_t)(sum->sent_bytes > 0 ? sum->sent_bytes : 0), sent);
    if (sum->received_bytes + sum->sent_bytes > bytes / NETWORK_TOLD)
        summary_line(out, "network", "%s received, %s sent by the nodes, whoever did", received,
                     sent);
}

void summary_load(const struct record_phase *phase, struct text *out)
{
    struct load load;
    load_find(phase, &load);
    write_in_flight(phase, &load, out);
    write_processors(&phase->total.counters, bottleneck_reading(phase), out);
    write_device(&load.device, phase->amount, out);
}
