/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/networks.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "small_file.h"
#include "sys_folder.h"

enum { NETWORKS_MOST = 128, BITS_PER_MEGABIT = 1000000 };

struct networks {
    struct record_network *list;
    size_t count;
};

static int append(struct networks *networks, const struct record_network *network)
{
    if (networks->count >= NETWORKS_MOST)
        return 0;
    void *more = reallocarray(networks->list, networks->count + 1, sizeof *networks->list);
    if (!more)
        return -ENOMEM;
    networks->list = more;
    networks->list[networks->count] = *network;
    networks->list[networks->count++].down = strcmp(network->state, "down") == 0;
    return 0;
}

static bool has_file(const char *folder, const char *name)
{
    char path[SYS_PATH];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static int add_interface(struct networks *networks, const char *folder, const char *name)
{
    char device[SYS_PATH];
    const bool bond = has_file(folder, "bonding");
    if (!bond && !has_file(folder, "device"))
        return 0;
    struct record_network network = {.bits_per_s = -1};
    snprintf(device, sizeof device, "%.4096s/device", folder);
    text_copy(network.name, sizeof network.name, name);
    network.kind = bond ? NETWORK_BOND : NETWORK_INTERFACE;
    small_file_word_in(folder, "operstate", network.state, sizeof network.state);
    sys_link_name(device, "driver", network.driver, sizeof network.driver);
    const int64_t megabits = small_file_number_in(folder, "speed", -1);
    if (megabits > 0) /* 2^32 - 1 meant "unknown" */
        network.bits_per_s = megabits < UINT32_MAX ? megabits * BITS_PER_MEGABIT : -1;
    network.mtu_bytes = small_file_number_in(folder, "mtu", -1);
    network.numa_node = bond ? -1 : sys_numa_node(device);
    return append(networks, &network);
}

/* "200 Gb/sec (4X HDR)" */
static int64_t read_rate(const char *port)
{
    char line[64];
    double giga;
    small_file_word_in(port, "rate", line, sizeof line);
    if (sscanf(line, "%lf Gb/sec", &giga) != 1 || !(giga > 0 && giga < 1e6))
        return -1;
    return llround(giga * 1e9);
}

/* "4: ACTIVE" -> "active" */
static void read_state(const char *port, char state[RECORD_WORD])
{
    char line[RECORD_WORD];
    small_file_word_in(port, "state", line, sizeof line);
    const char *colon = strchr(line, ':');
    text_copy(state, RECORD_WORD, colon ? colon + 1 + strspn(colon + 1, " ") : line);
    for (char *at = state; *at; at++)
        *at = (char)tolower((unsigned char)*at);
}

typedef int add_one(struct networks *networks, const char *folder, const char *name);

/* Calls 'add' for each entry of the directory, sorted by name. */
static int for_each(struct networks *networks, const char *folder, add_one *add)
{
    struct dirent **entries = NULL;
    char path[PATH_MAX];
    int result = 0;
    const int found = scandir(folder, &entries, NULL, versionsort);
    for (int i = 0; i < found; i++) {
        const char *name = entries[i]->d_name;
        if (!result && name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path)
            result = add(networks, path, name);
        free(entries[i]);
    }
    free(entries);
    return result;
}

/* 'folder' is ".../ADAPTER/ports/1". */
static int add_port(struct networks *networks, const char *folder, const char *port)
{
    char layer[RECORD_WORD];
    char adapter[PATH_MAX];
    struct record_network network = {.bits_per_s = read_rate(folder), .mtu_bytes = -1};
    text_copy(adapter, sizeof adapter, folder);
    *strrchr(adapter, '/') = 0;
    *strrchr(adapter, '/') = 0;
    snprintf(network.name, sizeof network.name, "%.40s:%.16s", strrchr(adapter, '/') + 1, port);
    small_file_word_in(folder, "link_layer", layer, sizeof layer);
    network.kind = strcmp(layer, "Ethernet") == 0 ? NETWORK_RDMA_OVER_ETHERNET : NETWORK_INFINIBAND;
    read_state(folder, network.state);
    strncat(adapter, "/device", sizeof adapter - strlen(adapter) - 1);
    sys_link_name(adapter, "driver", network.driver, sizeof network.driver);
    network.numa_node = sys_numa_node(adapter);
    return append(networks, &network);
}

static int add_adapter(struct networks *networks, const char *folder, const char *name)
{
    char ports[SYS_PATH];
    (void)name;
    snprintf(ports, sizeof ports, "%s/ports", folder);
    return for_each(networks, ports, add_port);
}

int networks_detect(const char *root, struct record_network **networks, size_t *count)
{
    char folder[PATH_MAX];
    struct networks found = {0};
    snprintf(folder, sizeof folder, "%s/sys/class/net", root);
    int result = for_each(&found, folder, add_interface);
    snprintf(folder, sizeof folder, "%s/sys/class/infiniband", root);
    if (!result)
        result = for_each(&found, folder, add_adapter);
    *networks = found.list;
    *count = found.count;
    return result;
}
