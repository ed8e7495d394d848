/* SPDX-License-Identifier: Apache-2.0 */
#include "host_system.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "platform/memory.h"
#include "small_file.h"

enum { HERTZ_PER_KILOHERTZ = 1000 };

static const char unknown[] = "unknown";

static int64_t read_number(const char *root, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", root, name);
    return small_file_number(path, -1);
}

/* Removes the quotes of a shell word, in place. */
static char *unquote(char *word)
{
    const char quote = word[0];
    const size_t length = strlen(word);
    if (length < 2 || (quote != '"' && quote != '\'') || word[length - 1] != quote)
        return word;
    word[length - 1] = 0;
    return word + 1;
}

static void read_release(const char *root, char name[RECORD_NAME])
{
    static const char *const files[] = {"/etc/os-release", "/usr/lib/os-release"};
    static const char key[] = "PRETTY_NAME=";
    char line[256];
    FILE *file = NULL;
    text_copy(name, RECORD_NAME, unknown);
    for (size_t i = 0; i < sizeof files / sizeof *files && !file; i++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s%s", root, files[i]);
        file = fopen(path, "re");
    }
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        if (strncmp(line, key, sizeof key - 1) == 0)
            text_copy(name, RECORD_NAME, unquote(line + sizeof key - 1));
    }
    if (file)
        fclose(file);
}

/* Adds a cpufreq policy to the facts collected so far. */
static void add_policy(const char *folder, const char *policy, struct record_node *node)
{
    char name[PATH_MAX];
    char governor[RECORD_WORD];
    snprintf(name, sizeof name, "%s/%.64s/scaling_governor", folder, policy);
    if (small_file_line(name, governor, sizeof governor) == 0 && governor[0]) {
        const bool first = strcmp(node->cpu_governor, unknown) == 0;
        if (first)
            text_copy(node->cpu_governor, sizeof node->cpu_governor, governor);
        else if (strcmp(node->cpu_governor, governor) != 0)
            text_copy(node->cpu_governor, sizeof node->cpu_governor, "mixed");
    }
    snprintf(name, sizeof name, "%s/%.64s/scaling_min_freq", folder, policy);
    const int64_t least = read_number("", name);
    snprintf(name, sizeof name, "%s/%.64s/scaling_max_freq", folder, policy);
    const int64_t most = read_number("", name);
    if (least > 0 && (node->cpu_least_hz < 0 || least * HERTZ_PER_KILOHERTZ < node->cpu_least_hz))
        node->cpu_least_hz = least * HERTZ_PER_KILOHERTZ;
    if (most > 0 && most * HERTZ_PER_KILOHERTZ > node->cpu_most_hz)
        node->cpu_most_hz = most * HERTZ_PER_KILOHERTZ;
}

static void read_frequency(const char *root, struct record_node *node)
{
    char folder[PATH_MAX / 2];
    const struct dirent *entry;
    text_copy(node->cpu_governor, sizeof node->cpu_governor, unknown);
    node->cpu_least_hz = node->cpu_most_hz = -1;
    snprintf(folder, sizeof folder, "%s/sys/devices/system/cpu/cpufreq", root);
    DIR *policies = opendir(folder);
    if (!policies)
        return;
    while ((entry = readdir(policies)))
        if (strncmp(entry->d_name, "policy", 6) == 0)
            add_policy(folder, entry->d_name, node);
    closedir(policies);
}

static void read_memory(const char *root, struct record_node *node)
{
    char path[PATH_MAX];
    char line[128];
    int64_t value;
    node->memory_available_bytes = node->swap_bytes = -1;
    snprintf(path, sizeof path, "%s/proc/meminfo", root);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        if (sscanf(line, "MemAvailable: %" SCNd64 " kB", &value) == 1)
            node->memory_available_bytes = value << 10;
        if (sscanf(line, "SwapTotal: %" SCNd64 " kB", &value) == 1)
            node->swap_bytes = value << 10;
    }
    if (file)
        fclose(file);
    node->huge_page_bytes = (int64_t)arena_huge_page_bytes();
    node->huge_pages_free = arena_huge_pages_free();
    arena_transparent_mode(node->transparent_huge_pages, sizeof node->transparent_huge_pages);
    if (!node->transparent_huge_pages[0])
        text_copy(node->transparent_huge_pages, sizeof node->transparent_huge_pages, unknown);
}

void host_system_detect(const char *root, struct record_node *node)
{
    char path[PATH_MAX];
    read_release(root, node->operating_system);
    host_machine_detect(root, node->virtual_machine);
    host_container_detect(root, node->container);
    read_frequency(root, node);
    read_memory(root, node);
    snprintf(path, sizeof path,
             "%s/sys/devices/system/clocksource/clocksource0/current_clocksource", root);
    if (small_file_line(path, node->clock_source, sizeof node->clock_source))
        text_copy(node->clock_source, sizeof node->clock_source, unknown);
    host_limits_detect(root, node);
    node->uring_disabled = read_number(root, "/proc/sys/kernel/io_uring_disabled");
    node->dirty_limit_percent = read_number(root, "/proc/sys/vm/dirty_ratio");
    node->dirty_limit_bytes = read_number(root, "/proc/sys/vm/dirty_bytes");
}
