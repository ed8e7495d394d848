/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings that the storage may not have been measured at all: page cache, memory, alignment,
 * syncing. */
#include "warnings.h"

#include <stdlib.h>

#include "base/checked.h"
#include "base/units.h"
#include "cached.h"
#include "run_targets.h"

enum { PAGE = 4096 };

static bool fell_back(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->direct_asked == PREFER &&
           phase->total.modes.direct_in_effect == TRUTH_NO &&
           phase->total.modes.uncached != TRUTH_YES;
}

void warn_fallback_direct(const struct record *record, struct text *out)
{
    if (targets_in_memory(record))
        return; /* that is a warning of its own */
    const struct record_phase *phase = warning_phases(record, fell_back, out);
    if (phase && phase->total.modes.direct_cause == DIRECT_CACHED_BELOW)
        text_add(out, " used %s: the rate is of memory and storage together",
                 phase->total.modes.direct_reason);
    else if (phase)
        text_add(
            out,
            " went through the page cache, because %s: the rate is of memory and storage "
            "together; use --direct never if that is intended, or --direct require to refuse it",
            phase->total.modes.direct_reason[0] ? phase->total.modes.direct_reason
                                                : "O_DIRECT was not granted");
}

static bool is_unknown(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->total.modes.direct_in_effect == TRUTH_UNKNOWN;
}

void warn_unknown_direct(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phases(record, is_unknown, out);
    if (phase)
        text_add(out,
                 " opened with O_DIRECT, but whether it is in effect is unknown (%s): use a "
                 "data set of several times the memory of the nodes",
                 phase->total.modes.direct_reason[0] ? phase->total.modes.direct_reason
                                                     : "the kernel does not report it");
}

/* Were all files opened with O_DIRECT, and only transfers that do not fit it buffered, as the ends
 * of files are? */
static bool only_tails(const struct record_phase *phase)
{
    const int64_t buffered = phase->total.counters.buffered_bytes;
    if (buffered <= 0 || buffered * 2 > phase->amount)
        return false;
    for (size_t i = 0; i < phase->rank_count; i++)
        if (!record_row_idle(&phase->ranks[i]) &&
            phase->ranks[i].modes.direct_in_effect != TRUTH_YES &&
            phase->ranks[i].modes.direct_cause != DIRECT_UNALIGNED)
            return false;
    return phase->total.modes.direct_in_effect == TRUTH_YES ||
           phase->total.modes.direct_cause == DIRECT_UNALIGNED;
}

static bool is_mixed(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && phase->total.modes.direct_in_effect == TRUTH_MIXED &&
           !only_tails(phase);
}

void warn_mixed_direct(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, is_mixed);
    const struct record_row *odd = NULL;
    if (!phase)
        return;
    for (size_t i = 0; i < phase->node_count && !odd; i++)
        if (!record_row_idle(&phase->nodes[i]) &&
            phase->nodes[i].modes.direct_in_effect != TRUTH_YES)
            odd = &phase->nodes[i];
    const char *reason = phase->total.modes.direct_reason;
    if (!reason[0])
        reason =
            odd && odd->modes.direct_reason[0] ? odd->modes.direct_reason : "no reason was given";
    if (phase->ranks_total == 1) {
        text_add(out,
                 "in %s O_DIRECT was in effect for a part of the transfers only (%s): the rate "
                 "mixes storage with memory; use --direct never to have one of them",
                 phase->name, reason);
        return;
    }
    text_add(out,
             "in %s O_DIRECT was in effect on %lld of %lld ranks only (first other node: %s; %s): "
             "the sum mixes storage with memory; make the nodes alike or use --direct never",
             phase->name, (long long)phase->ranks_direct, (long long)phase->ranks_total,
             odd ? odd->name : "not known", reason);
}

/* On a target in memory 'auto' takes plain calls by design, and that is another cause. */
static bool engine_fell_back(const struct record_phase *phase)
{
    return warning_counts(phase) && phase->engine_cause == ENGINE_UNAVAILABLE;
}

void warn_fallback_engine(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, engine_fell_back);
    if (phase)
        text_add(out,
                 "engine %s was used where %s was asked for: %s; name --engine %s to compare like "
                 "with like",
                 phase->engine_used, phase->engine_asked, phase->engine_reason, phase->engine_used);
}

/* Short phases are lost in what else the system writes. */
enum { CACHED_PERCENT = 20, LEAST_BYTES = 64 << 20 };

/* Bypassing the page cache leaves nothing there of what was written. */
static bool filled_cache(const struct record_phase *phase)
{
    int64_t seen = phase->total.counters.sampled_pages;
    int64_t cached = phase->total.counters.cached_pages;
    return warning_counts_bytes(phase) && phase->total.modes.direct_in_effect == TRUTH_YES &&
           phase->writes && cached > 0 && cached * 100 >= seen * CACHED_PERCENT;
}

/* ... nor makes it pages dirty. */
static bool made_pages_dirty(const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    return warning_counts_bytes(phase) && phase->total.modes.direct_in_effect == TRUTH_YES &&
           record_bytes_written(phase) >= LEAST_BYTES &&
           counters->dirtied_of_device == (int64_t)phase->node_count &&
           counters->dirtied_bytes > record_bytes_written(phase) / 2;
}

static void add_dirtied(const struct record_phase *phase, struct text *out)
{
    char dirtied[UNITS_TEXT], written[UNITS_TEXT];
    units_format_size((uint64_t)phase->total.counters.dirtied_bytes, dirtied);
    units_format_size((uint64_t)record_bytes_written(phase), written);
    text_add(out,
             "%s wrote %s with O_DIRECT, but %s became dirty in the page cache of the device: the "
             "file system used the page cache, or other processes wrote as much",
             phase->name, written, dirtied);
}

void warn_doubtful_direct(const struct record *record, struct text *out)
{
    const struct record_phase *dirty = warning_phase(record, made_pages_dirty);
    if (dirty) {
        add_dirtied(dirty, out);
        return;
    }
    const struct record_phase *phase = warning_phase(record, filled_cache);
    if (phase)
        text_add(
            out,
            "%s used O_DIRECT as far as the system reports, and yet pages of its files were in "
            "the page cache afterwards: another process reads these files, or O_DIRECT has "
            "little effect there; measure more data than the memory holds",
            phase->name);
}

/* O_DIRECT, where it was not requested and would be in effect. */
static bool could_be_direct(const struct record *record, const struct record_phase *phase)
{
    return phase->direct_asked == NEVER && targets_allow_direct(record);
}

static bool may_be_cached(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && cached_possible(phase) && !only_tails(phase);
}

static bool is_cached(const struct record_phase *phase)
{
    return may_be_cached(phase) && cached_mostly(phase);
}

static void add_daemon(const struct record_phase *phase, struct text *out)
{
    char delivered[UNITS_TEXT], read[UNITS_TEXT];
    units_format_size((uint64_t)cached_delivered(phase), delivered);
    units_format_size((uint64_t)phase->amount, read);
    text_add(out,
             "%s read %s, but disks and networks of the nodes delivered %s: a cache of the file "
             "system's daemon or of a server on these nodes answered; read more data than it holds",
             phase->name, read, delivered);
}

/* Do some nodes have a page cache of their own? */
static bool can_shift(const struct record *record)
{
    for (size_t i = 1; i < record->node_count; i++)
        if (!warning_same_kernel(&record->nodes[0], &record->nodes[i]))
            return true;
    return false;
}

void warn_cached_reads(const struct record *record, struct text *out)
{
    const struct record_phase *hidden = warning_phase(record, cached_by_daemon);
    if (targets_in_memory(record))
        return; /* that is a warning of its own */
    const struct record_phase *proven = warning_phases(record, is_cached, out);
    const struct record_phase *phase = proven ? proven : warning_phases(record, may_be_cached, out);
    if (!phase && hidden)
        add_daemon(hidden, out);
    if (!phase)
        return;
    if (proven)
        text_add(out,
                 " came from the page cache of the reading node: the rate is that of memory%s; "
                 "use ",
                 proven->checks ? ", and memory was checked, not storage" : "");
    else
        text_add(out, " may have come from the page cache of the reading node: storage may be "
                      "slower; use ");
    if (could_be_direct(record, phase))
        text_add(out, "O_DIRECT, ");
    text_add(out, "--cache drop%s, or more data than the memory holds",
             can_shift(record) && !phase->shift ? ", --shift 1" : "");
}

void warn_memory_target(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (!target->ram_backed || target->kind == TARGET_KIND_NULL)
            continue;
        text_add(out,
                 "target '%s' lives in memory (%s): no storage was measured; name a directory on "
                 "the storage",
                 target->path, target->backing[0] ? target->backing : target->file_system);
        return;
    }
}

void warn_null_target(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->target_count; i++) {
        if (!record->targets[i].ram_backed || record->targets[i].kind != TARGET_KIND_NULL)
            continue;
        text_add(out,
                 "%s discards everything: the rates are those of generating data, not of storage",
                 record->targets[i].path);
        return;
    }
}

/* With less data than this many times the memory, what the page cache holds at the start and at the
 * end is a large part of what is measured. */
enum { MEMORY_TIMES = 3 };

/* What the nodes on one kernel moved together: they share its page cache. */
struct kernel_use {
    const struct record_node *node; /* the first of them whose memory is large for it */
    int64_t amount;
    uint64_t nodes;
};

static size_t largest_memory(const struct record *record)
{
    size_t found = 0;
    for (size_t i = 1; i < record->node_count; i++)
        if (record->nodes[i].memory_limit_bytes > record->nodes[found].memory_limit_bytes)
            found = i;
    return found;
}

/* The node with the most memory needs the most data, so it comes first. False without memory. */
static bool find_kernel_use(const struct record *record, const struct record_phase *phase,
                            struct kernel_use *found)
{
    const size_t nodes = phase->node_count == record->node_count ? phase->node_count : 0;
    const size_t first = largest_memory(record);
    size_t *kernel = warning_kernels(record);
    struct kernel_use *uses = calloc(nodes + 1, sizeof *uses);
    const bool known = kernel && uses;
    for (size_t i = 0; known && i < nodes; i++) {
        uses[kernel[i]].amount += phase->nodes[i].counters.bytes;
        uses[kernel[i]].nodes++;
    }
    for (size_t number = 0; known && number < nodes && !found->node; number++) {
        const struct record_node *node = &record->nodes[(first + number) % nodes];
        const struct kernel_use *use = &uses[kernel[node - record->nodes]];
        if (node->memory_limit_bytes > use->amount / MEMORY_TIMES)
            *found = (struct kernel_use){node, use->amount, use->nodes};
    }
    free(kernel);
    free(uses);
    return known;
}

void warn_fits_in_memory(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, warning_buffered);
    struct kernel_use use = {0};
    if (phase && !find_kernel_use(record, phase, &use))
        out->failed = true;
    if (!use.node || targets_in_memory(record) || only_tails(phase))
        return;
    char moved[UNITS_TEXT];
    char memory[UNITS_TEXT];
    char enough[UNITS_TEXT];
    const uint64_t limit = (uint64_t)use.node->memory_limit_bytes;
    const uint64_t needed = divide_up(MEMORY_TIMES * divide_up(limit, 1U << 30), use.nodes) << 30;
    const bool fits = targets_fit_per_node(record, (double)needed);
    const char *direct = could_be_direct(record, phase) ? "use O_DIRECT" : "";
    units_format_size((uint64_t)use.amount, moved);
    units_format_size(limit, memory);
    units_format_exact_size(needed, enough);
    text_add(out, "%s moved %s on %s through a page cache that may hold %s: ", phase->name, moved,
             use.node->hostname, memory);
    if (fits)
        text_add(out, "use --size-per-node %s%s%s", enough, direct[0] ? ", or " : "", direct);
    else if (direct[0])
        text_add(out, "%s", direct);
    else
        text_add(out, "the target has no space for the %s per node that would exceed it", enough);
}

/* What direct requests must be a multiple of; a page if no target reports it. */
static int64_t direct_unit(const struct record *record)
{
    int64_t unit = 0;
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].direct_offset_alignment > unit)
            unit = record->targets[i].direct_offset_alignment;
    return unit ? unit : PAGE;
}

/* The requests of turns are as large as --interleave wants them. */
static bool is_odd(const struct record *record, const struct record_phase *phase, int64_t unit)
{
    return phase->unit == UNIT_BYTE && phase->request_bytes % unit &&
           warning_interleave(record, phase) != (uint64_t)phase->request_bytes;
}

void warn_unaligned_requests(const struct record *record, struct text *out)
{
    const int64_t unit = direct_unit(record);
    size_t odd = 0;
    while (odd < record->phase_count && !is_odd(record, &record->phases[odd], unit))
        odd++;
    if (odd == record->phase_count)
        return;
    const uint64_t bytes = (uint64_t)record->phases[odd].request_bytes;
    char exact[UNITS_TEXT];
    uint64_t better = bytes < PAGE ? PAGE : bytes - bytes % PAGE;
    if (bytes % 1000000 == 0)
        better = bytes / 1000000 << 20;
    else if (bytes % 1000 == 0)
        better = divide_up(bytes / 1000 << 10, PAGE) * PAGE;
    units_format_exact_size(better, exact);
    text_add(out,
             "requests of %llu bytes are not a multiple of %lld and cannot use O_DIRECT: use %s",
             (unsigned long long)bytes, (long long)unit, exact);
}

static bool has_unaligned_tail(const struct record_phase *phase)
{
    return warning_counts_bytes(phase) && only_tails(phase);
}

void warn_unaligned_tail(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, has_unaligned_tail);
    char size[UNITS_TEXT];
    if (!phase)
        return;
    units_format_size((uint64_t)phase->total.counters.buffered_bytes, size);
    text_add(out,
             "in %s %s at the ends of files were not aligned and went through the page cache; a "
             "--size that is a multiple of the request avoids it",
             phase->name, size);
}
