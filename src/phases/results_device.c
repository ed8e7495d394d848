/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes' devices and networks did meanwhile: one row between each two readings. */
#include "results.h"

#include <errno.h>
#include <stdlib.h>

#include "record/thin.h"

static void row_between(const struct phase *phase, uint32_t i, struct record_device *row)
{
    const struct gauge *gauge = phase->watch.gauge;
    const struct meter_reading *from = &gauge->readings[i];
    const struct meter_reading *to = &gauge->readings[i + 1];
    int64_t start_ns = results_common_ns(&phase->clocks, from->at_ns - gauge->start_ns);
    *row = (struct record_device){
        .node = phase->run->cluster->node,
        .start_ns = start_ns,
        .width_ns = results_common_ns(&phase->clocks, to->at_ns - gauge->start_ns) - start_ns,
        .busy_ns = to->busy_ns - from->busy_ns,
        .queue_ns = to->queue_ns - from->queue_ns,
        .request_ns = to->request_ns - from->request_ns,
        .requests = to->requests - from->requests,
        .read_bytes = to->read_bytes - from->read_bytes,
        .written_bytes = to->written_bytes - from->written_bytes,
        .received_bytes = to->received_bytes - from->received_bytes,
        .sent_bytes = to->sent_bytes - from->sent_bytes,
    };
    text_copy(row->device, sizeof row->device, gauge->device);
}

int results_gather_device(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct record_device rows[GAUGE_READINGS];
    void *all = NULL;
    size_t count = 0;
    uint32_t used =
        phase->watch.gauge && phase->watch.gauge->count ? phase->watch.gauge->count - 1 : 0;
    for (uint32_t i = 0; i < used; i++)
        row_between(phase, i, &rows[i]);
    const size_t kept = thin_devices(rows, used, thin_readings(cluster->shape.node_count));
    cluster_gather(cluster, rows, sizeof *rows, kept, &all, &count, why);
    if (into) {
        into->devices = all;
        into->device_count = count;
    }
    return why->code;
}
