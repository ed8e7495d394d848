/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/traffic.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/meter.h"
#include "small_file.h"

enum { PATH_SIZE = 768, KIB = 1024 };

/* Sets '*value' from a line "NAME   number ..." of a file; true if there is one. */
static bool find_number(FILE *file, const char *name, int64_t *value)
{
    char line[128], word[64];
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "%63s %" SCNd64, word, value) == 2 && strcmp(word, name) == 0)
            return true;
    return false;
}

static bool read_pair(const char *path, const char *dirtied, const char *written, int64_t unit,
                      struct traffic *traffic)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    const bool found = find_number(file, dirtied, &traffic->dirtied_bytes) &&
                       find_number(file, written, &traffic->written_back_bytes);
    fclose(file);
    traffic->dirtied_bytes *= unit;
    traffic->written_back_bytes *= unit;
    return found;
}

/* A partition shares the counters of its disk. */
static bool read_device(const char *root, const char *device, struct traffic *traffic)
{
    char path[PATH_SIZE], number[32];
    snprintf(path, sizeof path, "%.400s/sys/class/block/%.64s/partition", root, device);
    const bool is_partition = access(path, F_OK) == 0;
    snprintf(path, sizeof path, "%.400s/sys/class/block/%.64s/%sdev", root, device,
             is_partition ? "../" : "");
    if (!device[0] || small_file_line(path, number, sizeof number))
        return false;
    snprintf(path, sizeof path, "%.400s/sys/kernel/debug/bdi/%s/stats", root, number);
    return read_pair(path, "BdiDirtied:", "BdiWritten:", KIB, traffic);
}

/* Disks with hardware, or what a hypervisor shows as such: devices made of them count nothing new.
 */
static void read_disks(const char *root, struct traffic *traffic)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 32], line[256];
    struct meter_reading reading;
    snprintf(folder, sizeof folder, "%.400s/sys/block", root);
    DIR *entries = opendir(folder);
    for (const struct dirent *entry; entries && (entry = readdir(entries));) {
        snprintf(path, sizeof path, "%.480s/%.255s/device", folder, entry->d_name);
        if (entry->d_name[0] == '.' || access(path, F_OK))
            continue;
        snprintf(path, sizeof path, "%.480s/%.255s/stat", folder, entry->d_name);
        if (small_file_line(path, line, sizeof line) || !meter_parse(line, &reading))
            continue;
        traffic->disks++;
        traffic->disks_read_bytes += reading.read_bytes;
        traffic->disks_written_bytes += reading.written_bytes;
    }
    if (entries)
        closedir(entries);
}

void traffic_read(const char *root, const char *device, struct traffic *traffic)
{
    char path[PATH_SIZE];
    *traffic = (struct traffic){0};
    traffic->of_device = read_device(root, device, traffic);
    snprintf(path, sizeof path, "%.400s/proc/vmstat", root);
    if (!traffic->of_device)
        traffic->of_node =
            read_pair(path, "nr_dirtied", "nr_written", sysconf(_SC_PAGESIZE), traffic);
    read_disks(root, traffic);
}
