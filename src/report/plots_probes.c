/* SPDX-License-Identifier: Apache-2.0 */
#include "plots_probes.h"

#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "plots_parts.h"

static const struct {
    const char *name;
    const char *points;
} marks[PROBE_ROLES] = {
    [PROBE_OTHER] = {"others", "pt 6 ps 0.7 lw 1.5 lc rgb '" PLOT_GREY "'"},
    [PROBE_START] = {"start", "pt 1 ps 0.8 lw 2 lc rgb '" PLOT_RED "'"},
    [PROBE_SETTLED] = {"settled", "pt 7 ps 0.7 lc rgb '" PLOT_BLUE "'"},
    [PROBE_KNEE] = {"knee", "pt 12 ps 1.3 lw 2 lc rgb '" PLOT_INK "'"},
};

bool probe_is_shown(const struct record_tune *probe, const char *phase)
{
    return probe->per_s > 0 && probe->stage != TUNE_FILL && !strcmp(probe->phase, phase);
}

const struct record_tune_result *probe_result(const struct record *record, const char *phase)
{
    for (size_t i = 0; i < record->tune_result_count; i++)
        if (!strcmp(record->tune_results[i].phase, phase))
            return &record->tune_results[i];
    return NULL;
}

const char *probe_purpose(const struct record_tune *probe)
{
    switch (probe->stage) {
    case TUNE_PAIR:
        return "pairs";
    case TUNE_KNEE:
        return "knee";
    default:
        return probe->option[0] ? probe->option : "start";
    }
}

void probe_value(const char *settings, const char *name, char value[PROBE_VALUE])
{
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *at = settings; (at = strstr(at, "--")); at += 2)
        if (!strncmp(at + 2, name, length) && (at[2 + length] == ' ' || at[2 + length] == '=')) {
            const size_t end = strcspn(at + 3 + length, " ");
            snprintf(value, PROBE_VALUE, "%.*s", (int)(end < PROBE_VALUE ? end : PROBE_VALUE - 1),
                     at + 3 + length);
            return;
        }
}

static bool has_number(const char *settings, const char *name, int64_t number)
{
    char value[PROBE_VALUE];
    uint64_t count;
    probe_value(settings, name, value);
    return !units_parse_count(value, &count, NULL) && count == (uint64_t)number;
}

static bool is_knee(const struct record_tune *probe, const struct record_tune_result *result)
{
    return probe->stage == TUNE_KNEE && result->knee_depth &&
           has_number(probe->settings, "depth", result->knee_depth) &&
           has_number(probe->settings, "writers", result->knee_writers) &&
           has_number(probe->settings, "buffer-count", result->knee_buffers);
}

enum probe_role probe_role(const struct record_tune *probe, const struct record_tune_result *result)
{
    if (is_knee(probe, result))
        return PROBE_KNEE;
    if (!strcmp(probe->settings, result->settings))
        return PROBE_SETTLED;
    return strcmp(probe->settings, result->start) ? PROBE_OTHER : PROBE_START;
}

void probe_add_roles(const bool any[PROBE_ROLES], struct text *out)
{
    for (enum probe_role role = 0; role < PROBE_ROLES; role++)
        if (any[role])
            text_add(out, ", $role%d with points %s title '%s'", role, marks[role].points,
                     marks[role].name);
}
