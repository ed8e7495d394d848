/* SPDX-License-Identifier: Apache-2.0 */
/* What of a mixed phase read, and what wrote. */
#include "base/units.h"
#include "figures.h"
#include "record/schema_tables.h"
#include "summary_parts.h"

void summary_halves(const struct record_phase *phase, struct text *out)
{
    for (int i = 0; phase->halves && i < HALVES; i++) {
        const struct record_half *half = &phase->halves[i];
        char rate[FIGURES_TEXT];
        char requests[FIGURES_TEXT];
        char bytes[UNITS_TEXT];
        struct text line = {0};
        figures_rate_in((double)half->bytes_per_s, UNIT_BYTE, rate);
        figures_count((double)half->requests_per_s, requests);
        units_format_size((uint64_t)half->bytes, bytes);
        text_add(&line, "%s, %s IOPS, %s", rate, requests, bytes);
        if (half->histogram.total) {
            text_add(&line, "; ");
            summary_percentiles(&half->histogram, &line);
        }
        summary_line(out, schema_half_names[i], "%s", text_string(&line));
        out->failed |= line.failed;
        text_release(&line);
    }
}
