/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings from what devices, links and memory can do: rates far below it, and rates above it. */
#include "warnings.h"

#include <stdio.h>

#include "base/text.h"
#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"
#include "node_rows.h"

static const double gb = 1e9;
static const double far_below = 0.5;  /* of the least that the class is known for */
static const double tolerance = 1.05; /* counters and clocks are not exact */
static const double busy_limit = 0.2;
/* Twelve channels of DDR5-6400 (JESD79-5), 51.2 GB/s each: no CPU socket has more except those
 * with memory in their package, and these have less than twice that. */
static const double memory_of_socket = 2 * 12 * 51.2e9;

enum { SMALL_REQUEST = 64 << 10 };

/* What devices of a class give at least when they are kept busy, in bytes per second, and what
 * their link carries at most. */
struct device_class {
    char name[FIGURES_TEXT];
    double least;
    double most;
};

/* PCI Express base specification: transfers of a lane, of which 128 of 130 bits are data from the
 * third generation on. 'least' is for four lanes, as sequential rates of drives are. */
static const struct {
    double transfers;
    double least;
} generations[] = {{8e9, 1e9}, {16e9, 2e9}, {32e9, 5e9}};

static bool find_nvme_class(const struct record_block_device *device, struct device_class *class)
{
    const double transfers = (double)device->link_transfers_per_s;
    const double lanes = (double)device->link_width;
    if (transfers <= 0 || lanes <= 0)
        return false;
    class->most = transfers * lanes / 8 * 128 / 130;
    snprintf(class->name, sizeof class->name, "nvme, PCIe %.3g GT/s x%lld", transfers / gb,
             (long long)device->link_width);
    for (size_t i = 0; i < sizeof generations / sizeof *generations; i++)
        if (transfers >= generations[i].transfers)
            class->least = generations[i].least * lanes / 4;
    return class->least > 0;
}

/* False if that is unknown: virtual disks, what is made of others, networks. */
static bool find_class(const struct record_block_device *device, struct device_class *class)
{
    *class = (struct device_class){0};
    if (device->bus == BUS_PCIE_NVME)
        return find_nvme_class(device, class);
    if (device->bus != BUS_SATA || device->rotational < 0)
        return false;
    const bool turns = device->rotational == 1;
    text_copy(class->name, sizeof class->name, turns ? "sata, a disk that turns" : "sata");
    class->least = turns ? 0.1e9 : 0.4e9;
    class->most = 0.6e9; /* 6 Gbit/s in 8b/10b */
    return true;
}

/* One node of one phase, and what the record knows of it. */
struct judged {
    const struct record *record;
    const struct record_phase *phase;
    const struct record_node *node;
    const struct record_row *row;
    struct node_rows targets, devices, networks;
};

/* Does the node have one target alone, on a device of its own? */
static bool has_local_target(const struct judged *judged)
{
    const struct record_target *target = &judged->record->targets[judged->targets.begin];
    return judged->targets.end == judged->targets.begin + 1 && target->device[0] &&
           !target->ram_backed;
}

/* The device that decides what that target can do: its own, or the fastest that it is made of (so
 * that several together are never asked for more than one of them gives). */
static const struct record_block_device *deciding_device(const struct judged *judged,
                                                         struct device_class *class)
{
    const struct record_block_device *best = NULL;
    for (size_t i = judged->devices.begin; i < judged->devices.end; i++) {
        const struct record_block_device *device = &judged->record->block_devices[i];
        struct device_class own;
        if (!find_class(device, &own) || (best && own.least <= class->least))
            continue;
        best = device;
        *class = own;
    }
    return best;
}

/* Was it the storage that set the pace, with requests that let it? */
static bool storage_decides(const struct record *record, const struct record_phase *phase)
{
    const enum bottleneck kind = bottleneck_of(record, phase);
    return kind != BOTTLENECK_PRODUCERS && kind != BOTTLENECK_MEMORY && kind != BOTTLENECK_QUOTA &&
           kind != BOTTLENECK_CAP && kind != BOTTLENECK_STOPPED && !warning_paced(phase) &&
           phase->requests > 0 && phase->amount / phase->requests >= SMALL_REQUEST;
}

static void add_link_loss(const struct record_block_device *device, struct text *out)
{
    if (device->bus == BUS_PCIE_NVME && (device->link_width < device->link_most_width ||
                                         device->link_transfers_per_s < device->link_most_per_s))
        text_add(out, "; its link could be %.3g GT/s x%lld", (double)device->link_most_per_s / gb,
                 (long long)device->link_most_width);
}

/* What a node's rate is out of proportion with. */
enum limit {
    LIMIT_NONE,
    LIMIT_ABOVE_MEMORY,
    LIMIT_ABOVE_NETWORK,
    LIMIT_ABOVE_DEVICE,
    LIMIT_BELOW_DEVICE,
};

struct finding {
    enum limit limit;
    struct judged judged;
    double bound; /* bytes per second that the rate is above or below */
    const struct record_block_device *device;
    struct device_class class;
};

static enum limit compare_with_device(struct finding *finding)
{
    const struct judged *judged = &finding->judged;
    if (!has_local_target(judged))
        return LIMIT_NONE;
    finding->device = deciding_device(judged, &finding->class);
    if (!finding->device)
        return LIMIT_NONE;
    const bool alone = judged->devices.end == judged->devices.begin + 1;
    finding->bound = finding->class.most;
    if (alone && figures_row_rate(judged->row, UNIT_BYTE) > tolerance * finding->bound)
        return LIMIT_ABOVE_DEVICE;
    finding->bound = finding->class.least;
    return storage_decides(judged->record, judged->phase) &&
                   figures_row_rate(judged->row, UNIT_BYTE) < far_below * finding->bound
               ? LIMIT_BELOW_DEVICE
               : LIMIT_NONE;
}

/* Bits per second, one way, of all links of a node that are up; 0 where the rate of one is
 * unknown. A port that is an interface too counts twice: rather a warning too few. */
static double network_of(const struct judged *judged)
{
    double sum = 0;
    for (size_t i = judged->networks.begin; i < judged->networks.end; i++) {
        const struct record_network *network = &judged->record->networks[i];
        if (network->down || network->kind == NETWORK_BOND)
            continue;
        if (network->bits_per_s <= 0)
            return 0;
        sum += (double)network->bits_per_s;
    }
    return sum;
}

static enum limit compare_with_network(struct finding *finding)
{
    const struct judged *judged = &finding->judged;
    for (size_t i = judged->targets.begin; i < judged->targets.end; i++)
        if (!judged->record->targets[i].remote)
            return LIMIT_NONE;
    finding->bound = network_of(judged) / 8;
    return finding->bound > 0 &&
                   figures_row_rate(judged->row, UNIT_BYTE) > tolerance * finding->bound
               ? LIMIT_ABOVE_NETWORK
               : LIMIT_NONE;
}

static enum limit compare_with_memory(struct finding *finding)
{
    const struct judged *judged = &finding->judged;
    const int64_t sockets = judged->node->sockets > 0 ? judged->node->sockets : 1;
    finding->bound = memory_of_socket * (double)sockets;
    return figures_row_rate(judged->row, UNIT_BYTE) > finding->bound ? LIMIT_ABOVE_MEMORY
                                                                     : LIMIT_NONE;
}

static bool is_null(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].kind != TARGET_KIND_NULL)
            return false;
    return record->target_count > 0;
}

static enum limit compare(struct finding *finding)
{
    struct judged *judged = &finding->judged;
    node_rows_seek(&judged->targets, judged->node->hostname);
    node_rows_seek(&judged->devices, judged->node->hostname);
    node_rows_seek(&judged->networks, judged->node->hostname);
    enum limit limit = compare_with_memory(finding);
    if (limit == LIMIT_NONE)
        limit = compare_with_network(finding);
    return limit == LIMIT_NONE ? compare_with_device(finding) : limit;
}

/* The first phase and node with a finding. */
static void find_limit(const struct record *record, struct finding *finding)
{
    struct judged *judged = &finding->judged;
    *finding = (struct finding){
        .judged = {
            .record = record,
            .targets = NODE_ROWS(record->targets, record->target_count),
            .devices = NODE_ROWS(record->block_devices, record->block_device_count),
            .networks = NODE_ROWS(record->networks, record->network_count),
        }};
    for (size_t i = 0; i < record->phase_count && !is_null(record); i++) {
        const struct record_phase *phase = judged->phase = &record->phases[i];
        if (!warning_counts_bytes(phase) || phase->duration_ns < WARNING_LEAST_NS ||
            phase->node_count != record->node_count)
            continue;
        judged->targets.next = judged->devices.next = judged->networks.next = 0;
        for (size_t node = 0; node < phase->node_count && !finding->limit; node++) {
            judged->node = &record->nodes[node];
            judged->row = &phase->nodes[node];
            finding->limit = compare(finding);
        }
        if (finding->limit)
            return;
    }
}

/* "in 01_write n03 had 5.00 GB/s" */
static void add_rate(const struct finding *finding, struct text *out)
{
    char rate[FIGURES_TEXT];
    figures_rate_text(figures_row_rate(finding->judged.row, UNIT_BYTE), gb, rate);
    text_add(out, "in %s %s had %s GB/s", finding->judged.phase->name, finding->judged.row->name,
             rate);
}

void warn_above_memory(const struct record *record, struct text *out)
{
    struct finding finding;
    char bound[FIGURES_TEXT];
    find_limit(record, &finding);
    if (finding.limit != LIMIT_ABOVE_MEMORY)
        return;
    figures_rate_text(finding.bound, gb, bound);
    add_rate(&finding, out);
    text_add(out,
             ", more than the %s GB/s that its memory could carry: the data were never moved; "
             "check what the target does with them",
             bound);
}

void warn_above_line(const struct record *record, struct text *out)
{
    struct finding finding;
    char bound[FIGURES_TEXT];
    find_limit(record, &finding);
    if (finding.limit != LIMIT_ABOVE_NETWORK && finding.limit != LIMIT_ABOVE_DEVICE)
        return;
    figures_rate_text(finding.bound, gb, bound);
    add_rate(&finding, out);
    if (finding.limit == LIMIT_ABOVE_NETWORK)
        text_add(out,
                 ", but all its networks together carry %s GB/s: a cache on the node answered; use "
                 "O_DIRECT, or more data than memory holds",
                 bound);
    else
        text_add(out,
                 ", but the link of its %s (%s) carries %s GB/s: the rest never came to the "
                 "device; use O_DIRECT and --fsync end",
                 finding.device->name, finding.class.name, bound);
}

void warn_below_class(const struct record *record, struct text *out)
{
    struct finding finding;
    char bound[FIGURES_TEXT];
    find_limit(record, &finding);
    if (finding.limit != LIMIT_BELOW_DEVICE)
        return;
    figures_rate_text(finding.bound, gb, bound);
    add_rate(&finding, out);
    text_add(out, ", where a device like its %s (%s) gives %s GB/s or more", finding.device->name,
             finding.class.name, bound);
    add_link_loss(finding.device, out);
    text_add(out, ": raise --depth, --writers or --buffer-size, and check its health, link and "
                  "temperature");
}

void warn_other_load(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->block_device_count; i++) {
        const struct record_block_device *device = &record->block_devices[i];
        if (device->before_ns <= 0 ||
            (double)device->before_busy_ns <= busy_limit * (double)device->before_ns)
            continue;
        char share[FIGURES_TEXT];
        char window[UNITS_TEXT];
        char read[UNITS_TEXT];
        char written[UNITS_TEXT];
        figures_share(device->before_busy_ns, device->before_ns, share);
        units_format_duration(device->before_ns, window);
        units_format_size((uint64_t)device->before_read_bytes, read);
        units_format_size((uint64_t)device->before_written_bytes, written);
        text_add(out,
                 "%s of %s was busy %s of the %s before the start (%s read, %s written): others "
                 "use it, or what was written before is still on its way; wait until it is idle",
                 device->name, device->node, share, window, read, written);
        return;
    }
}
