/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/meter.h"

#include <dirent.h>
#include <inttypes.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/clock.h"
#include "small_file.h"

/* These counters count sectors of 512 bytes, for any sector size of the device. */
enum { SECTOR = 512, MS = 1000000, PATH_SIZE = 768, LINK_WORD_BYTES = 4 };

bool meter_parse(const char *line, struct meter_reading *reading)
{
    int64_t reads, read_sectors, read_ms, writes, written_sectors, write_ms, busy_ms, queue_ms;
    if (sscanf(line,
               "%" SCNd64 " %*d %" SCNd64 " %" SCNd64 " %" SCNd64 " %*d %" SCNd64 " %" SCNd64
               " %*d %" SCNd64 " %" SCNd64,
               &reads, &read_sectors, &read_ms, &writes, &written_sectors, &write_ms, &busy_ms,
               &queue_ms) != 8)
        return false;
    reading->requests = reads + writes;
    reading->read_bytes = read_sectors * SECTOR;
    reading->written_bytes = written_sectors * SECTOR;
    reading->request_ns = (read_ms + write_ms) * MS;
    reading->busy_ns = busy_ms * MS;
    reading->queue_ns = queue_ms * MS;
    return true;
}

static void read_device(const char *device, struct meter_reading *reading)
{
    char path[PATH_SIZE];
    char line[256];
    snprintf(path, sizeof path, "/sys/class/block/%s/stat", device);
    if (small_file_line(path, line, sizeof line) == 0)
        meter_parse(line, reading);
}

static bool has_file(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%.500s/%s", folder, name);
    return access(path, F_OK) == 0;
}

/* True if the interface is stacked on others (bridge, bond, VLAN), whose counters include its
 * bytes. */
static bool is_stacked(const char *folder)
{
    bool found = false;
    DIR *entries = opendir(folder);
    if (!entries)
        return false;
    for (const struct dirent *entry; !found && (entry = readdir(entries));)
        found = strncmp(entry->d_name, "lower_", 6) == 0;
    closedir(entries);
    return found;
}

/* True for IP over InfiniBand: the adapter's port counts its bytes, together with RDMA traffic.
 * Ports for RDMA over Ethernet only count RDMA. */
static bool counted_by_port(const char *folder)
{
    return small_file_number_in(folder, "type", -1) == ARPHRD_INFINIBAND &&
           has_file(folder, "device/infiniband");
}

/* Adds interfaces with hardware, or those without; returns true if there were any of that kind. */
static bool read_interfaces(const char *root, bool physical, struct meter_reading *reading)
{
    char all[PATH_SIZE];
    char folder[PATH_SIZE];
    bool any = false;
    snprintf(all, sizeof all, "%.200s/sys/class/net", root);
    DIR *entries = opendir(all);
    if (!entries)
        return false;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        snprintf(folder, sizeof folder, "%.240s/%s", all, entry->d_name);
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "lo") == 0 ||
            has_file(folder, "device") != physical)
            continue;
        any = true;
        if (is_stacked(folder) || (physical && counted_by_port(folder)))
            continue;
        reading->received_bytes += small_file_number_in(folder, "statistics/rx_bytes", 0);
        reading->sent_bytes += small_file_number_in(folder, "statistics/tx_bytes", 0);
    }
    closedir(entries);
    return any;
}

/* Adds the ports of an adapter; their data counters count words of four bytes. */
static void read_ports(const char *ports, struct meter_reading *reading)
{
    char folder[PATH_SIZE];
    DIR *entries = opendir(ports);
    if (!entries)
        return;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(folder, sizeof folder, "%.500s/%.200s/counters", ports, entry->d_name);
        reading->received_bytes +=
            small_file_number_in(folder, "port_rcv_data", 0) * LINK_WORD_BYTES;
        reading->sent_bytes += small_file_number_in(folder, "port_xmit_data", 0) * LINK_WORD_BYTES;
    }
    closedir(entries);
}

static void read_infiniband(const char *root, struct meter_reading *reading)
{
    char all[PATH_SIZE];
    char ports[PATH_SIZE];
    snprintf(all, sizeof all, "%.200s/sys/class/infiniband", root);
    DIR *adapters = opendir(all);
    if (!adapters)
        return;
    for (const struct dirent *entry; (entry = readdir(adapters));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(ports, sizeof ports, "%.240s/%.200s/ports", all, entry->d_name);
        read_ports(ports, reading);
    }
    closedir(adapters);
}

void meter_read_networks(const char *root, struct meter_reading *reading)
{
    reading->received_bytes = 0;
    reading->sent_bytes = 0;
    if (!read_interfaces(root, true, reading))
        read_interfaces(root, false, reading);
    read_infiniband(root, reading);
}

void meter_read(const char *device, struct meter_reading *reading)
{
    *reading = (struct meter_reading){0};
    if (device[0])
        read_device(device, reading);
    reading->at_ns = clock_now_ns();
    meter_read_networks("", reading);
}
