/* SPDX-License-Identifier: Apache-2.0 */
#include "outside.h"

#include <inttypes.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "node_rows.h"

/* The quota sets the pace if it is used up in more of its periods than this, and takes a share of
 * the time that matters. */
static const double periods_limit = 0.25;
static const double time_limit = 0.05;
/* A rate this close to a cap is held by it: the kernel counts in slices of time. */
static const double near_cap = 0.1;

static bool is_used_up(const struct record_phase *phase, const struct counters *counters)
{
    return (double)counters->quota_throttled_periods >
               periods_limit * (double)counters->quota_periods &&
           (double)counters->quota_throttled_ns > time_limit * (double)phase->duration_ns;
}

/* "on n03, ", or nothing on one node */
static void add_node(const struct record *record, size_t node, struct text *out)
{
    if (record->node_count > 1)
        text_add(out, "on %s, ", record->nodes[node].hostname);
}

bool outside_quota(const struct record *record, const struct record_phase *phase, struct text *out)
{
    for (size_t i = 0; i < phase->node_count && i < record->node_count; i++) {
        const struct counters *counters = &phase->nodes[i].counters;
        char cores[FIGURES_TEXT];
        char share[FIGURES_TEXT];
        if (!is_used_up(phase, counters))
            continue;
        if (!out)
            return true;
        add_node(record, i, out);
        figures_fixed((double)record->nodes[i].cpu_quota_thousandths / 1e3, 2, cores);
        figures_share(counters->quota_throttled_periods, counters->quota_periods, share);
        text_add(out, "the CPU quota of the control group");
        if (record->nodes[i].cpu_quota_thousandths > 0)
            text_add(out, " (%s cores)", cores);
        text_add(out, " was used up in %s of its periods", share);
        return true;
    }
    return false;
}

/* A second of a long phase is still in its latencies. */
enum { STOPPED_SHARE = 20, STOPPED_NS = 1000 * 1000 * 1000 };

bool outside_stopped(const struct record_phase *phase)
{
    return phase->total.counters.stopped_ns * 2 > phase->duration_ns;
}

bool outside_paused(const struct record_phase *phase)
{
    const int64_t stopped_ns = phase->total.counters.stopped_ns;
    return stopped_ns >= STOPPED_NS || stopped_ns * STOPPED_SHARE > phase->duration_ns;
}

void outside_add_stop(const struct record_phase *phase, struct text *out)
{
    const int64_t stopped_ns = phase->total.counters.stopped_ns;
    const char *name = "a rank";
    char stopped[UNITS_TEXT];
    char whole[UNITS_TEXT];
    for (size_t i = phase->rank_count; i-- > 0;)
        if (phase->ranks[i].counters.stopped_ns == stopped_ns)
            name = phase->ranks[i].name;
    units_format_duration(stopped_ns, stopped);
    units_format_duration(phase->duration_ns, whole);
    text_add(out, "%s did not run for %s of %s", name, stopped, whole);
}

static bool is_near(double rate, int64_t cap)
{
    return cap > 0 && rate > (1 - near_cap) * (double)cap && rate < (1 + near_cap) * (double)cap;
}

/* Requests per second that the node's device finished. */
static double device_requests(const struct record_phase *phase, struct node_rows *readings,
                              size_t node)
{
    int64_t requests = 0;
    int64_t width_ns = 0;
    node_rows_seek_number(readings, (int64_t)node);
    for (size_t i = readings->begin; i < readings->end; i++) {
        requests += phase->devices[i].requests;
        width_ns += phase->devices[i].width_ns;
    }
    return figures_rate(requests, width_ns);
}

/* Of what a node did, the part that wrote, or that read; every node has the same mix. */
static double part_of(const struct record_phase *phase, bool writes)
{
    const int64_t bytes = writes ? record_bytes_written(phase) : record_bytes_read(phase);
    return phase->amount > 0 ? (double)bytes / (double)phase->amount : 0;
}

/* Adds the cap of this device that the node reached by writing, or by reading, if it did. */
static bool add_cap(const struct record_phase *phase, struct node_rows *readings, size_t node,
                    const struct record_block_device *device, bool writes, struct text *out)
{
    const struct record_row *row = &phase->nodes[node];
    const int64_t bytes_cap =
        writes ? device->cap_written_bytes_per_s : device->cap_read_bytes_per_s;
    const int64_t requests_cap = writes ? device->cap_writes_per_s : device->cap_reads_per_s;
    const double part = part_of(phase, writes);
    const double rate = part * figures_rate(row->counters.bytes, row->counters.end_ns);
    const double requests = part * figures_rate(row->counters.requests, row->counters.end_ns);
    const bool by_bytes = is_near(rate, bytes_cap);
    char allowed[UNITS_TEXT];
    char reached[UNITS_TEXT];
    if (!by_bytes && !is_near(requests, requests_cap) &&
        (requests_cap <= 0 ||
         !is_near(part * device_requests(phase, readings, node), requests_cap)))
        return false;
    if (!out)
        return true;
    if (by_bytes) {
        units_format_size((uint64_t)bytes_cap, allowed);
        units_format_size((uint64_t)rate, reached);
        text_add(out, "the control group's I/O cap of %s allows %s/s, and %s/s were %s",
                 device->name, allowed, reached, writes ? "written" : "read");
    } else {
        text_add(out, "the control group's I/O cap of %s allows %" PRId64 " %s requests per second",
                 device->name, requests_cap, writes ? "write" : "read");
    }
    return true;
}

/* The same with the node's name in front. */
static bool add_device_cap(const struct record *record, const struct record_phase *phase,
                           struct node_rows *readings, size_t node,
                           const struct record_block_device *device, struct text *out)
{
    struct text line = {0};
    bool found = phase->writes && add_cap(phase, readings, node, device, true, out ? &line : NULL);
    if (!found && phase->reads)
        found = add_cap(phase, readings, node, device, false, out ? &line : NULL);
    if (found && out) {
        add_node(record, node, out);
        text_add(out, "%s", text_string(&line));
        out->failed |= line.failed;
    }
    text_release(&line);
    return found;
}

bool outside_cap(const struct record *record, const struct record_phase *phase, struct text *out)
{
    struct node_rows devices = NODE_ROWS(record->block_devices, record->block_device_count);
    struct node_rows readings = NODE_ROWS(phase->devices, phase->device_count);
    for (size_t node = 0; node < record->node_count && node < phase->node_count; node++) {
        node_rows_seek(&devices, record->nodes[node].hostname);
        for (size_t i = devices.begin; i < devices.end; i++) {
            const struct record_block_device *device = &record->block_devices[i];
            /* a part has its own cap, but carries only a part of the data */
            if (!device->above[0] && add_device_cap(record, phase, &readings, node, device, out))
                return true;
        }
    }
    return false;
}
