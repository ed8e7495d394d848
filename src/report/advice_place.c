/* Doubts about where the ranks and the data are: placement, binding, full and reducing file
 * systems. */
#include "advice_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

enum { NEARLY_FULL_PERCENT = 10 };

int consider_placement(struct record *record)
{
    const struct record_node *least = NULL;
    const struct record_node *most = NULL;
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        least = !least || node->ranks < least->ranks ? node : least;
        most = !most || node->ranks > most->ranks ? node : most;
    }
    if (!least || least->ranks == most->ranks)
        return 0;
    return advice_doubt(record, "uneven-placement", SEVERITY_WARNING,
                        "%s has %lld ranks and %s %lld: nodes with fewer end earlier; give each "
                        "node as many (mpirun --map-by ppr:N:node)",
                        least->hostname, (long long)least->ranks, most->hostname,
                        (long long)most->ranks);
}

/* Processors in a list such as "0-3,8"; 0 when it is none. */
static int64_t count_cpus(const char *list)
{
    int64_t count = 0;
    for (const char *at = list; *at;) {
        char *end;
        long first = strtol(at, &end, 10);
        long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
        if (end == at || last < first)
            return 0;
        count += last - first + 1;
        at = *end == ',' ? end + 1 : end;
        if (at == end && *at)
            return 0;
    }
    return count;
}

static int64_t option_number(const struct record *record, const char *name)
{
    char value[64];
    uint64_t number = 0;
    summary_option(record, name, value, sizeof value);
    return units_parse_count(value, &number, NULL) ? 0 : (int64_t)number;
}

/* Threads on fewer processors than the node has: the launcher bound the ranks. */
int consider_binding(struct record *record)
{
    int64_t threads = option_number(record, "writers") + option_number(record, "producers");
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        int64_t allowed = count_cpus(node->allowed_cpus);
        if (allowed == 0 || node->cpus <= allowed || node->ranks * threads <= allowed)
            continue;
        return advice_doubt(
            record, "binding", SEVERITY_WARNING,
            "on %s %lld threads share %lld of %lld processors, as the launcher bound the ranks: "
            "the storage may look slow; use mpirun --bind-to none, or --map-by ppr:N:node:pe=%lld",
            node->hostname, (long long)(node->ranks * threads), (long long)allowed,
            (long long)node->cpus, (long long)threads);
    }
    return 0;
}

/* What is the same program on both; results of before it was kept hold nothing. */
static bool same_program(const struct record_node *a, const struct record_node *b)
{
    return strcmp(a->tool_commit, b->tool_commit) == 0 &&
           strcmp(a->tool_build, b->tool_build) == 0 && strcmp(a->libraries, b->libraries) == 0;
}

int consider_programs(struct record *record)
{
    const struct record_node *first = record->nodes;
    for (size_t i = 1; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        if (same_program(first, node))
            continue;
        return advice_doubt(record, "programs-differ", SEVERITY_WARNING,
                            "%s runs another program than %s (commit %s and %s; see tool_build and "
                            "libraries in the result): start the same one on all nodes",
                            node->hostname, first->hostname, node->tool_commit, first->tool_commit);
    }
    return 0;
}

int consider_full(struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (target->kind != TARGET_KIND_DIRECTORY || target->size_bytes <= 0 ||
            target->free_bytes >= target->size_bytes / 100 * NEARLY_FULL_PERCENT)
            continue;
        char share[FIGURES_TEXT];
        figures_share(target->size_bytes - target->free_bytes, target->size_bytes, share);
        return advice_doubt(record, "nearly-full", SEVERITY_WARNING,
                            "'%s' was %s full before the start: file systems and flash are slower "
                            "then; free some, or name another target",
                            target->path, share);
    }
    return 0;
}

/* Does the file system say that it compresses? */
static bool compresses(const struct record_target *target)
{
    return strstr(target->options, "compress") || strcmp(target->file_system, "zfs") == 0;
}

static bool is_reducible(const struct record *record, const char *option)
{
    char value[64];
    double ratio = 1;
    summary_option(record, option, value, sizeof value);
    return value[0] && !units_parse_real(value, &ratio, NULL) && ratio > 1;
}

int consider_reduction(struct record *record)
{
    if (!is_reducible(record, "compress-ratio") && !is_reducible(record, "dedup-ratio"))
        return 0;
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (!compresses(target))
            continue;
        return advice_doubt(record, "reducing-target", SEVERITY_NOTE,
                            "the data can be reduced and '%s' (%s) may do so: the rate is of "
                            "logical bytes; compare with --compress-ratio 1 --dedup-ratio 1",
                            target->path, target->file_system);
    }
    return 0;
}
