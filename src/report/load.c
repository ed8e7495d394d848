/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include "figures.h"

struct share {
    int part;
    int of;
};

static double quotient(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* How much of a row is within the phase: readings are taken a little after its start, and after its
 * end once the last rank is known to have finished. */
static int64_t width_inside(const struct record_phase *phase, const struct record_device *row)
{
    int64_t from_ns = row->start_ns > 0 ? row->start_ns : 0;
    int64_t to_ns = row->start_ns + row->width_ns;
    to_ns = to_ns < phase->duration_ns ? to_ns : phase->duration_ns;
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

static void add_row(struct load *load, const struct record_phase *phase,
                    const struct record_device *row)
{
    int64_t inside_ns = width_inside(phase, row);
    struct record_device *sum = &load->device;
    sum->received_bytes += row->received_bytes;
    sum->sent_bytes += row->sent_bytes;
    if (!row->device[0])
        return;
    text_copy(sum->device, sizeof sum->device, row->device);
    if (inside_ns > 0) {
        sum->width_ns += inside_ns;
        sum->busy_ns += row->busy_ns < inside_ns ? row->busy_ns : inside_ns;
        sum->queue_ns += row->queue_ns;
    }
    sum->requests += row->requests;
    sum->request_ns += row->request_ns;
    sum->read_bytes += row->read_bytes;
    sum->written_bytes += row->written_bytes;
}

/* Nodes with rows of a device; the rows of a node follow each other. */
static size_t nodes_with_device(const struct record_phase *phase)
{
    size_t count = 0;
    int64_t last = -1;
    for (size_t i = 0; i < phase->device_count; i++) {
        const struct record_device *row = &phase->devices[i];
        count += row->device[0] && row->node != last;
        last = row->device[0] ? row->node : last;
    }
    return count;
}

/* Requests that bypassed the page cache went to a device: if it counted none, another one did, or
 * they were over before it was read. */
static bool missed_requests(const struct record_phase *phase, const struct record_device *sum)
{
    return phase->unit == UNIT_BYTE && phase->amount > 0 && !sum->requests &&
           phase->total.modes.direct_in_effect == TRUTH_YES;
}

void load_find(const struct record_phase *phase, struct load *load)
{
    *load = (struct load){.device_nodes = nodes_with_device(phase)};
    const struct counters *counters = &phase->total.counters;
    for (size_t i = 0; i < phase->device_count; i++)
        add_row(load, phase, &phase->devices[i]);
    load->missed = missed_requests(phase, &load->device);
    double waited_ns = (double)phase->latency.sum_ns;
    load->in_flight = quotient(waited_ns, (double)phase->duration_ns);
    load->in_flight_each = quotient(waited_ns, (double)counters->writer_time_ns);
    load->in_flight_bytes =
        load->in_flight * quotient((double)counters->bytes, (double)counters->requests);
    const struct record_device *device = &load->device;
    double each =
        quotient((double)(device->read_bytes + device->written_bytes), (double)device->requests);
    load->device_bytes = quotient((double)device->queue_ns, (double)device->width_ns) * each *
                         (double)load->device_nodes;
}

/* The kernel's time of a busy device may miss requests that are short; then it contradicts the
 * queue and is left out. */
static const struct share least_busy = {1, 20};
static const struct share mostly_busy = {4, 5};
static const struct share queue_of_idle = {1, 2};

/* Is a time less than this share of the readings? Products of whole numbers: a quotient would be
 * rounded, and decide otherwise than what recomputes it. */
static bool is_below(int64_t time_ns, const struct record_device *sum, struct share share)
{
    return (double)time_ns * share.of < (double)sum->width_ns * share.part;
}

static bool is_hardly_busy(const struct record_device *sum)
{
    return is_below(sum->busy_ns, sum, least_busy);
}

bool load_is_idle(const struct load *load, const struct record_phase *phase)
{
    return !load->missed && load->device_nodes > 0 && load->device_nodes == phase->node_count &&
           load->device.width_ns > 0 && is_hardly_busy(&load->device) &&
           is_below(load->device.queue_ns, &load->device, queue_of_idle);
}

bool load_is_partial(const struct load *load, const struct record_phase *phase)
{
    const struct record_device *sum = &load->device;
    return !load->missed && load->device_nodes > 0 && load->device_nodes == phase->node_count &&
           sum->width_ns > 0 && !load_is_idle(load, phase) &&
           is_below(sum->busy_ns, sum, mostly_busy);
}

void load_print_device(const struct load *load, struct text *out)
{
    const struct record_device *sum = &load->device;
    char busy[FIGURES_TEXT];
    char queue[FIGURES_TEXT];
    if (!sum->device[0] || sum->width_ns <= 0 || load->missed)
        return;
    const bool idle = is_hardly_busy(sum);
    const bool queued = !is_below(sum->queue_ns, sum, queue_of_idle);
    figures_share(sum->busy_ns, sum->width_ns, busy);
    figures_fixed(quotient((double)sum->queue_ns, (double)sum->width_ns), 1, queue);
    text_add(out, "%s", load->device_nodes > 1 ? "devices" : sum->device);
    if (!idle || !queued)
        text_add(out, " %s busy", busy);
    if (!idle || queued)
        text_add(out, "%s queue %s", idle ? "" : ",", queue);
}
