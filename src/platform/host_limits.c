/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of the system for this process: those of setrlimit and of control groups. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "host_system.h"
#include "platform/cgroup.h"
#include "platform/host.h"

enum { NS_PER_S = 1000000000 };

int64_t host_limit(int resource)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur > INT64_MAX)
        return -1;
    return (int64_t)limit.rlim_cur;
}

/* Reads the cores that a process may use, as a list; "" if unknown. */
static void read_allowed(const char *root, const char *process, char list[RECORD_LINE])
{
    static const char key[] = "Cpus_allowed_list:";
    char path[PATH_MAX];
    char line[512];
    list[0] = 0;
    snprintf(path, sizeof path, "%s/proc/%s/status", root, process);
    FILE *file = fopen(path, "re");
    while (file && !list[0] && fgets(line, sizeof line, file))
        if (strncmp(line, key, sizeof key - 1) == 0) {
            line[strcspn(line, "\n")] = 0;
            text_copy(list, RECORD_LINE,
                      line + sizeof key - 1 + strspn(line + sizeof key - 1, " \t"));
        }
    if (file)
        fclose(file);
}

/* True if the launcher was requested to bind nothing. */
static bool launcher_binds_nothing(void)
{
    static const char *const names[] = {"OMPI_MCA_hwloc_base_binding_policy", "SLURM_CPU_BIND"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *policy = getenv(names[i]);
        if (policy && strstr(policy, "none"))
            return true;
    }
    return false;
}

enum record_binding host_binding(const char *root, bool launched, const char *cpuset)
{
    char own[RECORD_LINE];
    char parent[RECORD_LINE];
    char number[32];
    snprintf(number, sizeof number, "%d", (int)getppid());
    read_allowed(root, "self", own);
    read_allowed(root, number, parent);
    if (!own[0])
        return BINDING_UNKNOWN;
    if (strcmp(own, cpuset) == 0)
        return BINDING_CPUSET;
    /* a launcher has more cores than the ranks that it binds */
    return launched && !launcher_binds_nothing() && strcmp(own, parent) != 0 ? BINDING_LAUNCHER
                                                                             : BINDING_INHERITED;
}

void host_limits_detect(const char *root, struct record_node *node)
{
    struct cgroup_limits groups;
    const int64_t seconds = host_limit(RLIMIT_CPU);
    node->open_files_limit = host_limit(RLIMIT_NOFILE);
    node->address_space_limit_bytes = host_limit(RLIMIT_AS);
    node->data_limit_bytes = host_limit(RLIMIT_DATA);
    node->file_size_limit_bytes = host_limit(RLIMIT_FSIZE);
    node->cpu_time_limit_ns =
        seconds < 0 || seconds > INT64_MAX / NS_PER_S ? -1 : seconds * NS_PER_S;
    node->processes_limit = host_limit(RLIMIT_NPROC);
    node->memlock_bytes = host_limit(RLIMIT_MEMLOCK);
    cgroup_detect(root, &groups);
    node->cpu_quota_thousandths = groups.cpu.value;
    node->memory_limit_free_bytes = groups.memory.free;
    node->tasks_limit = groups.tasks.value;
    node->tasks_free = groups.tasks.free;
    node->huge_limit_bytes = groups.huge.value;
    text_copy(node->cpuset, sizeof node->cpuset, groups.cpus);
}
