/* SPDX-License-Identifier: Apache-2.0 */
/* How often a phase that starts over went through its data. */
#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

void summary_passes(const struct record_phase *phase, struct text *out)
{
    char passes[FIGURES_TEXT];
    char each[UNITS_TEXT];
    if (!phase->loops || phase->amount <= 0)
        return;
    figures_fixed((double)phase->passes_ppm / 1e6, 2, passes);
    units_format_size((uint64_t)phase->amount_planned, each);
    summary_line(out, "passes", "%s over %s (--loop)", passes, each);
}
