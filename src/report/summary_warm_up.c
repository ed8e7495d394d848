/* SPDX-License-Identifier: Apache-2.0 */
/* What was done to warm storage up before a phase. */
#include <string.h>

#include "base/units.h"
#include "summary_parts.h"

static const char *done(const struct record_warm_up *row)
{
    if (row->own == TRUTH_NO)
        return "read from the same files";
    if (!strcmp(row->kind, "write"))
        return "written to files of its own";
    return !strcmp(row->kind, "mixed") ? "read from and written to files of its own, in place"
                                       : "written to files of its own, in place";
}

static void add(const struct record_warm_up *row, struct text *line)
{
    char time[UNITS_TEXT];
    char amount[UNITS_TEXT];
    units_format_duration(row->duration_ns, time);
    units_format_size((uint64_t)row->bytes, amount);
    text_add(line, "%s%s: %s %s", line->length ? "; " : "", time, amount, done(row));
    if (row->reason[0])
        text_add(line, ", until it failed");
}

void summary_warm_up(const struct record *record, const struct record_phase *phase,
                     struct text *out)
{
    struct text line = {0};
    for (size_t i = 0; i < record->warm_up_count; i++)
        if (!strcmp(record->warm_ups[i].phase, phase->name) && !record->warm_ups[i].point)
            add(&record->warm_ups[i], &line);
    if (line.length)
        summary_line(out, "warm-up", "%s; outside every number", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
