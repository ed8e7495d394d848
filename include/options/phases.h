/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of phases, from phases.def, and the list of --phases. */
#ifndef TIDEMILL_OPTIONS_PHASES_H
#define TIDEMILL_OPTIONS_PHASES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/failure.h"
#include "base/units.h"

enum phase_id {
#define PHASE(ID, ...) PHASE_##ID,
#include "options/phases.def"
#undef PHASE
    PHASE_COUNT
};

struct phase_kind {
    enum phase_id id;
    const char *name;
    enum amount_unit unit;
    bool reads;   /* ... or is about objects that exist */
    bool writes;  /* ... or creates objects */
    bool updates; /* writes in place what an earlier phase wrote */
    bool checks;  /* checks every byte, even without --verify */
};

extern const struct phase_kind phase_kinds[PHASE_COUNT];

/* PHASES_UPDATES_MOST: phases in a row that write in place. */
enum { PHASES_MOST = 64, PHASES_UPDATES_MOST = 8 };

/* Returns true if the phase writes the data set. */
static inline bool phase_writes_bytes(enum phase_id phase)
{
    return phase_kinds[phase].writes && phase_kinds[phase].unit == UNIT_BYTE;
}

/* Returns true if the phase makes the data set or the objects that others use. */
static inline bool phase_makes(enum phase_id phase)
{
    return phase_kinds[phase].writes && !phase_kinds[phase].updates;
}

/* Returns true if --ceilings can probe the phase. One that writes in place cannot be probed: its
 * probes would replace the data that it is about. */
static inline bool phase_has_ceilings(enum phase_id phase)
{
    return phase_kinds[phase].unit == UNIT_BYTE && !phase_kinds[phase].updates;
}

/* Returns true if --loop can start the phase over. */
static inline bool phase_can_loop(enum phase_id phase)
{
    return phase_kinds[phase].unit == UNIT_BYTE && !phase_makes(phase);
}

/* Parses a comma-separated list of phases; -EINVAL for an unknown one. */
int phases_parse(const char *list, enum phase_id phases[PHASES_MOST], size_t *count,
                 struct failure *why);

#endif
