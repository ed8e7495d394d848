/* SPDX-License-Identifier: Apache-2.0 */
#include "facts_device.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"

static void add_size(struct text *out, const char *before, int64_t bytes, const char *after)
{
    char size[UNITS_TEXT];
    if (bytes <= 0)
        return;
    units_format_size((uint64_t)bytes, size);
    text_add(out, "%s%s%s", before, size, after);
}

static void add_link(const struct record_block_device *device, struct text *out)
{
    if (device->link_transfers_per_s <= 0 || device->link_width <= 0)
        return;
    text_add(out, ", PCIe %g GT/s x%lld", (double)device->link_transfers_per_s / 1e9,
             (long long)device->link_width);
    if (device->link_most_per_s > device->link_transfers_per_s ||
        device->link_most_width > device->link_width)
        text_add(out, " of %g GT/s x%lld", (double)device->link_most_per_s / 1e9,
                 (long long)device->link_most_width);
}

/* Of the control groups. */
static void add_caps(const struct record_block_device *device, struct text *out)
{
    add_size(out, ", capped at ", device->cap_read_bytes_per_s, "/s of reads");
    add_size(out, ", capped at ", device->cap_written_bytes_per_s, "/s of writes");
    if (device->cap_reads_per_s > 0)
        text_add(out, ", capped at %lld reads/s", (long long)device->cap_reads_per_s);
    if (device->cap_writes_per_s > 0)
        text_add(out, ", capped at %lld writes/s", (long long)device->cap_writes_per_s);
}

static void add_settings(const struct record_block_device *device, struct text *out)
{
    char delay[UNITS_TEXT];
    text_add(out, "%s%s%s, %s, scheduler %s", device->kind, device->model[0] ? " " : "",
             device->model,
             device->rotational == 1   ? "rotational"
             : device->rotational == 0 ? "not rotational"
                                       : "rotation unknown",
             device->scheduler[0] ? device->scheduler : "none");
    if (device->queue_requests > 0)
        text_add(out, ", %lld requests", (long long)device->queue_requests);
    add_size(out, " of up to ", device->request_bytes, "");
    text_add(out, ", %s", device->write_cache[0] ? device->write_cache : "write cache unknown");
    add_size(out, ", blocks of ", device->logical_block_bytes, "");
    if (device->physical_block_bytes != device->logical_block_bytes)
        add_size(out, " (physical ", device->physical_block_bytes, ")");
    if (device->throttle_ns > 0) {
        units_format_duration(device->throttle_ns, delay);
        text_add(out, ", writeback throttled at %s", delay);
    }
    add_link(device, out);
    add_caps(device, out);
    if (device->numa_node >= 0)
        text_add(out, ", NUMA node %lld", (long long)device->numa_node);
}

void facts_device(const struct record_block_device *device, struct text *out)
{
    text_add(out, "%s, ", device->name);
    add_settings(device, out);
}

void facts_parts(const struct record_block_device *devices, size_t count, struct text *out)
{
    struct text last = {0};
    struct text own = {0};
    for (size_t i = 1; i < count; i++) {
        text_clear(&own);
        add_settings(&devices[i], &own);
        const bool alike = i > 1 && strcmp(text_string(&own), text_string(&last)) == 0;
        if (!alike && i > 1)
            text_add(out, ": %s; ", text_string(&last));
        text_add(out, "%s%s", alike ? ", " : "", devices[i].name);
        text_clear(&last);
        text_add(&last, "%s", text_string(&own));
    }
    if (count > 1)
        text_add(out, ": %s", text_string(&last));
    out->failed |= last.failed || own.failed;
    text_release(&last);
    text_release(&own);
}
