/* SPDX-License-Identifier: Apache-2.0 */
#include "report/tuned.h"

#include <string.h>

#include "options/options.h"
#include "options/phases.h"

bool tuned_any(const struct record *record)
{
    for (size_t i = 0; i < record->tune_count; i++)
        if (record->tune[i].per_s > 0)
            return true;
    return false;
}

/* The files for reading belong to reading. */
static bool is_of(const struct record_tune *probe, bool reading)
{
    return (probe->stage == TUNE_FILL || strcmp(probe->phase, "write") != 0) == reading;
}

const struct record_tune *tuned_failed(const struct record *record)
{
    for (int reading = 0; reading < 2; reading++) {
        const struct record_tune *failed = NULL;
        bool measured = false;
        for (size_t i = 0; i < record->tune_count && !measured; i++) {
            const struct record_tune *probe = &record->tune[i];
            if (!is_of(probe, reading))
                continue;
            measured = !probe->reason[0] && probe->per_s > 0;
            if (!failed || !failed->reason[0])
                failed = probe;
        }
        if (failed && !measured)
            return failed;
    }
    return NULL;
}

const struct record_tune *tuned_unread(const struct record *record)
{
    for (size_t i = 0; i < record->tune_count && record->tune_result_count < 2; i++)
        if (record->tune[i].stage == TUNE_FILL)
            return &record->tune[i];
    return NULL;
}

bool tuned_is_finished(const struct record *record)
{
    bool finished = record->tune_result_count && !tuned_unread(record);
    for (size_t i = 0; i < record->tune_result_count; i++)
        finished &= record->tune_results[i].finished == TRUTH_YES;
    return finished && (record->status != RECORD_INTERRUPTED || record->phase_count);
}

static bool is_printed(const struct record_tune_choice *choice, bool whole)
{
    return whole || choice->outcome != TUNE_FIXED;
}

/* 'updates': of a phase in place, whose requests are those of the phase that wrote the data. */
static void print_choices(const struct record *record, const char *phase, bool whole, bool updates,
                          struct text *out)
{
    for (size_t i = 0; i < record->tune_choice_count; i++) {
        const struct record_tune_choice *choice = &record->tune_choices[i];
        if (!strcmp(choice->phase, phase) && is_printed(choice, whole) &&
            !(updates && options_flagged(options_find(choice->option), SETS_PLACE)))
            text_add(out, "%s = %s\n", choice->option, choice->value);
    }
}

/* The settings found for reading, or those for writing if it was not searched. */
static const char *settings_for(const struct record *record, bool writes)
{
    for (size_t i = 0; i < record->tune_result_count; i++)
        if (writes == !strcmp(record->tune_results[i].phase, "write"))
            return record->tune_results[i].phase;
    return "write";
}

static bool differ(const struct record *record)
{
    const struct record_tune_result *results = record->tune_results;
    return record->tune_result_count > 1 && strcmp(results[0].settings, results[1].settings) != 0;
}

void tuned_print_file(const struct record *record, const char *phases, bool whole, struct text *out)
{
    enum phase_id list[PHASES_MOST];
    size_t count = 0;
    if (!differ(record) || phases_parse(phases, list, &count, NULL)) {
        print_choices(record, "write", whole, false, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct phase_kind *kind = &phase_kinds[list[i]];
        text_add(out, "%s[%s]\nphase = %s\n", i ? "\n" : "", kind->name, kind->name);
        if (kind->writes)
            text_add(out, "verify = no\n"); /* which is about reading */
        if (kind->id != PHASE_WRITE)
            text_add(out, "data = write\n");
        print_choices(record, settings_for(record, kind->writes), whole, kind->updates, out);
    }
}
