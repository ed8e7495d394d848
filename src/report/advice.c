#include "report/advice.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice_parts.h"

bool advice_counts(const struct record_phase *phase)
{
    return phase->bytes > 0 && phase->duration_ns > 0 && !phase->discards;
}

bool advice_buffered(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->total.modes.direct_in_effect != TRUTH_YES &&
           phase->total.modes.uncached != TRUTH_YES;
}

int advice_doubt(struct record *record, const char *code, enum record_severity severity,
                 const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -ENOMEM;
    bool known = false;
    for (size_t i = 0; i < record->advice_count && !known; i++)
        known = strcmp(record->advice[i].code, code) == 0 && record->advice[i].text &&
                strcmp(record->advice[i].text, text) == 0;
    int result = known ? 0 : record_add_advice(record, code, severity, "%s", text);
    free(text);
    return result;
}

struct text advice_phases_where(const struct record *record,
                                bool (*applies)(const struct record_phase *))
{
    struct text names = {0};
    for (size_t i = 0; i < record->phase_count; i++)
        if (applies(&record->phases[i]))
            text_add(&names, "%s%s", names.length ? ", " : "", record->phases[i].name);
    return names;
}

const struct record_phase *advice_first_where(const struct record *record,
                                              bool (*applies)(const struct record_phase *))
{
    for (size_t i = 0; i < record->phase_count; i++)
        if (applies(&record->phases[i]))
            return &record->phases[i];
    return NULL;
}

int advice_consider_sums(struct record *record)
{
    return consider_sums(record);
}

/* The gravest first. */
int advice_consider(struct record *record)
{
    static int (*const doubts[])(struct record *) = {
        consider_sums,
        consider_wrong_data,
        consider_checked_in_part,
        consider_mixed_direct,
        consider_doubtful_direct,
        consider_memory_target,
        consider_no_sync,
        consider_cached_reads,
        consider_fallback_direct,
        consider_unknown_direct,
        consider_fallback_engine,
        consider_unaligned_requests,
        consider_fits_in_memory,
        consider_generation,
        consider_processors,
        consider_held_above_device,
        consider_long_tail,
        consider_nodes,
        consider_unaligned_tail,
        consider_outliers,
        consider_stalls,
        consider_placement,
        consider_binding,
        consider_programs,
        consider_limits,
        consider_other_load,
        consider_full,
        consider_reduction,
        consider_short_run,
        consider_unsteady,
        consider_skew,
        consider_wall_clock,
        consider_repetitions,
    };
    int result = 0;
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0] && !result; i++)
        result = doubts[i](record);
    return result;
}
