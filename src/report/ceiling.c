/* SPDX-License-Identifier: Apache-2.0 */
#include "ceiling.h"

#include "bottleneck.h"
#include "figures.h"

static const struct record_ceiling *find(const struct record *record, enum record_probe probe)
{
    for (size_t i = 0; i < record->ceiling_count; i++)
        if (record->ceilings[i].probe == probe)
            return &record->ceilings[i];
    return NULL;
}

const char *ceiling_name(enum record_probe probe)
{
    static const char *const names[] = {[PROBE_DATA] = "generator only",
                                        [PROBE_STORAGE] = "storage only",
                                        [PROBE_BOTH] = "generator and storage"};
    return names[probe];
}

const struct record_ceiling *ceiling_lower(const struct record *record,
                                           const struct record_phase *phase)
{
    const struct record_ceiling *data = find(record, PROBE_DATA);
    const struct record_ceiling *storage = find(record, PROBE_STORAGE);
    if (phase->unit != UNIT_BYTE || phase->reads || !data || !storage || data->per_s <= 0 ||
        storage->per_s <= 0)
        return NULL;
    return storage->per_s <= data->per_s ? storage : data;
}

void ceiling_share(const struct record_phase *phase, const struct record_ceiling *ceiling,
                   struct text *out)
{
    char share[FIGURES_TEXT];
    figures_share((int64_t)figures_rate(phase->amount, phase->duration_ns), ceiling->per_s, share);
    text_add(out, "%s of the lower ceiling (%s)", share, ceiling_name(ceiling->probe));
}
