/* SPDX-License-Identifier: Apache-2.0 */
#include "stored_writes.h"

#include <string.h>

#include "options/phases.h"

/* Did a phase write data of this section ("" without sections), or may it have? */
static bool wrote(const struct record_phase *phase, const char *section)
{
    const char *owner = phase->data[0] ? phase->data : phase->section;
    return phase->writes && phase->unit == UNIT_BYTE && phase->status != RECORD_SKIPPED &&
           !strcmp(owner, section);
}

/* Only a phase that was carried out lists what it wrote. */
static bool in_place(const struct record_phase *phase)
{
    bool updates = false;
    for (int i = 0; i < PHASE_COUNT; i++)
        updates |= phase_kinds[i].updates && !strcmp(phase->kind, phase_kinds[i].name);
    return !phase->file_count || updates;
}

const struct record_phase *stored_next_write(const struct record *record, const char *section,
                                             size_t from)
{
    for (size_t i = from; i < record->phase_count; i++)
        if (wrote(&record->phases[i], section))
            return &record->phases[i];
    return NULL;
}

const struct record_phase *stored_last_write(const struct record *record, const char *section,
                                             uint64_t *generation)
{
    const struct record_phase *last = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!wrote(phase, section))
            continue;
        count++;
        if (phase->file_count && phase->files[0].generation)
            count = (uint64_t)phase->files[0].generation;
        if (in_place(phase))
            continue;
        last = phase;
        *generation = count - 1;
    }
    return last;
}
