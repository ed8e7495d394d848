/* SPDX-License-Identifier: Apache-2.0 */
/* One time base: instants are converted to rank 0's clock, and how that was found is kept. */
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a node's leader, or another rank with a clock of its own, found. */
struct clock_row {
    uint32_t node;
    uint32_t rank;
    bool leader;
    struct clock_point before;
    struct clock_point after;
};

int64_t results_common_ns(const struct clock_points *clocks, int64_t since_start_ns)
{
    if (since_start_ns == INT64_MAX) /* never came */
        return since_start_ns;
    int64_t start_ns = clocks->start_ns - clocks->before.offset_ns;
    return clock_common_ns(&clocks->before, &clocks->after, clocks->start_ns + since_start_ns) -
           start_ns;
}

static int64_t convert_for_timeline(const void *clocks, int64_t since_start_ns)
{
    return results_common_ns(clocks, since_start_ns);
}

int64_t results_convert_timeline(const struct clock_points *clocks, const struct timeline *own,
                                 int64_t last_ns, struct timeline *common)
{
    const struct timeline_clock clock = {.convert = convert_for_timeline, .context = clocks};
    timeline_clear(common);
    return timeline_add_converted(common, own, last_ns, &clock);
}

static void convert(const struct clock_points *clocks, int64_t *since_start_ns)
{
    *since_start_ns = results_common_ns(clocks, *since_start_ns);
}

void results_convert(const struct clock_points *clocks, struct counters *counters)
{
    convert(clocks, &counters->started_ns);
    convert(clocks, &counters->first_ns);
    if (counters->end_ns > 0) {
        convert(clocks, &counters->last_ns);
        convert(clocks, &counters->end_ns);
        if (counters->drained_ns > 0)
            convert(clocks, &counters->drained_ns);
    }
}

/* The wall clock against rank 0's: both as they differ from monotonic clocks that are compared. */
static int64_t wall_error(const struct clock_point *own, const struct clock_point *first)
{
    return own->wall_ns + own->offset_ns - first->wall_ns;
}

static void keep_point(const struct cluster *cluster, const struct clock_row *row,
                       const struct clock_row *first, const char *phase, bool after,
                       struct record_clock *to)
{
    const struct clock_point *point = after ? &row->after : &row->before;
    *to = (struct record_clock){
        .node_number = row->node,
        .rank = row->rank,
        .after = after,
        .local_ns = point->local_ns,
        .offset_ns = point->offset_ns,
        .error_ns = point->error_ns,
        .round_trip_ns = point->round_trip_ns,
        .wall_error_ns = wall_error(point, after ? &first->after : &first->before),
    };
    text_copy(to->node, sizeof to->node, cluster->node_names[row->node]);
    text_copy(to->phase, sizeof to->phase, phase);
}

/* The drift over the whole run: from the first comparison of this rank to the last. Each phase's
 * comparisons are in the same order, two for each row. */
static int64_t drift_of(const struct record *record, const struct clock_row *row, size_t number)
{
    const struct record_clock *clock = &record->clocks[2 * number];
    if (clock->rank != row->rank)
        return 0;
    struct clock_point first = {
        .local_ns = clock->local_ns, .offset_ns = clock->offset_ns, .error_ns = clock->error_ns};
    return clock_drift_ppb(&first, &row->after);
}

static void keep_node(struct record *record, const struct clock_row *row, size_t number,
                      const struct clock_row *first)
{
    if (!row->leader || row->node >= record->node_count)
        return;
    struct record_node *node = &record->nodes[row->node];
    node->clock_offset_ns = row->after.offset_ns;
    node->clock_error_ns = row->after.error_ns;
    node->clock_drift_ppb = drift_of(record, row, number);
    node->wall_error_ns = wall_error(&row->after, &first->after);
}

static int keep_rows(struct phase *phase, struct record_phase *into, const struct clock_row *rows,
                     size_t count, struct failure *why)
{
    struct record *record = phase->run->record;
    struct record_clock *clocks =
        reallocarray(record->clocks, record->clock_count + 2 * count, sizeof *clocks);
    if (!clocks)
        return failure_set(why, -ENOMEM, "not enough memory for the results");
    record->clocks = clocks;
    for (size_t i = 0; i < count; i++) {
        struct record_clock *to = &clocks[record->clock_count];
        keep_point(phase->run->cluster, &rows[i], rows, into->name, false, to);
        keep_point(phase->run->cluster, &rows[i], rows, into->name, true, to + 1);
        for (int moment = 0; moment < 2; moment++)
            if (to[moment].error_ns > into->clock_error_ns)
                into->clock_error_ns = to[moment].error_ns;
        record->clock_count += 2;
        keep_node(record, &rows[i], i, rows);
    }
    return 0;
}

int results_gather_clocks(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct clock_row row = {
        .node = cluster->node,
        .rank = cluster->rank,
        .leader = cluster->leader,
        .before = phase->clocks.before,
        .after = phase->clocks.after,
    };
    void *rows = NULL;
    size_t count = 0;
    cluster_gather(cluster, &row, sizeof row, cluster->leader || cluster->clock_leader, &rows,
                   &count, why);
    if (into && !why->code) {
        into->slack_ns = phase->clocks.slack_ns;
        keep_rows(phase, into, rows, count, why);
    }
    free(rows);
    return why->code;
}
