/* How the files of ranks were opened and written, and what that makes for all of them. */
#include "results.h"

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
