/* Doubts whether the numbers can be relied on: steadiness, common start, clocks, repetitions. */
#include "advice_parts.h"

#include <errno.h>
#include <string.h>

#include "base/units.h"
#include "figures.h"
#include "options/repeat_words.h"
#include "summary_parts.h"

static const int64_t large_skew_ns = 5000000;
static const double large_share = 0.01;          /* of the phase */
static const int64_t wrong_wall_ns = 1000000000; /* NTP keeps far below */

enum { REPETITIONS_FOR_INTERVAL = 6 };

static bool is_unsteady(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->steady == TRUTH_NO && phase->round_ns > 0;
}

int consider_unsteady(struct record *record)
{
    if (!advice_first_where(record, is_unsteady))
        return 0;
    struct text names = advice_phases_where(record, is_unsteady);
    int result =
        names.failed
            ? -ENOMEM
            : advice_doubt(record, "not-steady", SEVERITY_NOTE,
                           "%s had no steady window (five rounds within 20 %% of their mean, "
                           "without a trend): look at the timeline, and run longer",
                           text_string(&names));
    text_release(&names);
    return result;
}

static bool starts_apart(const struct record_phase *phase)
{
    return advice_counts(phase) && phase->start_skew_ns > large_skew_ns &&
           (double)phase->start_skew_ns > large_share * (double)phase->duration_ns;
}

/* The rank that was last at work. */
static const struct record_row *latest(const struct record_phase *phase)
{
    const struct record_row *last = NULL;
    for (size_t i = 0; i < phase->rank_count; i++)
        if (phase->ranks[i].counters.first_ns != INT64_MAX &&
            (!last || phase->ranks[i].counters.started_ns > last->counters.started_ns))
            last = &phase->ranks[i];
    return last;
}

int consider_skew(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, starts_apart);
    const struct record_row *last = phase ? latest(phase) : NULL;
    if (!last)
        return 0;
    char skew[UNITS_TEXT];
    char share[FIGURES_TEXT];
    units_show_duration(phase->start_skew_ns, skew);
    figures_share(phase->start_skew_ns, phase->duration_ns, share);
    return advice_doubt(record, "start-skew", SEVERITY_WARNING,
                        "in %s ranks were at work up to %s apart, %s of the phase (last: %s): use "
                        "no more ranks than processors, and let the phase take longer",
                        phase->name, skew, share, last->name);
}

/* The node whose wall clock is furthest from rank 0's. */
static const struct record_node *wrongest(const struct record *record)
{
    const struct record_node *node = NULL;
    int64_t worst_ns = wrong_wall_ns;
    for (size_t i = 0; i < record->node_count; i++) {
        int64_t error_ns = record->nodes[i].wall_error_ns;
        error_ns = error_ns < 0 ? -error_ns : error_ns;
        if (error_ns <= worst_ns)
            continue;
        worst_ns = error_ns;
        node = &record->nodes[i];
    }
    return node;
}

int consider_wall_clock(struct record *record)
{
    const struct record_node *node = wrongest(record);
    if (!node)
        return 0;
    char error[UNITS_TEXT];
    bool behind = node->wall_error_ns < 0;
    units_show_duration(behind ? -node->wall_error_ns : node->wall_error_ns, error);
    return advice_doubt(record, "wall-clock", SEVERITY_NOTE,
                        "the wall clock of %s is %s %s that of rank 0: no number here depends on "
                        "it, but logs will not match; let NTP or PTP set it",
                        node->hostname, error, behind ? "behind" : "ahead of");
}

/* "--repeat until=2%" goes on until then, but not for ever. */
static int consider_until(struct record *record)
{
    char text[64];
    struct repeat repeat;
    summary_option(record, "repeat", text, sizeof text);
    if (!text[0] || repeat_words_read(text, &repeat, NULL) || repeat.until <= 0 ||
        record->status != RECORD_COMPLETE || record_settled(record, repeat.until))
        return 0;
    return advice_doubt(record, "not-sure-enough", SEVERITY_WARNING,
                        "--repeat %s was not reached in %llu repetitions, which are all that it "
                        "tries: what is said of the medians is less sure; find what makes them "
                        "differ, or let phases take longer",
                        text, (unsigned long long)repeat.count);
}

int consider_repetitions(struct record *record)
{
    int result = consider_until(record);
    if (result)
        return result;
    for (size_t i = 0; i < record->summary_count; i++) {
        const struct record_summary *row = &record->summary[i];
        if (row->count < 2 || row->count >= REPETITIONS_FOR_INTERVAL)
            continue;
        return advice_doubt(record, "few-repetitions", SEVERITY_NOTE,
                            "%lld repetitions of '%s' carry no interval of 95 %%: --repeat %d is "
                            "the least that does",
                            (long long)row->count, row->phase, REPETITIONS_FOR_INTERVAL);
    }
    return 0;
}
