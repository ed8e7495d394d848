/* SPDX-License-Identifier: Apache-2.0 */
/* A warning of what others did with the devices while a phase ran: what the devices moved, less
 * what the phase did itself. */
#include "warnings.h"

#include "base/units.h"
#include "figures.h"
#include "node_rows.h"

/* Journals and inodes are less than this; and a system moves a little all the time. */
enum { FOREIGN_SHARE = 5, FOREIGN_LEAST = 64 << 20 };

/* What a node's device moved in a time, and what of it the phase did. */
struct moved {
    int64_t device;
    int64_t own;
};

/* Acknowledged to a node in a part of the phase; bins that are cut count in proportion. */
static int64_t own_in(const struct record_phase *phase, const struct node_rows *bins,
                      int64_t from_ns, int64_t to_ns)
{
    double bytes = 0;
    for (size_t i = bins->begin; i < bins->end; i++) {
        const struct record_bin *bin = &phase->bins[i];
        const int64_t first_ns = bin->start_ns > from_ns ? bin->start_ns : from_ns;
        const int64_t end_ns = bin->start_ns + bin->width_ns;
        const int64_t last_ns = end_ns < to_ns ? end_ns : to_ns;
        if (last_ns > first_ns)
            bytes += (double)bin->amount * (double)(last_ns - first_ns) / (double)bin->width_ns;
    }
    return (int64_t)bytes;
}

static bool is_foreign(const struct moved *moved)
{
    return moved->device - moved->own > moved->own / FOREIGN_SHARE;
}

/* Bytes of others at the device of a node; 'from_ns' gets when they began. */
static int64_t foreign_bytes(const struct record_phase *phase, const struct node_rows *readings,
                             const struct node_rows *bins, size_t node, int64_t *from_ns)
{
    struct moved all = {.own = phase->nodes[node].counters.bytes};
    *from_ns = -1;
    for (size_t i = readings->begin; i < readings->end; i++) {
        const struct record_device *row = &phase->devices[i];
        if (!row->device[0])
            continue;
        const struct moved moved = {
            .device = row->read_bytes + row->written_bytes,
            .own = own_in(phase, bins, row->start_ns, row->start_ns + row->width_ns)};
        all.device += moved.device;
        if (*from_ns < 0 && is_foreign(&moved) && moved.device - moved.own > FOREIGN_LEAST / 16)
            *from_ns = row->start_ns > 0 ? row->start_ns : 0;
    }
    return is_foreign(&all) && all.device - all.own >= FOREIGN_LEAST && *from_ns >= 0
               ? all.device - all.own
               : 0;
}

/* Do the devices count the phase's own bytes once, and is nothing of earlier phases on its way? */
static bool is_comparable(const struct record *record, const struct record_phase *phase)
{
    if (!warning_counts_bytes(phase) || phase->node_count != record->node_count)
        return false;
    for (const struct record_phase *earlier = record->phases; earlier <= phase; earlier++)
        if (earlier->unit != UNIT_BYTE || earlier->total.modes.direct_in_effect != TRUTH_YES ||
            earlier->total.counters.buffered_bytes > 0)
            return false;
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].remote || record->targets[i].cached_below ||
            record->targets[i].ram_backed || record->targets[i].compresses)
            return false;
    for (size_t i = 1; i < record->node_count; i++)
        if (warning_same_kernel(&record->nodes[0], &record->nodes[i]))
            return false;
    return true;
}

void warn_foreign_load(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!is_comparable(record, phase))
            continue;
        struct node_rows readings = NODE_ROWS(phase->devices, phase->device_count);
        struct node_rows bins = NODE_ROWS(phase->bins, phase->bin_count);
        for (size_t node = 0; node < phase->node_count; node++) {
            int64_t from_ns;
            char bytes[UNITS_TEXT];
            char from[UNITS_TEXT];
            node_rows_seek_number(&readings, (int64_t)node);
            node_rows_seek_number(&bins, (int64_t)node);
            const int64_t foreign = foreign_bytes(phase, &readings, &bins, node, &from_ns);
            if (!foreign)
                continue;
            units_format_size((uint64_t)foreign, bytes);
            units_format_duration(from_ns, from);
            text_add(out,
                     "in %s other processes moved %s on the device of %s, from %s on: the rate is "
                     "what they left; measure again when it is idle",
                     phase->name, bytes, phase->nodes[node].name, from_ns ? from : "the start");
            return;
        }
    }
}
