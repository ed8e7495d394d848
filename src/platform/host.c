/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/host.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"
#include "host_system.h"
#include "platform/clock.h"
#include "small_file.h"

int host_identify(struct host_identity *identity, struct failure *why)
{
    *identity = (struct host_identity){0};
    if (gethostname(identity->hostname, sizeof identity->hostname - 1) && errno != ENAMETOOLONG)
        return failure_system(why, errno, "cannot read the name of this host");
    /* Some containers hide it; then hosts are distinguished by name only. */
    small_file_line("/proc/sys/kernel/random/boot_id", identity->boot_id, sizeof identity->boot_id);
    struct stat status;
    if (stat("/proc/self/ns/time", &status) == 0)
        identity->time_namespace = status.st_ino;
    return 0;
}

/* Reads the model from /proc/cpuinfo, by the keys of x86, POWER and old Arm; else the
 * architecture. */
static void read_cpu_model(char cpu[RECORD_NAME], const char *architecture)
{
    static const char *const keys[] = {"model name", "cpu\t", "Processor", "Model"};
    char line[512];

    text_copy(cpu, RECORD_NAME, architecture);
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return;
    while (fgets(line, sizeof line, file)) {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            const char *value = strchr(line, ':');
            if (!value || strncmp(line, keys[i], strlen(keys[i])) != 0)
                continue;
            line[strcspn(line, "\n")] = 0;
            text_copy(cpu, RECORD_NAME, value + 1 + strspn(value + 1, " \t"));
            goto out;
        }
    }
out:
    fclose(file);
}

int64_t host_memlock_bytes(void)
{
    return host_limit(RLIMIT_MEMLOCK);
}

bool host_can_lock_memory(void)
{
    enum { CAPABILITY_IPC_LOCK = 14 };
    static const char initial[] = "user:[4026531837]";
    char line[128];
    char space[64];
    uint64_t effective = 0;
    const ssize_t length = readlink("/proc/self/ns/user", space, sizeof space);
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "CapEff: %" SCNx64, &effective) == 1)
            break;
    if (file)
        fclose(file);
    /* io_uring asks for the capability of the initial user namespace, whose number is fixed */
    return (effective >> CAPABILITY_IPC_LOCK & 1) &&
           (length < 0 ||
            (length == sizeof initial - 1 && strncmp(space, initial, sizeof initial - 1) == 0));
}

void host_read_traffic(struct host_traffic *traffic)
{
    char line[128];
    *traffic = (struct host_traffic){0};
    FILE *file = fopen("/proc/self/io", "re");
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "read_bytes: %" SCNd64, &traffic->read_bytes);
        sscanf(line, "write_bytes: %" SCNd64, &traffic->written_bytes);
    }
    if (file)
        fclose(file);
}

int host_detect(struct record_node *node, const struct topology *topology, struct failure *why)
{
    struct host_identity identity;
    struct host_launch launch;
    struct utsname kernel;

    *node = (struct record_node){0};
    const int error = host_identify(&identity, why);
    if (error)
        return error;
    if (uname(&kernel))
        return failure_system(why, errno, "cannot read the kernel release");
    text_copy(node->hostname, sizeof node->hostname, identity.hostname);
    text_copy(node->boot_id, sizeof node->boot_id, identity.boot_id);
    text_copy(node->kernel, sizeof node->kernel, kernel.release);
    read_cpu_model(node->cpu, kernel.machine);
    topology_format_mask(topology->allowed_mask, node->allowed_cpus, sizeof node->allowed_cpus);
    node->sockets = topology->sockets;
    node->cores = topology->cores;
    node->cpus = topology->cpus;
    node->numa_nodes = topology->numa_nodes;
    node->memory_bytes = (int64_t)topology->memory_bytes;
    node->memory_limit_bytes = (int64_t)topology->memory_limit_bytes;
    node->last_level_cache_bytes = (int64_t)topology->last_level_cache_bytes;
    node->load_thousandths = -1;
    host_system_detect("", node);
    host_detect_launch(&launch);
    node->bound_by = BINDING_NONE;
    if (topology->allowed_cpus < topology->cpus)
        node->bound_by = (uint8_t)host_binding("", launch.launched, node->cpuset);
    return 0;
}

int64_t host_load_parse(const char *line)
{
    double load;
    char rest[16];
    /* all five fields must parse: a truncated line is invalid */
    if (sscanf(line, "%lf %*f %*f %*d/%15s", &load, rest) != 2 || !(load >= 0 && load < 1e9))
        return -1;
    return (int64_t)(load * 1000 + 0.5);
}

int64_t host_load_thousandths(void)
{
    char line[128];
    return small_file_line("/proc/loadavg", line, sizeof line) ? -1 : host_load_parse(line);
}

uint64_t host_random(void)
{
    uint64_t bits = 0;
    while (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        if (errno == ENOSYS) /* blocked by a sandbox: at least different in each run */
            return (uint64_t)clock_now_ns() * 0x9e3779b97f4a7c15u ^ (uint64_t)getpid() << 40;
    return bits;
}
