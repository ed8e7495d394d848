/* SPDX-License-Identifier: Apache-2.0 */
/* What tune and --auto found, and why. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "figures.h"
#include "report/tuned.h"
#include "summary_parts.h"
#include "table.h"

static const double million = 1e6;

static double ratio_of(int64_t ppm)
{
    return (double)ppm / million;
}

static void write_gain(const struct record_tune_result *result, struct text *out)
{
    struct text line = {0};
    char rate[FIGURES_TEXT];
    figures_rate_in((double)result->settled_per_s, UNIT_BYTE, rate);
    text_add(&line, "%s", result->settled_per_s ? rate : "not measured");
    if (!strcmp(result->start, result->settings))
        text_add(&line, ", with the settings of the start");
    else if (result->ratio_ppm) {
        figures_rate_in((double)result->start_per_s, UNIT_BYTE, rate);
        text_add(&line, ", %.2f times the %s of the start", ratio_of(result->ratio_ppm), rate);
        if (result->level_ppm)
            text_add(&line, " (%.0f %%: %.2f to %.2f)", (double)result->level_ppm / 1e4,
                     ratio_of(result->low_ppm), ratio_of(result->high_ppm));
    }
    text_add(&line, "; %" PRId64 " probe%s", result->probes, result->probes == 1 ? "" : "s");
    if (result->noise_ppm)
        text_add(&line, " with a noise of %.1f %%", 100 * ratio_of(result->noise_ppm));
    if (result->half_width_ppm >= 0 && result->noise_ppm)
        text_add(&line, ", so that it may be %.0f %% below the best",
                 ceil(100 * ratio_of(result->half_width_ppm)));
    summary_line(out, result->phase, "%s", text_string(&line));
    text_release(&line);
}

/* Was each option compared with its other values? */
static bool all_compared(const struct record *record, const char *phase)
{
    for (size_t i = 0; i < record->tune_choice_count; i++) {
        const struct record_tune_choice *choice = &record->tune_choices[i];
        if (!strcmp(choice->phase, phase) && choice->outcome == TUNE_UNCOMPARED &&
            choice->compared != 1)
            return false;
    }
    return true;
}

static const char *unfinished_words(const struct record *record,
                                    const struct record_tune_result *result)
{
    if (record->status == RECORD_INTERRUPTED)
        return "the run was interrupted; the best so far is shown";
    if (!result->settled_per_s)
        return "no probe could be measured; the settings are those of the start";
    if (!all_compared(record, result->phase))
        return "the budget ended before every option was compared; the best so far is shown; use "
               "a larger --budget";
    return "the budget ended before the options were compared again after a change; the best so "
           "far is shown; use a larger --budget";
}

void summary_tune_lines(const struct record *record, const struct record_tune_result *result,
                        struct text *out)
{
    write_gain(result, out);
    if (result->finished != TRUTH_YES)
        summary_line(out, "UNFINISHED", "%s", unfinished_words(record, result));
    if (result->shifted == TRUTH_YES)
        summary_line(out, "level",
                     "the rate of the same settings changed much meanwhile, as when "
                     "a cache is full; what was found before was measured again");
    summary_line(out, "options", "%s", result->settings);
    summary_line(out, "start", "%s", result->start);
    if (result->knee_depth)
        summary_line(out, "knee",
                     "depth %" PRId64 ", %" PRId64 " I/O thread%s and %" PRId64
                     " buffers per rank are the least that reaches 97 %% of the rate, "
                     "within the noise",
                     result->knee_depth, result->knee_writers, result->knee_writers == 1 ? "" : "s",
                     result->knee_buffers);
}

/* "1.31 times the rate of 1MiB (1.21 to 1.41)" */
static void add_ratio(const struct record_tune_choice *choice, struct text *out)
{
    const double ratio = ratio_of(choice->ratio_ppm);
    const double factor = 1 + ratio_of(choice->half_width_ppm);
    text_add(out, "%.2f times the rate of %s", ratio, choice->other);
    if (choice->half_width_ppm >= 0)
        text_add(out, " (%.2f to %.*f)", ratio / factor, ratio * factor < 100 ? 2 : 0,
                 ratio * factor);
}

/* Does the search start with this value? */
static bool is_start(const struct record_tune_choice *choice, const char *start)
{
    char words[2 * RECORD_NAME];
    const char *found;
    snprintf(words, sizeof words, "--%s", choice->option);
    if (!strcmp(choice->value, "yes") || !strcmp(choice->value, "no"))
        return (strstr(start, words) != NULL) == !strcmp(choice->value, "yes");
    snprintf(words, sizeof words, "--%s %s", choice->option, choice->value);
    found = strstr(start, words);
    return found && (found[strlen(words)] == ' ' || !found[strlen(words)]);
}

static void add_reason(const struct record_tune_choice *choice, const char *start, struct text *out)
{
    switch (choice->outcome) {
    case TUNE_FIXED:
        text_add(out, "fixed, by an option or by the target");
        break;
    case TUNE_UNCOMPARED:
        text_add(out, choice->compared == 1 ? "nothing else is possible" : "not compared");
        break;
    case TUNE_EQUAL:
        text_add(out, choice->half_width_ppm < 0 ? "too few probes to decide: "
                      : ratio_of(choice->ratio_ppm) <= 1 || is_start(choice, start)
                          ? "no difference found: "
                          : "faster, within the noise: ");
        add_ratio(choice, out);
        break;
    case TUNE_KEPT:
        text_add(out, "the others are slower: ");
        add_ratio(choice, out);
        break;
    default:
        text_add(out, "faster: ");
        add_ratio(choice, out);
    }
}

void summary_tune_rows(const struct record *record, const struct record_tune_result *result,
                       bool titled, struct table *table)
{
    static const char *const heads[] = {"option", "value", "why"};
    *table = (struct table){.columns = 3, .left = 6};
    for (size_t i = 0; titled && i < table->columns; i++)
        table_add(table, "%s", heads[i]);
    for (size_t i = 0; i < record->tune_choice_count; i++) {
        const struct record_tune_choice *choice = &record->tune_choices[i];
        struct text reason = {0};
        if (strcmp(choice->phase, result->phase) != 0)
            continue;
        add_reason(choice, result->start, &reason);
        table_add(table, "%s", choice->option);
        table_add(table, "%s", choice->value);
        table_add(table, "%s", text_string(&reason));
        text_release(&reason);
    }
}

/* What a search was to find and has no row about. */
static void add_missing(const struct record *record, struct text *out)
{
    const struct record_tune *unread = tuned_unread(record);
    size_t finished = 0;
    for (size_t i = 0; i < record->tune_result_count; i++)
        finished += record->tune_results[i].finished == TRUTH_YES;
    if (record->status != RECORD_INTERRUPTED && unread)
        summary_line(out, "UNFINISHED", "reading was not measured%s",
                     unread->reason[0] ? ": its files could not be written"
                                       : " before the budget ended; use a larger --budget");
    else if (record->status == RECORD_INTERRUPTED && finished == record->tune_result_count &&
             !tuned_is_finished(record))
        summary_line(out, "UNFINISHED",
                     "the run was interrupted before anything else was measured");
}

void summary_tune_rest(const struct record *record, struct text *out)
{
    size_t failed = 0;
    const char *first = "";
    for (size_t i = 0; i < record->tune_count; i++)
        if (record->tune[i].reason[0] && !failed++)
            first = record->tune[i].reason;
    add_missing(record, out);
    if (!failed)
        return;
    text_add(out, "  %zu probe%s could not be measured; the first: ", failed,
             failed == 1 ? "" : "s");
    text_add_printable(out, first);
    text_add(out, "\n");
}

void summary_tune(const struct record *record, const struct summary_style *style, struct text *out)
{
    if (!record->tune_count)
        return;
    text_add(out, "%stune%s\n", paint_on(style, PAINT_BOLD), paint_off(style));
    for (size_t i = 0; i < record->tune_result_count; i++) {
        struct table table;
        summary_tune_lines(record, &record->tune_results[i], out);
        summary_tune_rows(record, &record->tune_results[i], false, &table);
        table_write(&table, 4, out);
        table_release(&table);
    }
    summary_tune_rest(record, out);
}
