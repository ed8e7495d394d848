/* SPDX-License-Identifier: Apache-2.0 */
/* "quote": which rates may be quoted, and why others may not. */
#include "quotable.h"
#include "summary_parts.h"

enum { NAMES_SHOWN = 3 };

/* One row of the table: with repetitions only the median one counts. */
static bool is_judged(const struct record *record, const struct record_phase *phase)
{
    const bool repeated = record->phases[record->phase_count - 1].repetition > 1;
    return phase->status != RECORD_SKIPPED && phase->status != RECORD_RUNNING &&
           (!repeated || summary_median(record, phase) == phase);
}

/* Adds the names of these phases; returns their number. */
static size_t add_names(const struct record *record, enum quotable quote, struct text *out)
{
    const bool repeated = record->phases[record->phase_count - 1].repetition > 1;
    size_t count = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        if (!is_judged(record, phase) || quotable_of(record, phase) != quote)
            continue;
        if (count < NAMES_SHOWN)
            text_add(out, "%s%s", count ? ", " : "",
                     !repeated           ? phase->name
                     : phase->section[0] ? phase->section
                                         : phase->kind);
        count++;
    }
    if (count > NAMES_SHOWN)
        text_add(out, " and %zu more", count - NAMES_SHOWN);
    return count;
}

void summary_quote(const struct record *record, struct text *out)
{
    struct text line = {0};
    struct text against = {0};
    if (add_names(record, QUOTABLE_WELL, &line))
        text_add(&line, " only");
    else
        text_add(&line, "none");
    for (enum quotable quote = 0; quote < QUOTABLE_WELL; quote++) {
        struct text names = {0};
        if (add_names(record, quote, &names))
            text_add(&against, "%s %s %s", against.length ? ";" : ":", text_string(&names),
                     quotable_reason(quote));
        out->failed |= names.failed;
        text_release(&names);
    }
    if (against.length)
        summary_line(out, "quote", "%s%s", text_string(&line), text_string(&against));
    out->failed |= line.failed || against.failed;
    text_release(&line);
    text_release(&against);
}
