/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings of warm-ups. */
#include "warnings.h"

void warn_warm_up_failed(const struct record *record, struct text *out)
{
    for (size_t i = 0; i < record->warm_up_count; i++) {
        const struct record_warm_up *row = &record->warm_ups[i];
        if (!row->reason[0])
            continue;
        text_add(out, "the warm-up of %s failed: %s", row->phase, row->reason);
        return;
    }
}
