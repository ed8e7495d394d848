/* SPDX-License-Identifier: Apache-2.0 */
/* What 'tune' has found, as rows of the record. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/tune.h"
#include "stats/describe.h"
#include "stats/ratio.h"

static const double million = 1e6;

/* A flag is off without its name. */
void tune_print_settings(const struct tune *tune, const struct settings *settings, struct text *out)
{
    const struct tune_space *space = &tune->passes[0].space;
    const char *before = "";
    for (uint32_t i = 0; i < space->search.axis_count; i++) {
        const enum option_id id = space->axes[i].id;
        if (id == OPTION_PREALLOCATE && !settings->preallocate)
            continue;
        text_add(out, "%s--%s", before, options_name(id));
        if (id != OPTION_PREALLOCATE) {
            text_add(out, " ");
            settings_print_value(settings, id, out);
        }
        before = " ";
    }
}

static int64_t in_ppm(double value)
{
    return isfinite(value) && value < 1e6 ? llround(value * million) : -1;
}

/* Another option may have changed the value since: what was found is not about the new one. */
static struct search_finding finding_of(const struct tune_pass *pass, uint32_t axis)
{
    const struct search_finding *finding = &pass->search.findings[axis];
    return finding->level == pass->search.best.level[axis]
               ? *finding
               : (struct search_finding){.compared = finding->compared};
}

static enum record_tune_outcome outcome_of(const struct tune_pass *pass,
                                           const struct search_finding *finding, uint32_t axis)
{
    if (pass->space.axes[axis].fixed)
        return TUNE_FIXED;
    if (!finding->rounds || finding->compared < 2)
        return TUNE_UNCOMPARED;
    if (pass->search.best.level[axis] != pass->space.search.start.level[axis])
        return finding->differs ? TUNE_CHANGED : TUNE_EQUAL;
    return finding->differs ? TUNE_KEPT : TUNE_EQUAL;
}

/* The text of one level of an axis, with the other axes as they are in the best candidate. */
static void print_level(const struct tune *tune, const struct tune_pass *pass, uint32_t axis,
                        uint8_t level, char *into, size_t size)
{
    struct candidate candidate = pass->search.best;
    struct settings settings = *tune->setup.pool->items[0]; /* its texts are only read */
    struct text text = {0};
    candidate.level[axis] = level;
    tune_space_apply(&pass->space, &candidate, &settings);
    settings_print_value(&settings, pass->space.axes[axis].id, &text);
    text_copy(into, size, text_string(&text));
    text_release(&text);
}

static void add_choice(const struct tune *tune, const struct tune_pass *pass, uint32_t axis,
                       struct record *record)
{
    const struct search_finding found = finding_of(pass, axis);
    const struct search_finding *finding = &found;
    struct record_tune_choice *row = &record->tune_choices[record->tune_choice_count++];
    *row = (struct record_tune_choice){
        .outcome = (uint8_t)outcome_of(pass, &found, axis),
        .compared = pass->space.search.axes[axis].levels == 1 ? 1 : finding->compared,
        .rounds = finding->rounds,
        .ratio_ppm = finding->rounds ? in_ppm(finding->ratio) : 0,
        .half_width_ppm = finding->rounds ? in_ppm(finding->half_width) : -1,
    };
    text_copy(row->phase, sizeof row->phase, phase_kinds[pass->phase].name);
    text_copy(row->option, sizeof row->option, options_name(pass->space.axes[axis].id));
    print_level(tune, pass, axis, pass->search.best.level[axis], row->value, sizeof row->value);
    if (finding->rounds && finding->other != pass->search.best.level[axis])
        print_level(tune, pass, axis, finding->other, row->other, sizeof row->other);
}

/* Rates of the probes with these settings: of the pairs, or if there are none of all. */
static size_t collect(const struct record *record, const struct record_tune_result *result,
                      const char *settings, int64_t rates[RATIO_MOST])
{
    size_t count = 0;
    for (int all = 0; all < 2 && !count; all++)
        for (size_t i = 0; i < record->tune_count && count < RATIO_MOST; i++) {
            const struct record_tune *row = &record->tune[i];
            if (row->per_s > 0 && (row->stage == TUNE_PAIR || all) && row->stage != TUNE_FILL &&
                !strcmp(row->phase, result->phase) && !strcmp(row->settings, settings))
                rates[count++] = row->per_s;
        }
    describe_sort(rates, count);
    return count;
}

static void compare_rates(const struct record *record, struct record_tune_result *result)
{
    int64_t before[RATIO_MOST];
    int64_t after[RATIO_MOST];
    const size_t before_count = collect(record, result, result->start, before);
    const size_t after_count = collect(record, result, result->settings, after);
    result->start_per_s = describe_median(before, before_count);
    result->settled_per_s = describe_median(after, after_count);
    if (!strcmp(result->start, result->settings) || !before_count || !after_count)
        return;
    const struct ratio ratio = ratio_estimate(before, before_count, after, after_count);
    result->ratio_ppm = in_ppm(ratio.value);
    result->low_ppm = in_ppm(ratio.low);
    result->high_ppm = in_ppm(ratio.high);
    result->level_ppm = ratio.level_ppm;
}

static void print_candidate(const struct tune *tune, const struct tune_pass *pass,
                            const struct candidate *candidate, struct settings *settings,
                            char text[RECORD_LINE])
{
    struct text line = {0};
    *settings = *tune->setup.pool->items[0];
    tune_space_apply(&pass->space, candidate, settings);
    tune_print_settings(tune, settings, &line);
    text_copy(text, RECORD_LINE, text_string(&line));
    text_release(&line);
}

static void add_result(const struct tune *tune, const struct tune_pass *pass, struct record *record)
{
    const struct search *search = &pass->search;
    struct record_tune_result *row = &record->tune_results[record->tune_result_count++];
    struct settings knee;
    char ignored[RECORD_LINE];
    *row = (struct record_tune_result){
        .finished = search->stage == SEARCH_SETTLED && !search->out_of_budget && search->measured,
        .shifted = search->shifts > 0,
        .probes = search->probes,
        .noise_ppm = in_ppm(search_noise(search)),
        .half_width_ppm = in_ppm(search_half_width(search)),
    };
    text_copy(row->phase, sizeof row->phase, phase_kinds[pass->phase].name);
    print_candidate(tune, pass, &pass->space.search.start, &knee, row->start);
    print_candidate(tune, pass, &search->best, &knee, row->settings);
    compare_rates(record, row);
    if (!search->knee_known)
        return;
    print_candidate(tune, pass, &search->knee, &knee, ignored);
    row->knee_depth = (int64_t)knee.depth;
    row->knee_writers = (int64_t)knee.writers;
    row->knee_buffers = (int64_t)knee.buffer_count;
}

int tune_report(const struct tune *tune, struct record *record)
{
    struct record_tune_choice *choices =
        calloc(TUNE_PHASES_MOST * SEARCH_AXES_MOST, sizeof *choices);
    struct record_tune_result *results = calloc(TUNE_PHASES_MOST, sizeof *results);
    if (!choices || !results) {
        free(choices);
        free(results);
        return -ENOMEM;
    }
    free(record->tune_choices);
    free(record->tune_results);
    record->tune_choices = choices;
    record->tune_results = results;
    record->tune_choice_count = record->tune_result_count = 0;
    for (uint32_t i = 0; i < tune->setup.phase_count; i++) {
        const struct tune_pass *pass = &tune->passes[i];
        if (!pass->search.probes)
            continue;
        for (uint32_t axis = 0; axis < pass->space.search.axis_count; axis++)
            add_choice(tune, pass, axis, record);
        add_result(tune, pass, record);
    }
    return 0;
}
