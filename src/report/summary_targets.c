/* SPDX-License-Identifier: Apache-2.0 */
/* A line for each target of a phase, where there are several. */
#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

void summary_targets(const struct record_phase *phase, struct text *out)
{
    char done[UNITS_TEXT], rate[FIGURES_TEXT], p99[FIGURES_TEXT];
    for (size_t i = 0; i < phase->used_target_count && phase->used_target_count > 1; i++) {
        const struct record_used_target *used = &phase->used_targets[i];
        const int64_t amount = phase->unit == UNIT_BYTE ? used->bytes : used->operations;
        figures_rate_in(figures_rate(amount, used->end_ns), phase->unit, rate);
        units_format_size((uint64_t)used->bytes, done);
        figures_latency(used->latency.p99_ns, p99);
        const bool known = used->latency.p99_ns > 0;
        summary_line(out, i ? "" : "targets", "%s%s%s%s: %s%s%s by %lld rank%s%s%s", used->path,
                     used->device[0] ? " (" : "", used->device, used->device[0] ? ")" : "",
                     used->bytes ? done : "", used->bytes ? ", " : "", rate, (long long)used->ranks,
                     summary_plural(used->ranks), known ? ", p99 " : "", known ? p99 : "");
    }
}
