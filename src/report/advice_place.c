/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about where the ranks and the data are: placement, binding, full and reducing file
 * systems. */
#include "warnings.h"

#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "outside.h"

enum { NEARLY_FULL_PERCENT = 10 };

void warn_placement(const struct record *record, struct text *out)
{
    const struct record_node *least = NULL;
    const struct record_node *most = NULL;
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        least = !least || node->ranks < least->ranks ? node : least;
        most = !most || node->ranks > most->ranks ? node : most;
    }
    if (!least || least->ranks == most->ranks)
        return;
    text_add(out,
             "%s has %lld rank%s and %s %lld: nodes with fewer end earlier; give each node as many "
             "(%s)",
             least->hostname, (long long)least->ranks, least->ranks == 1 ? "" : "s", most->hostname,
             (long long)most->ranks,
             strcmp(record->job.launcher, "srun") == 0 ? "srun --ntasks-per-node=N"
                                                       : "mpirun --map-by ppr:N:node");
}

void warn_not_removed(const struct record *record, struct text *out)
{
    const char *failure = record->removal_failure;
    if (!failure || !failure[0])
        return;
    const bool says_how = strstr(failure, "--cleanup");
    text_add(out, "not everything was removed: %s%s", failure,
             says_how ? "" : "; remove the rest with --cleanup and this result");
}

/* The quota is a warning of its own, and stops threads in the same way. */
void warn_stopped(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, outside_paused);
    if (!phase || outside_quota(record, phase, NULL))
        return;
    text_add(out, "in %s ", phase->name);
    outside_add_stop(phase, out);
    text_add(out, ": it was stopped (by a signal, a debugger or the batch system) or had no core; "
                  "rates and latencies include that, so measure again");
}

static bool missed_rate(const struct record_phase *phase)
{
    return phase->total.counters.unsent_requests * 100 > phase->requests;
}

void warn_rate_missed(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, missed_rate);
    if (phase)
        text_add(
            out,
            "in %s %lld requests that --rate required before the end were not sent: %s (longest "
            "gap %.2f s); no latency includes them",
            phase->name, (long long)phase->total.counters.unsent_requests,
            outside_paused(phase) ? "the program was stopped" : "storage was slower",
            (double)phase->total.counters.longest_gap_ns / 1e9);
}

void warn_shared_kernel(const struct record *record, struct text *out)
{
    size_t *kernel = warning_kernels(record);
    size_t other = 0;
    out->failed |= !kernel;
    for (size_t i = 1; kernel && i < record->node_count; i++)
        if (kernel[i] != i && (!other || kernel[i] < kernel[other]))
            other = i;
    if (other)
        text_add(out,
                 "%s and %s run on one kernel (equal boot ids), as containers do: they share "
                 "its cores, memory and page cache and are one node for caches; use one node "
                 "for each machine",
                 record->nodes[kernel[other]].hostname, record->nodes[other].hostname);
    free(kernel);
}

/* CPUs in a list such as "0-3,8"; 0 if it is not a list. */
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

/* Threads of a rank, in the phase that has most. */
static int64_t threads_each(const struct record *record)
{
    int64_t most = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        int64_t threads = record->phases[i].writers_each + record->phases[i].producers_each;
        most = threads > most ? threads : most;
    }
    return most;
}

/* What restricted the ranks, and what to do about it. */
static void add_binding(const struct record *record, const struct record_node *node,
                        int64_t threads, struct text *out)
{
    switch (node->bound_by) {
    case BINDING_CPUSET:
        text_add(out, "as the cpuset of the control group allows no others: request more cores "
                      "from the batch system or container, or use fewer threads");
        break;
    case BINDING_INHERITED:
        text_add(out, "as the program was started with this restriction (taskset, numactl): leave "
                      "it out, or use fewer threads");
        break;
    default:
        text_add(out, "as the launcher bound the ranks: ");
        if (strcmp(record->job.launcher, "srun") == 0)
            text_add(out, "use srun --cpus-per-task=%lld or --cpu-bind=none", (long long)threads);
        else
            text_add(out, "use mpirun --bind-to none, or --map-by ppr:N:node:pe=%lld",
                     (long long)threads);
    }
}

/* Threads on fewer cores than the node has. */
void warn_binding(const struct record *record, struct text *out)
{
    int64_t threads = threads_each(record);
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        int64_t allowed = count_cpus(node->allowed_cpus);
        if (allowed == 0 || node->cpus <= allowed || node->ranks * threads <= allowed)
            continue;
        text_add(out, "on %s %lld threads share %lld of %lld cores and the storage may seem slow, ",
                 node->hostname, (long long)(node->ranks * threads), (long long)allowed,
                 (long long)node->cpus);
        add_binding(record, node, threads, out);
        return;
    }
}

/* What is the same program on both; results of before it was kept hold nothing. */
static bool same_program(const struct record_node *a, const struct record_node *b)
{
    return strcmp(a->tool_commit, b->tool_commit) == 0 &&
           strcmp(a->tool_build, b->tool_build) == 0 && strcmp(a->libraries, b->libraries) == 0;
}

void warn_programs(const struct record *record, struct text *out)
{
    const struct record_node *first = record->nodes;
    for (size_t i = 1; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        if (same_program(first, node))
            continue;
        text_add(out,
                 "%s runs another program than %s (commit %s and %s; see tool_build and libraries "
                 "in the result): start the same one on all nodes",
                 node->hostname, first->hostname, node->tool_commit, first->tool_commit);
        return;
    }
}

void warn_nearly_full(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (target->kind != TARGET_KIND_DIRECTORY || target->size_bytes <= 0 ||
            target->free_bytes >= target->size_bytes / 100 * NEARLY_FULL_PERCENT)
            continue;
        char share[FIGURES_TEXT];
        figures_share(target->size_bytes - target->free_bytes, target->size_bytes, share);
        text_add(out,
                 "'%s' was %s full before the start: file systems and flash are slower then; free "
                 "some, or name another target",
                 target->path, share);
        return;
    }
}

static bool is_reducible(const struct record_phase *phase)
{
    return phase->reducible;
}

void warn_reduction(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count && warning_phase(record, is_reducible); i++) {
        const struct record_target *target = &record->targets[i];
        if (!target->compresses)
            continue;
        text_add(out,
                 "the data can be reduced and '%s' (%s) may do so: the rate is of logical bytes; "
                 "compare with --compress-ratio 1 --dedup-ratio 1",
                 target->path, target->file_system);
        return;
    }
}
