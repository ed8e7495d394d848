/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/block_device.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "block_kind.h"
#include "platform/cgroup.h"
#include "platform/clock.h"
#include "platform/meter.h"
#include "small_file.h"
#include "sys_folder.h"

enum { DEVICES_MOST = 256, NS_PER_US = 1000 };

/* "none [mq-deadline] kyber" -> "mq-deadline" */
static void parse_chosen(char *list, char *out, size_t size)
{
    char *open = strchr(list, '[');
    char *close = open ? strchr(open, ']') : NULL;
    if (close)
        *close = 0;
    text_copy(out, size, close ? open + 1 : list);
}

static int64_t scaled(const char *folder, const char *name, int64_t scale)
{
    const int64_t number = small_file_number_in(folder, name, -1);
    return number < 0 || number > INT64_MAX / scale ? -1 : number * scale;
}

static void read_queue(const char *folder, struct record_block_device *device)
{
    char line[256];
    small_file_word_in(folder, "queue/scheduler", line, sizeof line);
    parse_chosen(line, device->scheduler, sizeof device->scheduler);
    small_file_word_in(folder, "queue/write_cache", device->write_cache,
                       sizeof device->write_cache);
    device->rotational = small_file_number_in(folder, "queue/rotational", -1);
    device->queue_requests = small_file_number_in(folder, "queue/nr_requests", -1);
    device->request_bytes = scaled(folder, "queue/max_sectors_kb", 1024);
    device->read_ahead_bytes = scaled(folder, "queue/read_ahead_kb", 1024);
    device->throttle_ns = scaled(folder, "queue/wbt_lat_usec", NS_PER_US);
    device->poll_queues = small_file_number_in(folder, "queue/io_poll", -1);
    device->logical_block_bytes = small_file_number_in(folder, "queue/logical_block_size", -1);
    device->physical_block_bytes = small_file_number_in(folder, "queue/physical_block_size", -1);
}

/* "16.0 GT/s PCIe" -> 16000000000; -1 for "Unknown" */
static int64_t read_transfer_rate(const char *folder, const char *name)
{
    char line[64];
    double giga;
    small_file_word_in(folder, name, line, sizeof line);
    if (sscanf(line, "%lf GT/s", &giga) != 1 || !(giga > 0 && giga < 1e6))
        return -1;
    return llround(giga * 1e9);
}

/* Reads the link of the device, or of the controller that it is attached to. */
static void read_link(const char *folder, struct record_block_device *device)
{
    char linked[PATH_MAX];
    if (!sys_folder_with(folder, "current_link_speed", linked))
        return;
    device->link_transfers_per_s = read_transfer_rate(linked, "current_link_speed");
    device->link_most_per_s = read_transfer_rate(linked, "max_link_speed");
    device->link_width = small_file_number_in(linked, "current_link_width", -1);
    device->link_most_width = small_file_number_in(linked, "max_link_width", -1);
}

/* Finds the sysfs directory of the whole disk. */
static int find_folder(const char *root, const char *name, char folder[PATH_MAX])
{
    char link[SYS_PATH];
    if (!name[0] || strchr(name, '/'))
        return -ENOENT;
    snprintf(link, sizeof link, "%s/sys/class/block/%.128s", root, name);
    if (!realpath(link, folder))
        return -errno;
    if (small_file_number_in(folder, "partition", -1) >= 0)
        *strrchr(folder, '/') = 0;
    return 0;
}

int block_device_detect(const char *root, const char *name, struct record_block_device *device)
{
    char folder[PATH_MAX];
    char controller[PATH_MAX];
    char number[32];
    *device = (struct record_block_device){
        .rotational = -1,
        .queue_requests = -1,
        .request_bytes = -1,
        .read_ahead_bytes = -1,
        .throttle_ns = -1,
        .poll_queues = -1,
        .logical_block_bytes = -1,
        .physical_block_bytes = -1,
        .link_transfers_per_s = -1,
        .link_most_per_s = -1,
        .link_width = -1,
        .link_most_width = -1,
        .numa_node = -1,
    };
    const int error = find_folder(root, name, folder);
    if (error)
        return error;
    text_copy(device->name, sizeof device->name, strrchr(folder, '/') + 1);
    block_kind_detect(folder, device, controller);
    small_file_word_in(folder, "device/model", device->model, sizeof device->model);
    read_queue(folder, device);
    read_link(controller, device);
    device->numa_node = sys_numa_node(controller);
    small_file_word_in(folder, "dev", number, sizeof number);
    cgroup_read_caps(root, number, device);
    return 0;
}

static bool is_listed(const struct record_block_device *devices, size_t count,
                      const struct record_block_device *device)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(devices[i].name, device->name) == 0)
            return true;
    return false;
}

static int append(const struct record_block_device *device, struct record_block_device **devices,
                  size_t *count)
{
    if (*count >= DEVICES_MOST || is_listed(*devices, *count, device))
        return 0;
    void *more = reallocarray(*devices, *count + 1, sizeof **devices);
    if (!more)
        return -ENOMEM;
    *devices = more;
    (*devices)[(*count)++] = *device;
    return 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

/* Appends the devices that 'devices[whole]' is composed of, sorted by name. */
static int append_parts(const char *root, size_t whole, struct record_block_device **devices,
                        size_t *count)
{
    char path[SYS_PATH];
    struct dirent **entries = NULL;
    int result = 0;
    snprintf(path, sizeof path, "%s/sys/class/block/%s/slaves", root, (*devices)[whole].name);
    const int found = scandir(path, &entries, NULL, by_name);
    for (int i = 0; i < found; i++) {
        struct record_block_device part;
        if (!result && entries[i]->d_name[0] != '.' &&
            block_device_detect(root, entries[i]->d_name, &part) == 0) {
            text_copy(part.above, sizeof part.above, (*devices)[whole].name);
            result = append(&part, devices, count);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

int block_devices_add(const char *root, const char *name, struct record_block_device **devices,
                      size_t *count)
{
    const size_t before = *count;
    struct record_block_device device;
    if (block_device_detect(root, name, &device))
        return 0;
    int result = append(&device, devices, count);
    for (size_t i = before; i < *count && !result; i++)
        result = append_parts(root, i, devices, count);
    if (result)
        *count = before;
    return result;
}

void block_devices_measure(struct record_block_device *devices, size_t count, int64_t window_ns)
{
    struct meter_reading *readings = count ? calloc(count, sizeof *readings) : NULL;
    for (size_t i = 0; readings && i < count; i++)
        meter_read(devices[i].name, &readings[i]);
    if (readings)
        clock_sleep_ns(window_ns);
    for (size_t i = 0; readings && i < count; i++) {
        struct meter_reading now;
        struct record_block_device *device = &devices[i];
        meter_read(device->name, &now);
        device->before_ns = now.at_ns - readings[i].at_ns;
        device->before_busy_ns = now.busy_ns - readings[i].busy_ns;
        device->before_read_bytes = now.read_bytes - readings[i].read_bytes;
        device->before_written_bytes = now.written_bytes - readings[i].written_bytes;
    }
    free(readings);
}
