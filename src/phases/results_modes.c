/* SPDX-License-Identifier: Apache-2.0 */
/* How the files of ranks were opened and written, and what that makes for all of them. */
#include "results.h"

#include <string.h>

/* What became dirty while at least this was written decides; the rest of the system makes some
 * pages dirty too. */
enum { LEAST_BYTES = 64 << 20, FEW_DIRTIED = 50, MOST_DIRTIED = 90 };

/* FUSE drops the pages of a file when it is opened, and to sample them is to open it: there none
 * are found in any case. */
static bool pages_are_evidence(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (strncmp(record->targets[i].file_system, "fuse", 4) == 0)
            return false;
    return true;
}

/* Returns whether the page cache was bypassed, by what was counted. */
static enum record_truth judge(const struct record *record, const struct record_phase *phase)
{
    const struct counters *counters = &phase->total.counters;
    const int64_t nodes = (int64_t)phase->node_count;
    const int64_t written = record_bytes_written(phase);
    const int64_t counted = counters->dirtied_of_device + counters->dirtied_of_node;
    if (phase->unit != UNIT_BYTE)
        return TRUTH_UNKNOWN;
    if (counted == nodes && written >= LEAST_BYTES) {
        if (counters->dirtied_bytes * FEW_DIRTIED < written)
            return TRUTH_YES;
        if (counters->dirtied_of_device == nodes &&
            counters->dirtied_bytes >= written / 100 * MOST_DIRTIED)
            return TRUTH_NO;
    }
    /* A read through the page cache leaves pages there; a write may drop them at its end. */
    if (!phase->writes && pages_are_evidence(record) && counters->sampled_before_pages > 0 &&
        counters->sampled_pages > 0 && counters->cached_before_pages == 0 &&
        counters->cached_pages == 0)
        return TRUTH_YES;
    return TRUTH_UNKNOWN;
}

static void judge_row(struct record_row *row, enum record_truth truth)
{
    if (row->modes.direct_in_effect != TRUTH_UNKNOWN || row->modes.direct_opened != TRUTH_YES)
        return;
    row->modes.direct_in_effect = (uint8_t)truth;
    row->modes.direct_cause = truth == TRUTH_NO ? DIRECT_DIRTIED : DIRECT_NOT_REPORTED;
    row->modes.direct_reason[0] = 0;
}

void results_judge_modes(const struct record *record, struct record_phase *into)
{
    const enum record_truth truth = judge(record, into);
    if (truth == TRUTH_UNKNOWN)
        return;
    for (size_t i = 0; i < into->node_count; i++)
        judge_row(&into->nodes[i], truth);
    for (size_t i = 0; i < into->rank_count; i++)
        judge_row(&into->ranks[i], truth);
    for (size_t i = 0; i < into->writer_count; i++)
        judge_row(&into->writers[i], truth);
}

/* Where no rank had something to do, the modes stay as the files were opened. */
void results_sum_modes(struct record_phase *into, const struct record_row *ranks, size_t count)
{
    struct record_modes modes;
    bool first = true;
    record_modes_clear(&modes);
    into->ranks_direct = 0;
    into->ranks_total = 0;
    into->ranks_without = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ranks[i].counters.requests)
            continue;
        into->ranks_total++;
        into->ranks_direct += ranks[i].modes.direct_in_effect == TRUTH_YES;
        into->ranks_without += ranks[i].modes.not_granted_set != 0;
        record_modes_merge(&modes, &ranks[i].modes, first);
        first = false;
    }
    if (!first)
        into->total.modes = modes;
}
