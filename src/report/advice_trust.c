/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings about the data and about the record itself. */
#include "warnings.h"

#include "figures.h"

static bool came_back_wrong(const struct record_phase *phase)
{
    return phase->total.counters.bad_blocks > 0;
}

/* Once data are removed, it cannot be found out what happened to them. */
void warn_wrong_data(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, came_back_wrong);
    if (phase && !record->kept)
        text_add(out,
                 "data of %s were not as written, and the files are not kept: run again with "
                 "--keep, then read them again with '--options-from RESULT --phases verify' to see "
                 "whether the storage or the way from it is at fault",
                 phase->name);
}

/* Nothing failed, and yet a part of the data was not checked. */
static bool is_checked_in_part(const struct record_phase *phase)
{
    return phase->checks && phase->status == RECORD_COMPLETE &&
           phase->amount < phase->amount_planned;
}

void warn_checked_in_part(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, is_checked_in_part);
    char share[FIGURES_TEXT];
    if (!phase)
        return;
    figures_share(phase->amount, phase->amount_planned, share);
    text_add(out,
             "%s checked %s of what was written before it was ended by %s: the rest may be wrong; "
             "give it more time, or leave the limit out",
             phase->name, share, phase->ended_by == END_STEADY ? "--until-steady" : "--time");
}

struct sums {
    int64_t amount;
    int64_t requests;
    int64_t end_ns; /* of the last one */
};

static struct sums sums_of(const struct record_phase *phase, const struct record_row *rows,
                           size_t count)
{
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        const struct counters *counters = &rows[i].counters;
        sums.amount += record_row_amount(&rows[i], phase->unit);
        sums.requests += counters->requests;
        sums.end_ns = counters->end_ns > sums.end_ns ? counters->end_ns : sums.end_ns;
    }
    return sums;
}

static bool differs(const struct record_phase *phase, const struct record_row *rows, size_t count)
{
    const struct sums sums = sums_of(phase, rows, count);
    return sums.amount != phase->amount || sums.requests != phase->requests;
}

static bool nodes_differ(const struct record_phase *phase)
{
    return differs(phase, phase->nodes, phase->node_count) ||
           (phase->requests &&
            sums_of(phase, phase->nodes, phase->node_count).end_ns != phase->duration_ns);
}

/* Ranks may be left out of a record, nodes never. A phase that was cut short may lack what a lost
 * rank had. */
static bool ranks_differ(const struct record_phase *phase)
{
    return phase->rank_count > 0 && differs(phase, phase->ranks, phase->rank_count);
}

static bool does_not_add_up(const struct record_phase *phase)
{
    return phase->status == RECORD_COMPLETE && (nodes_differ(phase) || ranks_differ(phase));
}

static bool moved_nothing(const struct record_phase *phase)
{
    return phase->status == RECORD_COMPLETE && !phase->amount && phase->amount_planned;
}

void warn_moved_nothing(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, moved_nothing);
    if (phase)
        text_add(out,
                 "%s moved nothing: no request was due before --time ended it; use a longer "
                 "--time, or a higher --rate",
                 phase->name);
}

void warn_sums(const struct record *record, struct text *out)
{
    const struct record_phase *phase = warning_phase(record, does_not_add_up);
    if (!phase)
        return;
    bool nodes = nodes_differ(phase);
    const struct sums sums = nodes ? sums_of(phase, phase->nodes, phase->node_count)
                                   : sums_of(phase, phase->ranks, phase->rank_count);
    text_add(out,
             "%s holds %lld %s in %lld requests and %lld ns, its %s together %lld in %lld and "
             "%lld: the result was changed after the run; measure again",
             phase->name, (long long)phase->amount, units_amount_names[phase->unit],
             (long long)phase->requests, (long long)phase->duration_ns, nodes ? "nodes" : "ranks",
             (long long)sums.amount, (long long)sums.requests, (long long)sums.end_ns);
}
