/* SPDX-License-Identifier: Apache-2.0 */
#include "quotable.h"

#include "bottleneck.h"
#include "cached.h"
#include "run_targets.h"
#include "warnings.h"

static bool varies(const struct record *record, const struct record_phase *phase)
{
    for (size_t i = 0; i < record->summary_count; i++)
        if (record->summary[i].position == phase->position)
            return warning_wide(&record->summary[i]);
    return false;
}

enum quotable quotable_of(const struct record *record, const struct record_phase *phase)
{
    const struct {
        bool applies;
        enum quotable quote;
    } rules[] = {
        {phase->status == RECORD_FAILED, QUOTABLE_FAILED},
        {phase->status == RECORD_INTERRUPTED, QUOTABLE_ENDED_EARLY},
        {phase->total.counters.bad_blocks > 0, QUOTABLE_WRONG_DATA},
        {phase->discards, QUOTABLE_DISCARDED},
        {targets_in_memory(record), QUOTABLE_IN_MEMORY},
        {cached_mostly(phase), QUOTABLE_CACHED},
        {bottleneck_within(phase) == BOTTLENECK_RATE, QUOTABLE_LIMITED},
        {varies(record, phase), QUOTABLE_SPREAD},
        {warning_short(phase), QUOTABLE_SHORT},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].applies)
            return rules[i].quote;
    return QUOTABLE_WELL;
}

const char *quotable_reason(enum quotable quote)
{
    static const char *const reasons[] = {
        [QUOTABLE_FAILED] = "failed",
        [QUOTABLE_ENDED_EARLY] = "ended early",
        [QUOTABLE_WRONG_DATA] = "returned wrong data",
        [QUOTABLE_DISCARDED] = "stored nothing",
        [QUOTABLE_IN_MEMORY] = "stayed in memory",
        [QUOTABLE_CACHED] = "came from the page cache",
        [QUOTABLE_LIMITED] = "kept to a rate limit",
        [QUOTABLE_SPREAD] = "varied by more than 30 %",
        [QUOTABLE_SHORT] = "took less than 10 s",
        [QUOTABLE_WELL] = "",
    };
    return reasons[quote];
}
