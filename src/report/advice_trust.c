/* Doubts about the data and about the record itself. */
#include "advice_parts.h"

#include <string.h>

#include "figures.h"
#include "summary_parts.h"

static bool came_back_wrong(const struct record_phase *phase)
{
    return phase->total.counters.bad_blocks > 0;
}

/* Of data that are gone nobody can find out what happened to them. */
int consider_wrong_data(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, came_back_wrong);
    char keep[16];
    if (!phase || strcmp(summary_option(record, "keep", keep, sizeof keep), "yes") == 0)
        return 0;
    return advice_doubt(record, "wrong-data", SEVERITY_SERIOUS,
                        "data of %s were not as written, and the files are not kept: run again "
                        "with --keep, then read them again with '--options-from RESULT --phases "
                        "verify' to see whether the storage or the way from it is at fault",
                        phase->name);
}

/* Nothing failed, and yet there are data that nobody looked at. */
int consider_checked_in_part(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++) {
        const struct record_phase *phase = &record->phases[i];
        char share[FIGURES_TEXT];
        if (!phase->checks || phase->status != RECORD_COMPLETE ||
            phase->bytes >= phase->bytes_planned)
            continue;
        figures_share(phase->bytes, phase->bytes_planned, share);
        return advice_doubt(record, "checked-in-part", SEVERITY_SERIOUS,
                            "%s checked %s of what was written before it was ended by %s: the rest "
                            "may be wrong; give it more time, or leave the limit out",
                            phase->name, share,
                            phase->ended_by == END_STEADY ? "--until-steady" : "--time");
    }
    return 0;
}

struct sums {
    int64_t bytes;
    int64_t requests;
    int64_t end_ns; /* of the last one */
};

static struct sums sums_of(const struct record_row *rows, size_t count)
{
    struct sums sums = {0};
    for (size_t i = 0; i < count; i++) {
        const struct counters *counters = &rows[i].counters;
        sums.bytes += counters->bytes;
        sums.requests += counters->requests;
        sums.end_ns = counters->end_ns > sums.end_ns ? counters->end_ns : sums.end_ns;
    }
    return sums;
}

static bool differs(const struct record_phase *phase, const struct record_row *rows, size_t count)
{
    const struct sums sums = sums_of(rows, count);
    return sums.bytes != phase->bytes || sums.requests != phase->requests;
}

static bool nodes_differ(const struct record_phase *phase)
{
    return differs(phase, phase->nodes, phase->node_count) ||
           sums_of(phase->nodes, phase->node_count).end_ns != phase->duration_ns;
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

int consider_sums(struct record *record)
{
    const struct record_phase *phase = advice_first_where(record, does_not_add_up);
    if (!phase)
        return 0;
    bool nodes = nodes_differ(phase);
    const struct sums sums =
        nodes ? sums_of(phase->nodes, phase->node_count) : sums_of(phase->ranks, phase->rank_count);
    return advice_doubt(record, "does-not-add-up", SEVERITY_SERIOUS,
                        "%s holds %lld bytes in %lld requests and %lld ns, its %s together %lld in "
                        "%lld and %lld: the result was changed after the run; measure again",
                        phase->name, (long long)phase->bytes, (long long)phase->requests,
                        (long long)phase->duration_ns, nodes ? "nodes" : "ranks",
                        (long long)sums.bytes, (long long)sums.requests, (long long)sums.end_ns);
}
