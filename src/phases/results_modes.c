/* How the files of ranks were opened and written, and what that makes for several of them. */
#include "results.h"

void results_clear_modes(struct record_row *row)
{
    row->direct_opened = row->direct_in_effect = TRUTH_UNKNOWN;
    row->uncached = row->buffers_fixed = TRUTH_UNKNOWN;
}

static void merge_truth(uint8_t *into, uint8_t part, bool first)
{
    *into = first
                ? part
                : (uint8_t)record_truth_merge((enum record_truth) * into, (enum record_truth)part);
}

void results_merge_modes(struct record_row *into, const struct record_row *part, bool first)
{
    merge_truth(&into->direct_opened, part->direct_opened, first);
    merge_truth(&into->direct_in_effect, part->direct_in_effect, first);
    merge_truth(&into->uncached, part->uncached, first);
    merge_truth(&into->buffers_fixed, part->buffers_fixed, first);
}

void results_sum_modes(struct record_phase *into, const struct record_row *ranks, size_t count)
{
    bool first = true;
    into->ranks_direct = 0;
    into->ranks_total = 0;
    into->ranks_without = 0;
    into->direct_reason[0] = '\0';
    into->not_granted[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (!ranks[i].counters.requests)
            continue;
        into->ranks_total++;
        into->ranks_direct += ranks[i].direct_in_effect == TRUTH_YES;
        into->ranks_without += ranks[i].not_granted[0] != 0;
        merge_truth(&into->direct_opened, ranks[i].direct_opened, first);
        merge_truth(&into->direct_in_effect, ranks[i].direct_in_effect, first);
        merge_truth(&into->uncached, ranks[i].uncached, first);
        merge_truth(&into->buffers_fixed, ranks[i].buffers_fixed, first);
        if (!into->not_granted[0])
            text_copy(into->not_granted, sizeof into->not_granted, ranks[i].not_granted);
        if (!into->direct_reason[0])
            text_copy(into->direct_reason, sizeof into->direct_reason, ranks[i].direct_reason);
        first = false;
    }
}
