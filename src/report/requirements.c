/* SPDX-License-Identifier: Apache-2.0 */
#include "report/requirements.h"

#include "figures.h"
#include "options/options.h"
#include "summary_parts.h"

static int64_t count_from(const struct record *record, enum record_severity least)
{
    int64_t count = 0;
    for (size_t i = 0; i < record->advice_count; i++)
        count += record->advice[i].severity >= least;
    return count;
}

static void check_warnings(const struct record *record, const struct run_settings *run,
                           struct text *why)
{
    static const enum record_severity least[] = {
        [FAIL_WARNING] = SEVERITY_WARNING, [FAIL_SERIOUS] = SEVERITY_SERIOUS};
    if (run->fail_on == FAIL_NEVER)
        return;
    const int64_t count = count_from(record, least[run->fail_on]);
    if (count)
        text_add(why, "%s%lld %swarning%s, and --fail-on %s was requested", why->length ? "; " : "",
                 (long long)count, run->fail_on == FAIL_SERIOUS ? "serious " : "",
                 summary_plural(count), run->fail_on == FAIL_SERIOUS ? "serious" : "warning");
}

/* Phases that count operations have no rate in bytes. */
static void check_rates(const struct record *record, const struct options *options,
                        struct text *why)
{
    char rate[FIGURES_TEXT];
    for (size_t i = 0; i < record->summary_count; i++) {
        const struct record_summary *row = &record->summary[i];
        if (row->unit != UNIT_BYTE || row->count == 0 ||
            row->median_per_s >= (int64_t)options->run.min_rate_bytes)
            continue;
        figures_amount_rate((double)row->median_per_s, row->unit, rate);
        text_add(why, "%s reached %s GiB/s, less than --min-rate ", row->phase, rate);
        options_print_value(options, OPTION_MIN_RATE, why);
        return;
    }
}

bool requirements_unmet(const struct record *record, struct text *why)
{
    struct failure ignored = {0};
    struct options options;
    if (!record->options || options_init(&options, &ignored))
        return false;
    if (!options_read(&options, record->options, "", SOURCE_FILE, true, &ignored)) {
        check_rates(record, &options, why);
        check_warnings(record, &options.run, why);
    }
    options_release(&options);
    return why->length > 0;
}
