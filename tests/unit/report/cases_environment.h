/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes and their devices are. */
#ifndef TIDEMILL_TESTS_CASES_ENVIRONMENT_H
#define TIDEMILL_TESTS_CASES_ENVIRONMENT_H

#include "warning_cases.h"

static void spoil_program(struct record *record)
{
    strcpy(record->nodes[0].tool_commit, "4f2a");
    strcpy(record->nodes[1].tool_commit, "4f2a-dirty");
}

static void spoil_libraries(struct record *record)
{
    strcpy(record->nodes[1].libraries, "HDF5 1.14.3");
}

static void spoil_device(struct record *record)
{
    record->phases[0].ranks[6].counters.end_ns *= 2;
    record->block_device_count = 2;
    record->block_devices = calloc(2, sizeof *record->block_devices);
    strcpy(record->block_devices[0].node, "n001");
    strcpy(record->block_devices[0].scheduler, "none");
    strcpy(record->block_devices[1].node, "n002");
    strcpy(record->block_devices[1].scheduler, "bfq");
}

/* A device of one kind on each node, which is local to it. */
static void give_devices(struct record *record, enum record_bus bus, int64_t transfers,
                         int64_t width)
{
    const size_t nodes = record->node_count;
    record->targets = reallocarray(record->targets, nodes, sizeof *record->targets);
    record->block_devices = calloc(nodes, sizeof *record->block_devices);
    record->target_count = record->block_device_count = nodes;
    for (size_t i = 0; i < nodes; i++) {
        struct record_block_device *device = &record->block_devices[i];
        record->targets[i] = record->targets[0];
        strcpy(record->targets[i].node, record->nodes[i].hostname);
        strcpy(record->targets[i].device, "disk1");
        strcpy(record->targets[i].file_system, "xfs");
        record->targets[i].remote = 0;
        strcpy(device->node, record->nodes[i].hostname);
        strcpy(device->name, "disk1");
        device->bus = bus;
        device->link_transfers_per_s = device->link_most_per_s = transfers;
        device->link_width = device->link_most_width = width;
    }
}

static void set_rate(struct record *record, size_t phase, size_t node, double per_s)
{
    struct counters *counters = &record->phases[phase].nodes[node].counters;
    counters->end_ns = (int64_t)((double)counters->bytes / per_s * 1e9);
    if (counters->end_ns > record->phases[phase].duration_ns)
        record->phases[phase].duration_ns = counters->end_ns;
}

/* So that no warning about nodes that differ comes first. */
static void set_all_rates(struct record *record, double per_s)
{
    for (size_t phase = 0; phase < record->phase_count; phase++)
        for (size_t node = 0; node < record->phases[phase].node_count; node++)
            set_rate(record, phase, node, per_s);
}

static void spoil_nvme(struct record *record)
{
    give_devices(record, BUS_PCIE_NVME, 16000000000, 4);
    set_all_rates(record, 0.95e9);
}

static void spoil_link(struct record *record)
{
    give_devices(record, BUS_PCIE_NVME, 8000000000, 2);
    record->block_devices[0].link_most_per_s = 32000000000;
    record->block_devices[0].link_most_width = 4;
    set_all_rates(record, 0.2e9);
}

static void spoil_sata(struct record *record)
{
    give_devices(record, BUS_SATA, -1, -1);
    set_all_rates(record, 0.19e9);
}

static void spoil_sata_cached(struct record *record)
{
    give_devices(record, BUS_SATA, -1, -1);
}

static void give_networks(struct record *record, int64_t bits_per_s)
{
    give_devices(record, BUS_OTHER, -1, -1);
    record->networks = calloc(2 * record->node_count, sizeof *record->networks);
    record->network_count = 2 * record->node_count;
    for (size_t i = 0; i < record->network_count; i++) {
        struct record_network *network = &record->networks[i];
        strcpy(network->node, record->nodes[i / 2].hostname);
        network->kind = i % 2 ? NETWORK_BOND : NETWORK_INTERFACE;
        strcpy(network->state, "up");
        network->bits_per_s = bits_per_s;
    }
    for (size_t i = 0; i < record->target_count; i++) {
        strcpy(record->targets[i].file_system, "nfs4");
        record->targets[i].remote = 1;
        record->targets[i].device[0] = 0;
    }
}

static void spoil_network(struct record *record)
{
    give_networks(record, 20000000000);
}

static void spoil_speed(struct record *record)
{
    set_all_rates(record, 3e12);
    record->nodes[0].sockets = 1;
}

static void spoil_idleness(struct record *record)
{
    give_devices(record, BUS_OTHER, -1, -1);
    record->block_devices[1].before_ns = 200000000;
    record->block_devices[1].before_busy_ns = 90000000;
    record->block_devices[1].before_written_bytes = 3 << 20;
}

/* What each of two nodes sees under one path. */
static struct record_target *give_targets(struct record *record)
{
    record->targets = reallocarray(record->targets, 2, sizeof *record->targets);
    record->target_count = 2;
    strcpy(record->targets[0].mount_point, "/mnt/pfs");
    strcpy(record->targets[0].source, "mds1:/pfs");
    record->targets[1] = record->targets[0];
    strcpy(record->targets[1].node, "n002");
    return &record->targets[1];
}

static void spoil_mount(struct record *record)
{
    struct record_target *target = give_targets(record);
    strcpy(target->file_system, "ext4");
    strcpy(target->mount_point, "/");
    strcpy(target->source, "/dev/vda");
}

static void spoil_visibility(struct record *record)
{
    struct record_target *target = give_targets(record);
    strcpy(target->source, "mds2:/pfs");
    target->apart = 1;
}

static void spoil_removal(struct record *record)
{
    record->removal_failure = strdup("cannot remove 'r1': Permission denied");
}

static void spoil_removal_by_others(struct record *record)
{
    record->removal_failure = strdup("it holds 'x'; move it away, then use --cleanup");
}

static void spoil_rate(struct record *record)
{
    record->phases[0].nodes[0].counters.unsent_requests = record->phases[0].requests;
    record->phases[0].ranks[0].counters.unsent_requests = record->phases[0].requests;
}

static void spoil_run(struct record *record)
{
    record->phases[0].ranks[5].counters.stopped_ns = 2 * record->phases[0].duration_ns / 5;
    record->phases[0].nodes[1].counters.stopped_ns = 2 * record->phases[0].duration_ns / 5;
}

static void spoil_opening(struct record *record)
{
    record->phases[0].ranks[5].counters.open_ns = INT64_C(3510000000);
}

static void spoil_kernel(struct record *record)
{
    strcpy(record->nodes[0].boot_id, "8e43");
    strcpy(record->nodes[1].boot_id, "8e43");
}

static void spoil_source(struct record *record)
{
    strcpy(give_targets(record)->source, "mds2:/pfs");
}

static void spoil_quota(struct record *record)
{
    struct counters *counters = &record->phases[0].nodes[1].counters;
    record->nodes[1].cpu_quota_thousandths = 500;
    counters->quota_periods = 100;
    counters->quota_throttled_periods = 97;
    counters->quota_throttled_ns = record->phases[0].duration_ns / 2;
}

static void spoil_cap(struct record *record)
{
    give_devices(record, BUS_PCIE_NVME, 16000000000, 4);
    set_all_rates(record, 0.5e9);
    record->block_devices[0].cap_written_bytes_per_s = 512000000;
    record->block_devices[0].cap_read_bytes_per_s = 512000000;
}

static void spoil_cap_of_requests(struct record *record)
{
    spoil_cap(record);
    record->block_devices[0].cap_written_bytes_per_s = -1;
    const struct counters *counters = &record->phases[0].nodes[0].counters;
    record->block_devices[0].cap_writes_per_s =
        (int64_t)((double)counters->requests * 1e9 / (double)counters->end_ns);
}

static void spoil_cpus(struct record *record)
{
    strcpy(record->nodes[0].cpus_at_end, record->nodes[0].allowed_cpus);
    strcpy(record->nodes[1].cpus_at_end, "0-2");
}

static const struct warning_case environment_cases[] = {
    {"targets-differ", SEVERITY_SERIOUS,
     "'/mnt/pfs' is lustre from mds1:/pfs on n001 but ext4 from /dev/vda on n002: ", spoil_mount},
    {"targets-differ", SEVERITY_SERIOUS,
     "'/mnt/pfs' is lustre from mds1:/pfs on n001 but lustre from mds2:/pfs on n002: ",
     spoil_visibility},
    {"not-removed", SEVERITY_WARNING,
     "not everything was removed: cannot remove 'r1': Permission denied; remove the rest with "
     "--cleanup and this result",
     spoil_removal},
    {"not-removed", SEVERITY_WARNING,
     "not everything was removed: it holds 'x'; move it away, then use --cleanup",
     spoil_removal_by_others},
    {"stopped", SEVERITY_WARNING, "in 01_write n002:5 did not run for ", spoil_run},
    {"slow-open", SEVERITY_NOTE, "before 01_write opening its files took 3.51 s on n002:5, ",
     spoil_opening},
    {"rate-missed", SEVERITY_WARNING,
     "requests that --rate required before the end were not sent: storage was slower", spoil_rate},
    {"shared-kernel", SEVERITY_WARNING,
     "n001 and n002 run on one kernel (equal boot ids), as containers do: ", spoil_kernel},
    {"sources-differ", SEVERITY_NOTE,
     "'/mnt/pfs' (lustre) is mounted from mds1:/pfs on n001 but from mds2:/pfs on n002: ",
     spoil_source},
    {"cpus-changed", SEVERITY_WARNING, "the ranks on n002 could use CPUs ", spoil_cpus},
    {"cpu-quota", SEVERITY_WARNING,
     "in 01_write on n002, the CPU quota of the control group (0.50 cores) was used up in 97 % of "
     "its periods: the rate shows the quota",
     spoil_quota},
    {"io-cap", SEVERITY_WARNING,
     "in 01_write on n001, the control group's I/O cap of disk1 allows 488 MiB/s, and 477 MiB/s "
     "were written: the rate shows the cap",
     spoil_cap},
    {"io-cap", SEVERITY_WARNING, "I/O cap of disk1 allows 119 write requests per second",
     spoil_cap_of_requests},
    {"below-class", SEVERITY_WARNING,
     "in 01_write n001 had 0.950 GB/s, where a device like its disk1 (nvme, PCIe 16 GT/s x4) gives "
     "2.00 GB/s or more: raise",
     spoil_nvme},
    {"below-class", SEVERITY_WARNING,
     "(nvme, PCIe 8 GT/s x2) gives 0.500 GB/s or more; its link could be "
     "32 GT/s x4: raise",
     spoil_link},
    {"below-class", SEVERITY_WARNING,
     "n001 had 0.190 GB/s, where a device like its disk1 (sata) gives "
     "0.400 GB/s",
     spoil_sata},
    {"above-line-rate", SEVERITY_SERIOUS, "but the link of its disk1 (sata) carries 0.600 GB/s",
     spoil_sata_cached},
    {"above-line-rate", SEVERITY_SERIOUS, "but all its networks together carry 2.50 GB/s",
     spoil_network},
    {"above-memory-speed", SEVERITY_SERIOUS, "in 01_write n001 had 3000 GB/s, more than the",
     spoil_speed},
    {"other-load", SEVERITY_WARNING,
     "disk1 of n002 was busy 45 % of the 200 ms before the start (0 B read, 3.00 MiB written)",
     spoil_idleness},
    {"programs-differ", SEVERITY_WARNING,
     "n002 runs another program than n001 (commit 4f2a-dirty and 4f2a;", spoil_program},
    {"programs-differ", SEVERITY_WARNING, "n002 runs another program than n001", spoil_libraries},
    {"slow-rank", SEVERITY_WARNING, "its scheduler is 'bfq' instead of 'none'", spoil_device},
};

#endif
