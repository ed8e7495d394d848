/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/cgroup.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "mounts.h"
#include "platform/memory.h"
#include "small_file.h"

enum { NS_PER_US = 1000, THOUSAND = 1000 };

/* Version 1 writes a number of this size for "no limit". */
static const int64_t no_limit = INT64_MAX / 2;

/* One group of a controller. */
struct group {
    const char *folder;
    const char *name;
    bool second; /* version 2 */
};

typedef void visit_group(const struct group *group, void *context);

/* True if 'word' is in the comma-separated list 'words'. */
static bool contains_word(const char *words, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = words; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == 0))
            return true;
    }
    return false;
}

/* Visits the groups from the process's own up to the mount point. */
static void visit_mount(const char *host, const struct mount *mount, const char *name, bool second,
                        visit_group *visit, void *context)
{
    char folder[PATH_MAX];
    const size_t root = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);
    const size_t top = strlen(host) + strlen(mount->point);

    /* In a container the group's path may start above the mounted part of the tree, or be
     * elsewhere. */
    name = strncmp(name, mount->root, root) == 0 ? name + root : "";
    if (name[0] != '/' || !name[1] || strncmp(name, "/..", 3) == 0)
        name = "";
    if (snprintf(folder, sizeof folder, "%s%s%s", host, mount->point, name) >= (int)sizeof folder)
        return;
    for (;;) {
        const struct group group = {folder, folder[top] ? folder + top : "/", second};
        visit(&group, context);
        if (strlen(folder) <= top)
            return;
        *strrchr(folder + top, '/') = 0;
    }
}

/* 'line' is "4:cpuset,memory:/group" in version 1, "0::/group" in version 2; often both are
 * present. */
static void visit_line(const char *root, char *line, const struct mounts *mounts,
                       const char *controller, visit_group *visit, void *context)
{
    line[strcspn(line, "\n")] = 0;
    strsep(&line, ":");
    const char *controllers = strsep(&line, ":");
    if (!controllers || !line || line[0] != '/')
        return;
    const bool second = controllers[0] == 0;
    if (!second && !contains_word(controllers, controller))
        return;
    for (size_t i = 0; i < mounts->count; i++) {
        const struct mount *mount = &mounts->list[i];
        if (second ? strcmp(mount->type, "cgroup2") == 0
                   : strcmp(mount->type, "cgroup") == 0 &&
                         contains_word(mount->super_options, controller))
            visit_mount(root, mount, line, second, visit, context);
    }
}

static void visit_groups(const char *root, const char *controller, visit_group *visit,
                         void *context)
{
    char path[PATH_MAX];
    char *line = NULL;
    size_t capacity = 0;
    struct mounts mounts;
    snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
    if (mounts_read(&mounts, path))
        return;
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "re");
    while (file && getline(&line, &capacity, file) > 0)
        visit_line(root, line, &mounts, controller, visit, context);
    if (file)
        fclose(file);
    free(line);
    mounts_release(&mounts);
}

/* The number after 'key' in a file of many lines; -1 if there is none. */
static int64_t number_after(const struct group *group, const char *name, const char *key)
{
    char path[PATH_MAX + 64];
    char line[256];
    int64_t value = -1;
    const size_t length = strlen(key);
    snprintf(path, sizeof path, "%s/%s", group->folder, name);
    FILE *file = fopen(path, "re");
    while (file && value < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0 && line[length] == ' ')
            value = strtoll(line + length, NULL, 10);
    if (file)
        fclose(file);
    return value;
}

/* Adds a limit of one group; "max" and what cannot be read are -1. */
static void add_limit(struct cgroup_limit *limit, const struct group *group, int64_t value,
                      int64_t used)
{
    const int64_t taken = used > 0 ? used : 0;
    const int64_t left = value > taken ? value - taken : 0;
    if (value < 0 || value > no_limit)
        return;
    if (limit->value < 0 || value < limit->value)
        limit->value = value;
    if (limit->free >= 0 && left >= limit->free)
        return;
    limit->free = left;
    text_copy(limit->group, sizeof limit->group, group->name);
}

static int64_t number_in(const struct group *group, const char *first, const char *second)
{
    return small_file_number_in(group->folder, group->second ? second : first, -1);
}

static void add_cpu(const struct group *group, void *context)
{
    char line[64];
    int64_t quota = number_in(group, "cpu.cfs_quota_us", "");
    int64_t period = number_in(group, "cpu.cfs_period_us", "");
    if (group->second) {
        small_file_word_in(group->folder, "cpu.max", line, sizeof line);
        if (sscanf(line, "%" SCNd64 " %" SCNd64, &quota, &period) != 2)
            return;
    }
    if (quota > 0 && period > 0 && quota < no_limit / THOUSAND)
        add_limit(context, group, quota * THOUSAND / period, 0);
}

/* Pages of files can be reclaimed at any time. Above memory.high the kernel slows a group down as
 * if storage were slow. */
static void add_memory(const struct group *group, void *context)
{
    static const char *const keys[][2] = {{"total_inactive_file", "inactive_file"},
                                          {"total_active_file", "active_file"}};
    int64_t used = number_in(group, "memory.usage_in_bytes", "memory.current");
    for (size_t i = 0; i < sizeof keys / sizeof *keys && used > 0; i++) {
        const int64_t pages = number_after(group, "memory.stat", keys[i][group->second]);
        used -= pages > 0 ? pages : 0;
    }
    add_limit(context, group, number_in(group, "memory.limit_in_bytes", "memory.max"), used);
    if (group->second)
        add_limit(context, group, number_in(group, "", "memory.high"), used);
}

static void add_tasks(const struct group *group, void *context)
{
    add_limit(context, group, number_in(group, "pids.max", "pids.max"),
              number_in(group, "pids.current", "pids.current"));
}

/* The pages in use and those that mappings reserve have a limit each. */
static void add_huge(const struct group *group, void *context)
{
    static const char *const kinds[] = {"", ".rsvd"};
    static const char *const files[][2] = {{"limit_in_bytes", "max"},
                                           {"usage_in_bytes", "current"}};
    const size_t page = arena_huge_page_bytes();
    char size[32];
    if (page >> 30)
        snprintf(size, sizeof size, "%zuGB", page >> 30);
    else
        snprintf(size, sizeof size, page >> 20 ? "%zuMB" : "%zuKB", page >> (page >> 20 ? 20 : 10));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char name[2][96];
        for (size_t j = 0; j < 2; j++)
            snprintf(name[j], sizeof name[j], "hugetlb.%s%s.%s", size, kinds[i],
                     files[j][group->second]);
        add_limit(context, group, number_in(group, name[0], name[0]),
                  number_in(group, name[1], name[1]));
    }
}

/* The nearest group knows which cores are left by all above it. */
static void add_cpus(const struct group *group, void *context)
{
    char *cpus = context;
    if (!cpus[0])
        small_file_word_in(group->folder,
                           group->second ? "cpuset.cpus.effective" : "cpuset.effective_cpus", cpus,
                           RECORD_LINE);
}

void cgroup_detect(const char *root, struct cgroup_limits *limits)
{
    static const struct cgroup_limit none = {.value = -1, .free = -1};
    *limits = (struct cgroup_limits){.cpu = none, .memory = none, .tasks = none, .huge = none};
    visit_groups(root, "cpu", add_cpu, &limits->cpu);
    visit_groups(root, "memory", add_memory, &limits->memory);
    visit_groups(root, "pids", add_tasks, &limits->tasks);
    visit_groups(root, "hugetlb", add_huge, &limits->huge);
    visit_groups(root, "cpuset", add_cpus, limits->cpus);
}

static void add_throttling(const struct group *group, void *context)
{
    struct cgroup_throttling *sum = context;
    const int64_t periods = number_after(group, "cpu.stat", "nr_periods");
    const int64_t throttled = number_after(group, "cpu.stat", "nr_throttled");
    const int64_t time = group->second
                             ? number_after(group, "cpu.stat", "throttled_usec") * NS_PER_US
                             : number_after(group, "cpu.stat", "throttled_time");
    sum->periods += periods > 0 ? periods : 0;
    sum->throttled_periods += throttled > 0 ? throttled : 0;
    sum->throttled_ns += time > 0 ? time : 0;
}

void cgroup_read_throttling(const char *root, struct cgroup_throttling *throttling)
{
    *throttling = (struct cgroup_throttling){0};
    visit_groups(root, "cpu", add_throttling, throttling);
}

/* A rate of one device: its number, where the cap goes, its file of version 1, its word of io.max.
 */
struct cap {
    const char *number;
    const char *file;
    const char *word;
    int64_t *most;
};

static int64_t cap_in_line(const struct group *group, const struct cap *cap)
{
    char path[PATH_MAX + 64];
    char line[256];
    const size_t length = strlen(cap->number);
    int64_t value = -1;
    snprintf(path, sizeof path, "%s/io.max", group->folder);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        const char *word = strstr(line, cap->word);
        if (strncmp(line, cap->number, length) == 0 && line[length] == ' ' && word)
            sscanf(word + strlen(cap->word), "%" SCNd64, &value); /* "max" does not parse */
    }
    if (file)
        fclose(file);
    return value;
}

static void add_cap(const struct group *group, void *context)
{
    const struct cap *cap = context;
    const int64_t value =
        group->second ? cap_in_line(group, cap) : number_after(group, cap->file, cap->number);
    if (value > 0 && value < no_limit && (*cap->most < 0 || value < *cap->most))
        *cap->most = value;
}

void cgroup_read_caps(const char *root, const char *number, struct record_block_device *device)
{
    struct cap caps[] = {
        {number, "blkio.throttle.read_bps_device", "rbps=", &device->cap_read_bytes_per_s},
        {number, "blkio.throttle.write_bps_device", "wbps=", &device->cap_written_bytes_per_s},
        {number, "blkio.throttle.read_iops_device", "riops=", &device->cap_reads_per_s},
        {number, "blkio.throttle.write_iops_device", "wiops=", &device->cap_writes_per_s},
    };
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        *caps[i].most = -1;
        visit_groups(root, "blkio", add_cap, &caps[i]);
    }
}
