/* Doubts whether the storage was measured at all: page cache, memory, alignment, syncing. */
#include "advice_parts.h"

#include <errno.h>
#include <string.h>

#include "base/checked.h"
#include "base/units.h"
#include "cached.h"
#include "summary_parts.h"

enum { PAGE = 4096 };

static bool fell_back(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->direct_asked == PREFERENCE_PREFER &&
           phase->total.modes.direct_in_effect == TRUTH_NO &&
           phase->total.modes.uncached != TRUTH_YES;
}

int consider_fallback_direct(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, fell_back);
    if (!phase)
        return 0;
    struct text names = advice_phases_where(record, fell_back);
    int result =
        names.failed
            ? -ENOMEM
            : advice_doubt(
                  record, "fallback-direct", SEVERITY_WARNING,
                  "%s went through the page cache, because %s: the rate is of memory and "
                  "storage together; --direct require refuses instead, --direct never says "
                  "that it is meant",
                  text_string(&names),
                  phase->total.modes.direct_reason[0] ? phase->total.modes.direct_reason
                                                      : "O_DIRECT was not granted");
    text_release(&names);
    return result;
}

static bool is_unknown(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->total.modes.direct_in_effect == TRUTH_UNKNOWN;
}

int consider_unknown_direct(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, is_unknown);
    if (!phase)
        return 0;
    struct text names = advice_phases_where(record, is_unknown);
    int result =
        names.failed
            ? -ENOMEM
            : advice_doubt(
                  record, "unknown-direct", SEVERITY_NOTE,
                  "%s opened with O_DIRECT, but whether it is in effect cannot be told (%s): "
                  "use a data set of several times the memory of the nodes",
                  text_string(&names),
                  phase->total.modes.direct_reason[0] ? phase->total.modes.direct_reason
                                                      : "the kernel does not say");
    text_release(&names);
    return result;
}

static bool is_mixed(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->total.modes.direct_in_effect == TRUTH_MIXED;
}

int consider_mixed_direct(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, is_mixed);
    if (!phase)
        return 0;
    const struct record_row *odd = NULL;
    for (size_t i = 0; i < phase->node_count && !odd; i++)
        if (!record_row_idle(&phase->nodes[i]) &&
            phase->nodes[i].modes.direct_in_effect != TRUTH_YES)
            odd = &phase->nodes[i];
    const char *reason = phase->total.modes.direct_reason;
    if (!reason[0])
        reason =
            odd && odd->modes.direct_reason[0] ? odd->modes.direct_reason : "no reason was given";
    return advice_doubt(
        record, "mixed-direct", SEVERITY_SERIOUS,
        "in %s O_DIRECT was in effect on %lld of %lld ranks only (first other node: %s; "
        "%s): the sum mixes storage with memory; make the nodes alike or use --direct "
        "never",
        phase->name, (long long)phase->ranks_direct, (long long)phase->ranks_total,
        odd ? odd->name : "not known", reason);
}

static bool engine_fell_back(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->engine_cause == ENGINE_UNAVAILABLE;
}

static bool all_in_memory(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (!record->targets[i].ram_backed)
            return false;
    return record->target_count > 0;
}

int consider_fallback_engine(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, engine_fell_back);
    if (!phase)
        return 0;
    return advice_doubt(
        record, "fallback-engine", SEVERITY_WARNING,
        "engine %s was used where %s was asked for: %s; name --engine %s to compare like "
        "with like",
        phase->engine_used, phase->engine_asked, phase->engine_reason, phase->engine_used);
}

enum { CACHED_PERCENT = 20 };

/* Bypassing the page cache leaves nothing there of what was written. */
static bool wrote_into_cache(const struct record_phase *phase)
{
    int64_t seen = phase->total.counters.sampled_pages;
    int64_t cached = phase->total.counters.cached_pages;
    return advice_counts(phase) && phase->total.modes.direct_in_effect == TRUTH_YES &&
           phase->writes && cached > 0 && cached * 100 >= seen * CACHED_PERCENT;
}

int consider_doubtful_direct(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, wrote_into_cache);
    if (!phase)
        return 0;
    return advice_doubt(
        record, "doubtful-direct", SEVERITY_SERIOUS,
        "%s was direct by all that was asked of the system, and yet pages of its files were in the "
        "page cache afterwards: somebody else reads these files, or O_DIRECT means little there; "
        "measure more data than the memory holds",
        phase->name);
}

static bool may_be_cached(const struct record_phase *phase)
{
    return advice_counts(phase) && cached_possible(phase);
}

int consider_cached_reads(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, may_be_cached);
    if (!phase)
        return 0;
    struct text names = advice_phases_where(record, may_be_cached);
    int result =
        names.failed
            ? -ENOMEM
            : advice_doubt(
                  record, "cached-reads", SEVERITY_SERIOUS,
                  "%s may have read from the page cache of the reading node: the rate is an upper "
                  "bound of the storage's; use --direct require, --cache drop, --shift 1 over "
                  "several nodes, or more data than the memory holds",
                  text_string(&names));
    text_release(&names);
    return result;
}

int consider_memory_target(struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++) {
        const struct record_target *target = &record->targets[i];
        if (!target->ram_backed)
            continue;
        if (target->kind == TARGET_KIND_NULL)
            return advice_doubt(
                record, "null-target", SEVERITY_NOTE,
                "%s discards everything: the rates show what making the data can do, not "
                "what storage can",
                target->path);
        return advice_doubt(
            record, "memory-target", SEVERITY_SERIOUS,
            "target '%s' lives in memory (%s): no storage was measured; name a directory "
            "on the storage",
            target->path, target->backing[0] ? target->backing : target->file_system);
    }
    return 0;
}

/* Node of the phase that moved no more than its memory can hold, and has its facts. */
static const struct record_node *node_with_room(const struct record *record,
                                                const struct record_phase *phase, int64_t *bytes)
{
    if (phase->node_count != record->node_count)
        return NULL;
    for (size_t i = 0; i < phase->node_count; i++) {
        *bytes = phase->nodes[i].counters.bytes;
        if (record->nodes[i].memory_limit_bytes > *bytes)
            return &record->nodes[i];
    }
    return NULL;
}

int consider_fits_in_memory(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, advice_buffered);
    int64_t bytes = 0;
    const struct record_node *node = phase ? node_with_room(record, phase, &bytes) : NULL;
    if (!node)
        return 0;
    char moved[UNITS_TEXT];
    char memory[UNITS_TEXT];
    char enough[UNITS_TEXT];
    units_show_size((uint64_t)bytes, moved);
    units_show_size((uint64_t)node->memory_limit_bytes, memory);
    units_exact_size(divide_up((uint64_t)node->memory_limit_bytes, 1U << 30) * 2 << 30, enough);
    return advice_doubt(
        record, "fits-in-memory", SEVERITY_WARNING,
        "%s moved %s on %s through a page cache that may hold %s: use --size-per-node %s, "
        "or O_DIRECT",
        phase->name, moved, node->hostname, memory, enough);
}

/* What direct requests must be a multiple of; a page where no target tells. */
static uint64_t direct_unit(const struct record *record)
{
    int64_t unit = 0;
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].direct_offset_alignment > unit)
            unit = record->targets[i].direct_offset_alignment;
    return unit ? (uint64_t)unit : PAGE;
}

int consider_unaligned_requests(struct record *record)
{
    const uint64_t unit = direct_unit(record);
    char value[64];
    uint64_t bytes;
    char exact[UNITS_TEXT];
    summary_option(record, "buffer-size", value, sizeof value);
    if (!value[0] || units_parse_size(value, &bytes, NULL) || bytes % unit == 0)
        return 0;
    uint64_t better = bytes < PAGE ? PAGE : bytes - bytes % PAGE;
    if (bytes % 1000000 == 0)
        better = bytes / 1000000 << 20;
    else if (bytes % 1000 == 0)
        better = divide_up(bytes / 1000 << 10, PAGE) * PAGE;
    units_exact_size(better, exact);
    return advice_doubt(
        record, "unaligned-requests", SEVERITY_WARNING,
        "requests of %s are %llu bytes, no multiple of %llu, and cannot go direct: use %s", value,
        (unsigned long long)bytes, (unsigned long long)unit, exact);
}

static bool wrote(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->writes;
}

int consider_no_sync(struct record *record)
{
    char value[16];
    const struct record_phase *phase = advice_first_where(record, wrote);
    if (!phase || strcmp(summary_option(record, "fsync", value, sizeof value), "never") != 0 ||
        all_in_memory(record))
        return 0;
    if (!advice_buffered(phase))
        return advice_doubt(record, "not-synced", SEVERITY_NOTE,
                            "%s went past the page cache but was not synced: a write cache of the "
                            "device may have held part of it when the clock stopped; use --fsync "
                            "end",
                            phase->name);
    return advice_doubt(
        record, "not-synced", SEVERITY_SERIOUS,
        "%s was buffered and not synced: part of it was still in memory when the clock "
        "stopped; use --fsync end",
        phase->name);
}

int consider_unaligned_tail(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        int64_t buffered = phase->total.counters.buffered_bytes;
        if (phase->total.modes.direct_in_effect != TRUTH_YES || buffered <= 0)
            continue;
        char size[UNITS_TEXT];
        units_show_size((uint64_t)buffered, size);
        return advice_doubt(
            record, "unaligned-tail", SEVERITY_NOTE,
            "in %s %s at the ends of files were not aligned and went through the page "
            "cache; a --size that is a multiple of the request avoids it",
            phase->name, size);
    }
    return 0;
}
