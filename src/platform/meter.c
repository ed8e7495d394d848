#include "platform/meter.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/clock.h"
#include "small_file.h"

/* The kernel's sector in these counters is 512 bytes, whatever the device's is. */
enum { SECTOR = 512, MS = 1000000, PATH_ROOM = 768, LINK_WORD_BYTES = 4 };

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
    char path[PATH_ROOM];
    char line[256];
    snprintf(path, sizeof path, "/sys/class/block/%s/stat", device);
    if (small_file_line(path, line, sizeof line) == 0)
        meter_parse(line, reading);
}

/* Adds a counter of each entry of a folder, "<folder>/<entry>/<name>", times 'unit'. */
static int64_t sum_over(const char *folder, const char *name, int64_t unit)
{
    int64_t sum = 0;
    char path[PATH_ROOM];
    DIR *entries = opendir(folder);
    if (!entries)
        return 0;
    for (const struct dirent *entry; (entry = readdir(entries));) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "lo") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s/%s", folder, entry->d_name, name);
        sum += small_file_number(path, 0) * unit;
    }
    closedir(entries);
    return sum;
}

/* The ports of all adapters; their data counters count words of four bytes. */
static void read_infiniband(struct meter_reading *reading)
{
    static const char folder[] = "/sys/class/infiniband";
    char ports[PATH_ROOM];
    DIR *adapters = opendir(folder);
    if (!adapters)
        return;
    for (const struct dirent *entry; (entry = readdir(adapters));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(ports, sizeof ports, "%s/%s/ports", folder, entry->d_name);
        reading->received_bytes += sum_over(ports, "counters/port_rcv_data", LINK_WORD_BYTES);
        reading->sent_bytes += sum_over(ports, "counters/port_xmit_data", LINK_WORD_BYTES);
    }
    closedir(adapters);
}

void meter_read(const char *device, struct meter_reading *reading)
{
    *reading = (struct meter_reading){0};
    if (device[0])
        read_device(device, reading);
    reading->at_ns = clock_now_ns();
    reading->received_bytes = sum_over("/sys/class/net", "statistics/rx_bytes", 1);
    reading->sent_bytes = sum_over("/sys/class/net", "statistics/tx_bytes", 1);
    read_infiniband(reading);
}
