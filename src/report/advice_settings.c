/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about what was requested, and what became of it before the first phase. */
#include "warnings.h"

#include "base/checked.h"
#include "base/units.h"
#include "phase_settings.h"

void warn_mpi_nodes(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->node_count; i++) {
        const struct record_node *node = &record->nodes[i];
        if (node->mpi_agrees != TRUTH_NO || !record->nodes_by_mpi)
            continue;
        text_add(out,
                 "%zu nodes by host name and boot id, but %lld by MPI; '%s' has %lld rank%s by "
                 "name and %lld by MPI. The names are used.",
                 record->node_count, (long long)record->nodes_by_mpi, node->hostname,
                 (long long)node->ranks, node->ranks == 1 ? "" : "s",
                 (long long)node->ranks_by_mpi);
        return;
    }
}

static bool has_less_depth(const struct record_phase *phase)
{
    return phase->depth_asked > phase->depth && phase->engine_cause != ENGINE_PLAIN_LISTS &&
           !warning_paced(phase);
}

void warn_depth_one(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, has_less_depth);
    if (phase)
        text_add(
            out,
            "--depth %lld was requested, but engine %s keeps only %lld in flight per I/O thread. "
            "Raise --writers, or use --engine uring.",
            (long long)phase->depth_asked, phase->engine_used, (long long)phase->depth);
}

static bool is_of_bytes(const struct record_phase *phase)
{
    return phase->unit == UNIT_BYTE;
}

void warn_unused_target(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        if (record->targets[i].planned_bytes)
            continue;
        text_add(out, "target '%s' is not used, because %s", record->targets[i].path,
                 warning_phase(record, is_of_bytes)
                     ? "fewer nodes, ranks or writers take turns (--spread) than there are "
                       "targets. Leave it out, or add --writers with --layout writer."
                     : "all objects of a node are on one target. Leave it out, or use more nodes.");
        return;
    }
}

uint64_t warning_interleave(const struct record *record, const struct record_phase *phase)
{
    struct options options;
    struct settings settings = {0};
    uint64_t bytes = 0;
    if (phase_settings_open(record, &options) && phase_settings(&options, phase, &settings))
        bytes = settings.interleave_bytes;
    settings_release(&settings);
    options_release(&options);
    return bytes;
}

void warn_interleave(const struct record *record, struct text *out)
{
    int64_t block = 0;
    int64_t stripe = 0;
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].block_bytes > block)
            block = record->targets[i].block_bytes;
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].stripe_bytes > stripe)
            stripe = record->targets[i].stripe_bytes;
    for (size_t i = 0; block && i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        char better[UNITS_TEXT];
        if (phase->unit != UNIT_BYTE || !phase->writes)
            continue;
        const uint64_t turn = warning_interleave(record, phase);
        const bool splits_blocks = turn % (uint64_t)block != 0;
        if (!turn || (!splits_blocks && (!stripe || turn % (uint64_t)stripe == 0)))
            continue;
        const uint64_t unit = (uint64_t)(stripe > block ? stripe : block);
        units_format_exact_size(divide_up(turn, unit) * unit, better);
        text_add(out,
                 "--interleave %llu in %s is not a multiple of the file system's %s of %llu "
                 "bytes, so writers share %s%s; --interleave %s avoids it",
                 (unsigned long long)turn, phase->name, stripe > block ? "stripes" : "blocks",
                 (unsigned long long)unit, stripe > block ? "stripes" : "blocks",
                 splits_blocks ? " at the ends of their turns" : "", better);
        return;
    }
}

static bool repeats_seed(const struct record_phase *phase)
{
    return phase->writes && phase->seed_source == SEED_FROM_RESULT;
}

void warn_repeated_seed(const struct record *record, struct text *out)
{
    if (warning_phase(record, repeats_seed))
        text_add(out, "the seed comes from the result that --options-from names, so this run wrote "
                      "the same bytes again, and storage that deduplicates may store none of them. "
                      "Use another --seed.");
}

/* Does the page cache of each node hold all that it reads, again and again? */
static bool loops_in_memory(const struct record *record, const struct record_phase *phase)
{
    int64_t memory = INT64_MAX;
    const int64_t nodes = record->node_count ? (int64_t)record->node_count : 1;
    for (size_t i = 0; i < record->node_count; i++)
        if (record->nodes[i].memory_bytes < memory)
            memory = record->nodes[i].memory_bytes;
    return warning_counts_bytes(phase) && phase->loops && phase->reads &&
           phase->amount > phase->amount_planned &&
           phase->total.modes.direct_in_effect != TRUTH_YES &&
           phase->total.modes.uncached != TRUTH_YES && phase->amount_planned / nodes < memory;
}

void warn_loop_in_memory(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        char each[UNITS_TEXT];
        if (!loops_in_memory(record, phase))
            continue;
        units_format_size((uint64_t)phase->amount_planned, each);
        text_add(out,
                 "%s read the same %s again and again (--loop), which fit the memory of the nodes: "
                 "later passes may come from the page cache; use a larger --size, or O_DIRECT",
                 phase->name, each);
        return;
    }
}
