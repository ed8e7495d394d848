/* SPDX-License-Identifier: Apache-2.0 */
#include "report/summary.h"

#include <string.h>

#include "report/advice.h"
#include "summary_parts.h"

/* Warnings of one severity, in the order of warnings.def. */
static void write_severity(const struct record *record, enum record_severity severity,
                           enum paint paint, const struct summary_style *style, struct text *out)
{
    for (size_t i = 0; i < record->advice_count; i++)
        if (record->advice[i].severity == severity)
            summary_text(out, paint, style, advice_label(&record->advice[i]),
                         record->advice[i].text ? record->advice[i].text : "");
}

static bool has_severity(const struct record *record, enum record_severity severity)
{
    for (size_t i = 0; i < record->advice_count; i++)
        if (record->advice[i].severity == severity)
            return true;
    return false;
}

static void write_title(const char *title, const struct summary_style *style, struct text *out)
{
    text_add(out, "\n%s%s%s\n", paint_on(style, PAINT_BOLD), title, paint_off(style));
}

static void write_warnings(const struct record *record, const struct summary_style *style,
                           struct text *out)
{
    if (!has_severity(record, SEVERITY_SERIOUS) && !has_severity(record, SEVERITY_WARNING))
        return;
    write_title("warnings", style, out);
    write_severity(record, SEVERITY_SERIOUS, PAINT_BAD, style, out);
    write_severity(record, SEVERITY_WARNING, PAINT_WARNING, style, out);
}

static void write_remarks(const struct record *record, const struct summary_style *style,
                          struct text *out)
{
    if (!has_severity(record, SEVERITY_NOTE))
        return;
    write_title("notes", style, out);
    write_severity(record, SEVERITY_NOTE, PAINT_DIM, style, out);
}

/* Of several repetitions the median one is shown in detail, and those that are not complete. */
static bool has_details(const struct record *record, const struct record_phase *phase,
                        const struct summary_style *style)
{
    const bool repeated = record->phases[record->phase_count - 1].repetition > 1;
    if (phase->duration_ns <= 0 || phase->status == RECORD_SKIPPED)
        return false;
    return style->verbose || !repeated || phase->status != RECORD_COMPLETE ||
           summary_median(record, phase) == phase;
}

/* Shows the mode here if it is that of several phases and there is no other; returns whether. */
static bool write_mode(const struct record *record, const struct summary_style *style,
                       struct text *out)
{
    struct text first = {0};
    struct text other = {0};
    size_t phases = 0;
    bool same = true;
    for (size_t i = 0; i < record->phase_count && same; i++) {
        if (!has_details(record, &record->phases[i], style))
            continue;
        text_clear(&other);
        summary_mode(&record->phases[i], style, phases++ ? &other : &first);
        same = phases == 1 || strcmp(text_string(&first), text_string(&other)) == 0;
    }
    same = same && phases > 1;
    text_add(out, "%s", same ? text_string(&first) : "");
    out->failed |= first.failed || other.failed;
    text_release(&first);
    text_release(&other);
    return same;
}

void summary_write(const struct record *record, const struct summary_style *style, struct text *out)
{
    summary_head(record, style, out);
    const bool same_mode = write_mode(record, style, out);
    text_add(out, "\n");
    summary_tune(record, style, out);
    if (record->phase_count && record->tune_count)
        text_add(out, "\n");
    if (record->phase_count || (!record->sweep_count && !record->tune_count))
        summary_table(record, style, out);
    summary_sweep(record, style, out);
    write_warnings(record, style, out);
    for (size_t i = 0; i < record->phase_count; i++)
        if (has_details(record, &record->phases[i], style)) {
            text_add(out, "\n");
            summary_phase(record, &record->phases[i], !same_mode, style, out);
        }
    if (style->verbose)
        summary_repetitions(record, style, out);
    write_remarks(record, style, out);
    summary_pfs(record, style, out);
    summary_checkpoints(record, style, out);
}
