/* SPDX-License-Identifier: Apache-2.0 */
#include "prepare/facts_detect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "build.h"
#include "engines/engine.h"
#include "facts_device.h"
#include "platform/block_device.h"
#include "platform/host.h"
#include "platform/memory.h"
#include "platform/networks.h"
#include "platform/numa.h"
#include "platform/probe.h"
#include "platform/target.h"

enum { TEST_BYTES = 8 << 20, TEST_REQUEST_BYTES = 1 << 20 };

enum { COMPARED = false, MOMENTARY = true };
#define FACT(ID, label, kind) [FACT_##ID] = {label, kind},
const struct fact_kind node_facts[NODE_FACT_COUNT] = {NODE_FACTS(FACT)};
const struct fact_kind target_facts[TARGET_FACT_COUNT] = {TARGET_FACTS(FACT)};
#undef FACT

_Static_assert((int)NODE_FACT_COUNT <= (int)FACTS_MOST, "they fit into a row");
_Static_assert((int)TARGET_FACT_COUNT <= (int)FACTS_MOST, "they fit into a row");

static void add(struct fact_row *row, int fact, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(struct fact_row *row, int fact, const char *format, ...)
{
    size_t used = strlen(row->values[fact]);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->values[fact] + used, FACT_TEXT - used, format, arguments);
    va_end(arguments);
}

static void add_size(struct fact_row *row, int fact, int64_t bytes)
{
    char text[UNITS_TEXT];
    units_format_size(bytes > 0 ? (uint64_t)bytes : 0, text);
    add(row, fact, "%s", text);
}

static void describe_memory(struct fact_row *row, const struct record_node *node)
{
    char enabled[64] = "";
    size_t huge = arena_huge_page_bytes();
    struct arena arena;
    struct failure none = {0};
    add_size(row, FACT_MEMORY, node->memory_bytes);
    if (node->memory_limit_bytes < node->memory_bytes) {
        add(row, FACT_MEMORY, ", of which the control group allows ");
        add_size(row, FACT_MEMORY, node->memory_limit_bytes);
    }
    add(row, FACT_MEMORY, "; last-level cache ");
    add_size(row, FACT_MEMORY, node->last_level_cache_bytes);
    if (node->memory_limit_free_bytes >= 0) {
        add_size(row, FACT_MEMORY_FREE, node->memory_limit_free_bytes);
        add(row, FACT_MEMORY_FREE, " below the limit of the control group");
    }
    if (huge) {
        add(row, FACT_HUGE, "%lld explicit of ", (long long)arena_huge_pages());
        add_size(row, FACT_HUGE, (int64_t)huge);
        if (node->huge_limit_bytes >= 0) {
            add(row, FACT_HUGE, " (the control group allows ");
            add_size(row, FACT_HUGE, node->huge_limit_bytes);
            add(row, FACT_HUGE, ")");
        }
        add(row, FACT_HUGE, "; ");
        add(row, FACT_HUGE_FREE, "%lld explicit; ", (long long)arena_huge_pages_free());
    }
    arena_transparent_mode(enabled, sizeof enabled);
    add(row, FACT_HUGE, "transparent: %s", enabled[0] ? enabled : "unknown");
    add(row, FACT_HUGE_FREE, "a pool of 8 MiB %s",
        arena_try_huge(&arena, TEST_BYTES, &none) ? "gets none" : "gets huge pages");
    arena_unmap(&arena);
}

static void describe_lockable(struct fact_row *row)
{
    int64_t limit = host_memlock_bytes();
    if (limit < 0)
        add(row, FACT_MEMLOCK, "unlimited");
    else
        add_size(row, FACT_MEMLOCK, limit);
    add(row, FACT_MEMLOCK, "%s",
        host_can_lock_memory() ? ", but this user may exceed the limit (CAP_IPC_LOCK)"
        : limit < 0            ? ""
                               : " (ulimit -l) for all processes of the user together");
}

/* Adds "yes", or the reason why a ring is not available or lacks something that 'mode' requests.
 * Returns true if it opened. */
static bool try_ring(struct fact_row *row, int fact, const struct engine_mode *mode, void *memory,
                     size_t bytes)
{
    struct failure why = {0};
    struct engine engine;
    const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    const struct engine_setup setup = {
        .fds = &fd,
        .fd_count = 1,
        .depth = 32,
        .memory = memory,
        .memory_bytes = bytes,
        .mode = *mode,
    };
    const int result = engine_open(&engine, engine_kind_of(ENGINE_URING), &setup, &why);
    add(row, fact, "%s", result ? why.text : engine.reason[0] ? engine.reason : "yes");
    engine_close(&engine);
    close(fd);
    return result == 0;
}

static void describe_uring(struct fact_row *row)
{
    static const struct engine_mode plain = {.fixed_buffers = NEVER};
    static const struct engine_mode sqpoll = {.fixed_buffers = NEVER, .sqpoll = true};
    static const struct engine_mode fixed = {.fixed_buffers = REQUIRE};
    struct arena arena;
    if (!try_ring(row, FACT_URING, &plain, NULL, 0)) {
        add(row, FACT_SQPOLL, "no");
        add(row, FACT_FIXED, "no");
        return;
    }
    try_ring(row, FACT_SQPOLL, &sqpoll, NULL, 0);
    if (arena_map(&arena, TEST_BYTES, NEVER, NULL))
        return;
    if (!try_ring(row, FACT_FIXED, &fixed, arena.memory, arena.bytes))
        row->values[FACT_FIXED][0] = 0;
    add(row, FACT_FIXED, " (8 MiB%s)", row->values[FACT_FIXED][0] ? "" : " cannot be fixed");
    arena_unmap(&arena);
}

static void describe_network(struct fact_row *row)
{
    struct record_network *networks = NULL;
    size_t count = 0;
    networks_detect("", &networks, &count);
    for (size_t i = 0; i < count; i++) {
        const struct record_network *network = &networks[i];
        add(row, FACT_NETWORK, "%s%s (%s", i ? ", " : "", network->name,
            network->driver[0] ? network->driver : "driver unknown");
        if (network->state[0])
            add(row, FACT_NETWORK, ", %s", network->state);
        if (network->bits_per_s > 0)
            add(row, FACT_NETWORK, ", %g Gbit/s", (double)network->bits_per_s / 1e9);
        if (network->mtu_bytes > 0)
            add(row, FACT_NETWORK, ", MTU %lld", (long long)network->mtu_bytes);
        if (network->numa_node >= 0)
            add(row, FACT_NETWORK, ", NUMA node %lld", (long long)network->numa_node);
        add(row, FACT_NETWORK, ")");
    }
    if (!count)
        add(row, FACT_NETWORK, "%s",
            access("/sys/class/net", F_OK) ? "not available: there is no /sys/class/net"
                                           : "no interface with a device");
    free(networks);
}

static void describe_numa(struct fact_row *row)
{
    struct numa *numa;
    if (numa_open(&numa, NULL))
        return;
    for (uint32_t i = 0; i < numa_count(numa); i++) {
        const struct numa_domain *domain = numa_domain(numa, i);
        add(row, FACT_NUMA, "%s%u: CPUs %s", i ? "; " : "", domain->node,
            domain->cpus[0] ? domain->cpus : "unknown");
    }
    numa_close(numa);
}

static void add_frequency(struct fact_row *row, int64_t hertz)
{
    if (hertz > 0)
        add(row, FACT_FREQUENCY, "%.2f GHz", (double)hertz / 1e9);
    else
        add(row, FACT_FREQUENCY, "unknown");
}

static void describe_system(struct fact_row *row, const struct record_node *node)
{
    add(row, FACT_SYSTEM, "%s; virtual machine: %s; container: %s; clock: %s",
        node->operating_system, node->virtual_machine, node->container, node->clock_source);
    add(row, FACT_KERNEL, "%s", node->kernel);
    add(row, FACT_CPU, "%s", node->cpu);
    if (node->sockets > 0)
        add(row, FACT_CORES, "%lld socket%s, ", (long long)node->sockets,
            node->sockets == 1 ? "" : "s");
    else
        add(row, FACT_CORES, "sockets not available, ");
    add(row, FACT_CORES, "%lld cores, %lld threads", (long long)node->cores, (long long)node->cpus);
    add(row, FACT_FREQUENCY, "governor %s", node->cpu_governor);
    if (node->cpu_least_hz > 0 || node->cpu_most_hz > 0) {
        add(row, FACT_FREQUENCY, ", ");
        add_frequency(row, node->cpu_least_hz);
        add(row, FACT_FREQUENCY, " to ");
        add_frequency(row, node->cpu_most_hz);
    }
}

static void add_count(struct fact_row *row, int fact, const char *before, int64_t count,
                      const char *after)
{
    if (count >= 0)
        add(row, fact, "%s%lld%s", before, (long long)count, after);
    else
        add(row, fact, "%sunlimited%s", before, after);
}

static void add_limit_size(struct fact_row *row, const char *what, int64_t bytes, const char *by)
{
    if (bytes < 0)
        return;
    add(row, FACT_LIMITS, "%s%s ", row->values[FACT_LIMITS][0] ? ", " : "", what);
    add_size(row, FACT_LIMITS, bytes);
    add(row, FACT_LIMITS, " (ulimit %s)", by);
}

static void describe_limits(struct fact_row *row, const struct record_node *node)
{
    char time[UNITS_TEXT];
    add_count(row, FACT_FILES, "", node->open_files_limit, " (ulimit -n)");
    add_count(row, FACT_TASKS, "", node->processes_limit, " (ulimit -u)");
    add_count(row, FACT_TASKS, ", ", node->tasks_limit, " (pids.max of the control group)");
    if (node->tasks_free >= 0)
        add_count(row, FACT_TASKS_FREE, "", node->tasks_free, " of pids.max");
    if (node->cpu_quota_thousandths > 0)
        add(row, FACT_QUOTA, "%.2f cores (control group)",
            (double)node->cpu_quota_thousandths / 1e3);
    else
        add(row, FACT_QUOTA, "none");
    add_limit_size(row, "address space", node->address_space_limit_bytes, "-v");
    add_limit_size(row, "data", node->data_limit_bytes, "-d");
    add_limit_size(row, "file size", node->file_size_limit_bytes, "-f");
    if (node->cpu_time_limit_ns >= 0) {
        units_format_duration(node->cpu_time_limit_ns, time);
        add(row, FACT_LIMITS, "%sCPU time %s (ulimit -t)", row->values[FACT_LIMITS][0] ? ", " : "",
            time);
    }
}

static const char *const restrictions[] = {
    [BINDING_UNKNOWN] = "",
    [BINDING_NONE] = "",
    [BINDING_LAUNCHER] = ", bound by the launcher",
    [BINDING_CPUSET] = ", by the cpuset of the control group",
    [BINDING_INHERITED] = ", inherited from the shell or taskset",
};

int facts_detect_node(struct fact_row *row, struct failure *why)
{
    struct topology topology;
    struct record_node node;
    if (topology_detect(&topology, why) || host_detect(&node, &topology, why))
        return why->code;
    describe_system(row, &node);
    add(row, FACT_ALLOWED, "%u (%s)", topology.allowed_cpus, node.allowed_cpus);
    add(row, FACT_ALLOWED, "%s", restrictions[node.bound_by]);
    describe_numa(row);
    describe_memory(row, &node);
    describe_limits(row, &node);
    describe_lockable(row);
    describe_uring(row);
    describe_network(row);
    build_detect(&topology, &node);
    add(row, FACT_PROGRAM, "%s, commit %s, %s", TIDEMILL_VERSION, node.tool_commit,
        node.tool_build);
    add(row, FACT_LIBRARIES, "%s", node.libraries);
    return 0;
}

static void describe_devices(struct fact_row *row, const char *name)
{
    struct record_block_device *devices = NULL;
    size_t count = 0;
    struct text text = {0};
    block_devices_add("", name, &devices, &count);
    if (count)
        facts_device(devices, &text);
    add(row, FACT_DEVICE, "%s", text_string(&text));
    text_clear(&text);
    facts_parts(devices, count, &text);
    add(row, FACT_PARTS, "%s", text_string(&text));
    text_release(&text);
    free(devices);
}

static void describe_target(struct fact_row *row, const struct record_target *target)
{
    add(row, FACT_KIND, "%s%s", record_target_kind_name(target->kind),
        target->ram_backed            ? ", in memory: no storage behind it"
        : target->shared == TRUTH_YES ? ", on a file system that nodes share"
        : target->shared == TRUTH_NO  ? ", local to the node"
                                      : "");
    if (target->mount_point[0])
        add(row, FACT_MOUNT, "%s on %s, %s (%s)", target->mount_point, target->source,
            target->file_system, target->options);
    if (target->size_bytes > 0 && target->kind != TARGET_KIND_NULL) {
        add_size(row, FACT_SPACE, target->size_bytes);
        add_size(row, FACT_SPACE_FREE, target->free_bytes);
    }
    if (target->device[0])
        describe_devices(row, target->device);
}

static void add_result(struct fact_row *row, int fact, int result)
{
    if (result == -EPERM)
        add(row, fact, "not tested: that would write to an existing file or device");
    else
        add(row, fact, "%s%s", result < 0 ? "no: " : "yes",
            result < 0 ? strerrordesc_np(-result) : "");
}

static void try_polling(struct fact_row *row, const struct probe *probe)
{
    struct failure why = {0};
    const struct engine_setup polling = {
        .fds = &probe->direct_fd,
        .fd_count = 1,
        .depth = 1,
        .memory = probe->memory,
        .memory_bytes = 4096,
        .mode = {.fixed_buffers = NEVER, .iopoll = true},
    };
    if (probe->direct_fd < 0)
        add(row, FACT_IOPOLL, "no: it needs O_DIRECT");
    else if (engine_kind_of(ENGINE_URING)->available(&why))
        add(row, FACT_IOPOLL, "no: it needs io_uring");
    else if (engine_try(engine_kind_of(ENGINE_URING), &polling, 1, &why))
        add(row, FACT_IOPOLL, "no: %s", why.text);
    else
        add(row, FACT_IOPOLL, "yes");
}

static void try_direct(struct fact_row *row, const struct record_target *target,
                       const struct probe *probe)
{
    char reason[RECORD_LINE];
    uint32_t unit = probe_direct_unit(probe);
    int bypasses = probe_direct_bypasses(probe);
    const enum record_truth effect = target_direct(target, TEST_REQUEST_BYTES, reason);
    if (probe->direct_fd < 0)
        add(row, FACT_DIRECT, "refused: %s", strerrordesc_np(-probe->direct_error));
    else
        add(row, FACT_DIRECT, "opens; in effect: %s%s%s", record_truth_name(effect),
            reason[0] ? ", " : "", reason);
    if (target->direct_offset_alignment > 0)
        add(row, FACT_UNIT, "%lld bytes reported (memory %lld)",
            (long long)target->direct_offset_alignment, (long long)target->direct_memory_alignment);
    else
        add(row, FACT_UNIT, "not reported");
    if (unit)
        add(row, FACT_UNIT, ", reads of %u bytes work", unit);
    if (bypasses < 0)
        add_result(row, FACT_BYPASS, bypasses);
    else
        add(row, FACT_BYPASS, "%s: a direct write left %s in the page cache",
            !bypasses             ? "no"
            : effect == TRUTH_YES ? "yes"
                                  : "unknown",
            bypasses ? "no page" : "pages");
}

void facts_detect_target(const char *path, struct fact_row *row)
{
    struct record_target target;
    struct probe probe;
    struct failure why = {0};
    if (target_detect(path, &target, &why)) {
        row->failed = why.code;
        add(row, FACT_KIND, "%s", why.text);
        return;
    }
    describe_target(row, &target);
    if (target.kind == TARGET_KIND_NULL || target.kind == TARGET_KIND_OTHER)
        return;
    if (probe_open(&probe, path, &why)) {
        row->untried = why.code;
        add(row, FACT_DIRECT, "%s", why.text);
        return;
    }
    try_direct(row, &target, &probe);
    add_result(row, FACT_UNCACHED, probe_uncached(&probe));
    add_result(row, FACT_PREALLOCATE, probe_preallocate(&probe));
    try_polling(row, &probe);
    probe_close(&probe);
}
