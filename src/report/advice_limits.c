/* Doubts from what devices, links and memory can do: rates far below it, and rates above it. */
#include "advice_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "bottleneck.h"
#include "figures.h"

static const double gb = 1e9;
static const int64_t least_ns = 1000000000; /* shorter phases are about starting */
static const double far_below = 0.5;        /* of the least that the class is known for */
static const double tolerance = 1.05;       /* counters and clocks are not exact */
static const double busy_limit = 0.2;
/* Twelve channels of DDR5-6400 (JESD79-5), 51.2 GB/s each: no processor socket has more but those
 * with memory of their own, and these have less than twice that. */
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

/* False for what cannot be told: virtual disks, what is made of others, networks. */
static bool find_class(const struct record_block_device *device, struct device_class *class)
{
    *class = (struct device_class){0};
    if (strcmp(device->kind, "nvme") == 0)
        return find_nvme_class(device, class);
    if (strcmp(device->kind, "sata") != 0 || device->rotational < 0)
        return false;
    const bool turns = device->rotational == 1;
    text_copy(class->name, sizeof class->name, turns ? "sata, a disk that turns" : "sata");
    class->least = turns ? 0.1e9 : 0.4e9;
    class->most = 0.6e9; /* 6 Gbit/s in 8b/10b */
    return true;
}

static bool is_on(const struct record_block_device *device, const struct record_node *node)
{
    return strcmp(device->node, node->hostname) == 0;
}

/* The only target of a node with a device of its own; NULL where it has none or several. */
static const struct record_target *local_target(const struct record *record,
                                                const struct record_node *node)
{
    const struct record_target *found = NULL;
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (strcmp(target->node, node->hostname) != 0)
            continue;
        if (found || !target->device[0] || target->ram_backed)
            return NULL;
        found = target;
    }
    return found;
}

/* The device that decides what that target can do: its own, or the fastest that it is made of (so
 * that several together are never asked for more than one of them gives). */
static const struct record_block_device *deciding_device(const struct record *record,
                                                         const struct record_node *node,
                                                         struct device_class *class, bool *alone)
{
    const struct record_block_device *best = NULL;
    size_t count = 0;
    for (size_t i = 0; i < record->block_device_count; i++) {
        const struct record_block_device *device = &record->block_devices[i];
        struct device_class own;
        if (!is_on(device, node))
            continue;
        count++;
        if (!find_class(device, &own) || (best && own.least <= class->least))
            continue;
        best = device;
        *class = own;
    }
    *alone = count == 1;
    return best;
}

static double rate_of(const struct record_row *row)
{
    return figures_rate(row->counters.bytes, row->counters.end_ns);
}

/* Was it the storage that set the pace, with requests that let it? */
static bool storage_decides(const struct record_phase *phase)
{
    struct bottleneck_facts facts;
    bottleneck_find(phase, &facts);
    return facts.kind != BOTTLENECK_PRODUCERS && facts.kind != BOTTLENECK_RATE &&
           phase->requests > 0 && phase->bytes / phase->requests >= SMALL_REQUEST;
}

static void add_link_loss(const struct record_block_device *device, struct text *out)
{
    if (strcmp(device->kind, "nvme") == 0 &&
        (device->link_width < device->link_most_width ||
         device->link_transfers_per_s < device->link_most_per_s))
        text_add(out, "; its link could be %.3g GT/s x%lld", (double)device->link_most_per_s / gb,
                 (long long)device->link_most_width);
}

static int tell_below(struct record *record, const struct record_phase *phase,
                      const struct record_row *row, const struct record_block_device *device,
                      const struct device_class *class)
{
    char rate[FIGURES_TEXT];
    char least[FIGURES_TEXT];
    struct text link = {0};
    figures_rate_text(rate_of(row), gb, rate);
    figures_rate_text(class->least, gb, least);
    add_link_loss(device, &link);
    const int result = advice_doubt(
        record, "below-class", "warning",
        "in %s %s had %s GB/s, where a device like its %s (%s) gives %s GB/s or more%s: raise "
        "--depth, --writers or --buffer-size, and look at its health, link and temperature",
        phase->name, row->name, rate, device->name, class->name, least, text_string(&link));
    text_release(&link);
    return result;
}

static int tell_above_device(struct record *record, const struct record_phase *phase,
                             const struct record_row *row, const struct record_block_device *device,
                             const struct device_class *class)
{
    char rate[FIGURES_TEXT];
    char most[FIGURES_TEXT];
    figures_rate_text(rate_of(row), gb, rate);
    figures_rate_text(class->most, gb, most);
    return advice_doubt(record, "above-line-rate", "serious",
                        "in %s %s had %s GB/s, but the link of its %s (%s) carries %s GB/s: the "
                        "rest never came to the device; use O_DIRECT and --fsync end",
                        phase->name, row->name, rate, device->name, class->name, most);
}

static int compare_with_device(struct record *record, const struct record_phase *phase, size_t i)
{
    const struct record_node *node = &record->nodes[i];
    const struct record_row *row = &phase->nodes[i];
    struct device_class class;
    bool alone;
    if (!local_target(record, node))
        return 0;
    const struct record_block_device *device = deciding_device(record, node, &class, &alone);
    if (!device)
        return 0;
    if (alone && rate_of(row) > tolerance * class.most)
        return tell_above_device(record, phase, row, device, &class);
    if (storage_decides(phase) && rate_of(row) < far_below * class.least)
        return tell_below(record, phase, row, device, &class);
    return 0;
}

/* File systems whose data come over a network alone; others may have a SAN, or a host below. */
static bool is_remote(const struct record_target *target)
{
    static const char *const types[] = {"nfs",    "nfs4",      "lustre",         "beegfs",
                                        "ceph",   "fuse.ceph", "fuse.ceph-fuse", "fuse.glusterfs",
                                        "cifs",   "smb3",      "fuse.sshfs",     "pvfs2",
                                        "wekafs", "panfs"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(target->file_system, types[i]) == 0)
            return true;
    return false;
}

/* Bits per second, one way, of all links of a node that are up; 0 where one does not tell. A port
 * that shows as an interface too counts twice: rather a doubt too few. */
static double network_of(const struct record *record, const struct record_node *node)
{
    double sum = 0;
    for (size_t i = 0; i < record->network_count; i++) {
        const struct record_network *network = &record->networks[i];
        const bool up = strcmp(network->state, "down") != 0;
        if (strcmp(network->node, node->hostname) != 0 || !up || strcmp(network->kind, "bond") == 0)
            continue;
        if (network->bits_per_s <= 0)
            return 0;
        sum += (double)network->bits_per_s;
    }
    return sum;
}

static int compare_with_network(struct record *record, const struct record_phase *phase, size_t i)
{
    const struct record_node *node = &record->nodes[i];
    const double most = network_of(record, node) / 8;
    for (size_t k = 0; k < record->target_count; k++)
        if (strcmp(record->targets[k].node, node->hostname) == 0 && !is_remote(&record->targets[k]))
            return 0;
    if (most <= 0 || rate_of(&phase->nodes[i]) <= tolerance * most)
        return 0;
    char rate[FIGURES_TEXT];
    char line[FIGURES_TEXT];
    figures_rate_text(rate_of(&phase->nodes[i]), gb, rate);
    figures_rate_text(most, gb, line);
    return advice_doubt(record, "above-line-rate", "serious",
                        "in %s %s had %s GB/s, but all its networks together carry %s GB/s: a "
                        "cache on the node answered; use O_DIRECT, or more data than memory holds",
                        phase->name, phase->nodes[i].name, rate, line);
}

static int compare_with_memory(struct record *record, const struct record_phase *phase, size_t i)
{
    const int64_t sockets = record->nodes[i].sockets > 0 ? record->nodes[i].sockets : 1;
    const double most = memory_of_socket * (double)sockets;
    if (rate_of(&phase->nodes[i]) <= most)
        return 0;
    char rate[FIGURES_TEXT];
    char line[FIGURES_TEXT];
    figures_rate_text(rate_of(&phase->nodes[i]), gb, rate);
    figures_rate_text(most, gb, line);
    return advice_doubt(record, "above-memory-speed", "serious",
                        "in %s %s had %s GB/s, more than the %s GB/s that its memory could carry: "
                        "the data were never moved; look at what the target does with them",
                        phase->name, phase->nodes[i].name, rate, line);
}

static bool is_null(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (strcmp(record->targets[i].kind, "null") != 0)
            return false;
    return record->target_count > 0;
}

/* The first phase and node of which there is something to say. */
int consider_limits(struct record *record)
{
    typedef int compare(struct record *, const struct record_phase *, size_t);
    static compare *const comparisons[] = {compare_with_memory, compare_with_network,
                                           compare_with_device};
    const size_t before = record->advice_count;
    for (size_t i = 0; i < record->phase_count && !is_null(record); i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!advice_counts(phase) || phase->duration_ns < least_ns ||
            phase->node_count != record->node_count)
            continue;
        for (size_t node = 0; node < phase->node_count; node++)
            for (size_t k = 0; k < sizeof comparisons / sizeof *comparisons; k++) {
                const int result = comparisons[k](record, phase, node);
                if (result || record->advice_count != before)
                    return result;
            }
    }
    return 0;
}

int consider_other_load(struct record *record)
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
        units_show_duration(device->before_ns, window);
        units_show_size((uint64_t)device->before_read_bytes, read);
        units_show_size((uint64_t)device->before_written_bytes, written);
        return advice_doubt(record, "other-load", "warning",
                            "%s of %s was busy %s of the %s before the start (%s read, %s "
                            "written): others use it, or what was written before is still on its "
                            "way; wait until it is idle",
                            device->name, device->node, share, window, read, written);
    }
    return 0;
}
