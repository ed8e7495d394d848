/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/headroom.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/units.h"
#include "host_system.h"
#include "platform/thread.h"

/* Measured with Open MPI 4.1 and HDF5 1.10, with a margin: what they take when they start (address
 * space, and private memory, most of which are stacks of MPI's threads), and what a process and
 * each of its threads take later in addition to buffers and stacks. */
enum {
    START_ADDRESS_BYTES = 256 << 20,
    START_DATA_BYTES = 64 << 20,
    PROCESS_BYTES = 20 << 20,
    THREAD_BYTES = 256 << 10,
    START_FILES = 1024,
    START_LEAST_FILES = 32,
    FILES_OF_RESULT = 8,
};

/* Reads a line "VmSize:   1024 kB" of a file in bytes; -1 if there is none. */
static int64_t read_size(const char *root, const char *name, const char *key)
{
    char path[PATH_MAX];
    char line[256];
    int64_t kilobytes = -1;
    const size_t length = strlen(key);
    snprintf(path, sizeof path, "%s%s", root, name);
    FILE *file = fopen(path, "re");
    while (file && kilobytes < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0)
            sscanf(line + length, ": %" SCNd64, &kilobytes);
    if (file)
        fclose(file);
    return kilobytes < 0 ? -1 : kilobytes * 1024;
}

static int64_t count_open_files(const char *root)
{
    char path[PATH_MAX];
    int64_t count = 0;
    snprintf(path, sizeof path, "%s/proc/self/fd", root);
    DIR *entries = opendir(path);
    if (!entries)
        return -1;
    for (const struct dirent *entry; (entry = readdir(entries));)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return root[0] ? count : count - 1; /* that of the directory itself */
}

void headroom_detect(const char *root, struct headroom *headroom)
{
    *headroom = (struct headroom){
        .address_limit = host_limit(RLIMIT_AS),
        .address_used = read_size(root, "/proc/self/status", "VmSize"),
        .data_limit = host_limit(RLIMIT_DATA),
        .data_used = read_size(root, "/proc/self/status", "VmData"),
        .files_limit = host_limit(RLIMIT_NOFILE),
        .files_used = count_open_files(root),
        .available = read_size(root, "/proc/meminfo", "MemAvailable"),
    };
    const int64_t huge = read_size(root, "/proc/meminfo", "Hugepagesize");
    const int64_t free_pages = read_size(root, "/proc/meminfo", "HugePages_Free") / 1024;
    if (headroom->available >= 0 && huge > 0 && free_pages > 0)
        headroom->available += huge * free_pages;
    cgroup_detect(root, &headroom->groups);
}

static const struct {
    const char *what;
    const char *option;
} resources[] = {{"address space", "-v"}, {"private memory", "-d"}};

/* Returns true if a limit leaves less than 'need'; adds it to 'out' then. */
static bool is_short(int resource, int64_t limit, int64_t used, uint64_t need, struct text *out)
{
    char sizes[3][UNITS_TEXT];
    const uint64_t taken = used > 0 ? (uint64_t)used : 0;
    uint64_t all;
    if (limit < 0 || (!checked_add(taken, need, &all) && all <= (uint64_t)limit))
        return false;
    units_format_size((uint64_t)limit, sizes[0]);
    units_format_size(taken, sizes[1]);
    units_format_size(need, sizes[2]);
    text_add(out,
             "the limit of %s (ulimit %s) is %s, of which %s are in use and %s more are needed",
             resources[resource].what, resources[resource].option, sizes[0], sizes[1], sizes[2]);
    return true;
}

static bool is_short_of_any(const struct headroom *headroom, uint64_t address, uint64_t data,
                            struct text *out)
{
    return is_short(0, headroom->address_limit, headroom->address_used, address, out) ||
           is_short(1, headroom->data_limit, headroom->data_used, data, out);
}

/* Turns a line into a failure. */
static int refuse(struct text *line, const char *action, struct failure *why)
{
    failure_set(why, -ENOMEM, "%s: %s", text_string(line), action);
    text_release(line);
    return -ENOMEM;
}

/* Adds that all processes together need more than a group or the node has left. */
static void add_shortage(const struct headroom_need *need, uint64_t amount, struct text *out)
{
    char size[UNITS_TEXT];
    units_format_size(amount, size);
    text_add(out, ", and %u rank%s of this node need%s %s", need->processes,
             need->processes == 1 ? "" : "s", need->processes == 1 ? "s" : "", size);
}

static bool is_short_of_memory(const struct headroom *headroom, const struct headroom_need *need,
                               uint64_t bytes, struct text *out)
{
    const struct cgroup_limit *group = &headroom->groups.memory;
    char left[UNITS_TEXT];
    if (group->free >= 0 && bytes > (uint64_t)group->free) {
        units_format_size((uint64_t)group->free, left);
        text_add(out, "the memory limit of control group '%s' leaves %s", group->group, left);
    } else if (headroom->available >= 0 && bytes > (uint64_t)headroom->available) {
        units_format_size((uint64_t)headroom->available, left);
        text_add(out, "%s of memory are available", left);
    } else {
        return false;
    }
    add_shortage(need, bytes, out);
    return true;
}

/* Returns true if fewer than 'need' files can still be opened. */
static bool is_short_of_files(const struct headroom *headroom, uint64_t need, struct text *out)
{
    const int64_t used = headroom->files_used > 0 ? headroom->files_used : 0;
    if (headroom->files_limit < 0 || (uint64_t)used + need <= (uint64_t)headroom->files_limit)
        return false;
    text_add(out,
             "the limit of open files (ulimit -Hn) is %" PRId64 ", of which %" PRId64
             " are in use and %" PRIu64 " more are needed",
             headroom->files_limit, used, need);
    return true;
}

int headroom_check(const struct headroom *headroom, const struct headroom_need *need,
                   struct failure *why)
{
    const uint64_t threads = need->threads;
    const struct cgroup_limit *tasks = &headroom->groups.tasks;
    struct text line = {0};
    uint64_t own, all;
    if (checked_add(need->buffer_bytes, threads * THREAD_BYTES + PROCESS_BYTES, &own) ||
        checked_add(own, need->cache_bytes, &all) || checked_multiply(all, need->processes, &all) ||
        checked_add(all, need->stored_bytes, &all))
        own = all = UINT64_MAX / 2;
    const uint64_t mapped = own + threads * THREAD_STACK_BYTES;
    if (is_short_of_any(headroom, mapped, mapped, &line) ||
        is_short_of_memory(headroom, need, all, &line))
        return refuse(&line, "raise it, or use fewer or smaller buffers, or fewer threads", why);
    if (need->files && is_short_of_files(headroom, need->files + FILES_OF_RESULT, &line))
        return refuse(&line, "raise it, or use fewer --writers", why);
    if (tasks->free < 0 || threads * need->processes <= (uint64_t)tasks->free)
        return 0;
    text_add(&line,
             "control group '%s' allows %" PRId64
             " more thread%s (pids.max), and %u rank%s of this "
             "node need%s %" PRIu64,
             tasks->group, tasks->free, tasks->free == 1 ? "" : "s", need->processes,
             need->processes == 1 ? "" : "s", need->processes == 1 ? "s" : "",
             threads * need->processes);
    return refuse(&line, "raise it, or use fewer --writers and --producers", why);
}

void headroom_explain_threads(const struct headroom *headroom, struct text *out)
{
    const struct cgroup_limit *tasks = &headroom->groups.tasks;
    const int64_t processes = host_limit(RLIMIT_NPROC);
    if (tasks->free >= 0 && tasks->free <= 1) /* another thread may just have ended */
        text_add(out, "control group '%s' allows no more threads (pids.max)", tasks->group);
    else if (is_short_of_any(headroom, THREAD_STACK_BYTES, THREAD_STACK_BYTES, out))
        return;
    else if (processes >= 0)
        text_add(out, "the user may have %" PRId64 " processes and threads (ulimit -u)", processes);
    else
        text_add(out, "the limit of threads is used up (kernel.threads-max, kernel.pid_max)");
}

void headroom_explain_mapping(const struct headroom *headroom, uint64_t bytes, struct text *out)
{
    struct text line = {0};
    if (is_short_of_any(headroom, bytes, bytes, &line))
        text_add(out, "%s", text_string(&line));
    else
        text_add(out, "the system has not enough memory (see vm.overcommit_memory)");
    text_release(&line);
}

void headroom_raise_files(uint64_t files)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= files)
        return;
    limit.rlim_cur = files < limit.rlim_max ? files : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int headroom_start(struct failure *why)
{
    struct text line = {0};
    struct headroom headroom;
    headroom_raise_files(START_FILES);
    headroom_detect("", &headroom);
    if (headroom.address_limit >= 0) /* else each thread may reserve 64 MiB */
        mallopt(M_ARENA_MAX, 1);
    if (is_short_of_any(&headroom, START_ADDRESS_BYTES, START_DATA_BYTES, &line))
        return refuse(&line, "raise it, as MPI and HDF5 crash without memory", why);
    if (headroom.files_limit < 0 || headroom.files_limit >= START_LEAST_FILES)
        return 0;
    text_add(&line, "the limit of open files (ulimit -Hn) is %" PRId64, headroom.files_limit);
    return refuse(&line, "raise it, as MPI needs more to start", why);
}

void headroom_open_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            return; /* the lowest free number is the stream's; without /dev/null it stays closed */
}
