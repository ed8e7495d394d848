#include "results.h"
#include "work_bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A rank that is at work no later than this was in time. */
enum { LATE_NS = 1000 * 1000 };

/* A file of which less than this is cached is cold. */
enum { COLD_PERCENT = 1, MIXED_SHARE = 100 };

/* What was done weighs more than how the file was opened: where most bytes were too few or not
 * aligned enough to go direct, the cache was not bypassed. */
static void judge_by_share(const struct counters *counters, struct record_modes *modes)
{
    if (modes->direct_in_effect != TRUTH_YES ||
        counters->buffered_bytes * MIXED_SHARE <= counters->bytes)
        return;
    bool most = counters->buffered_bytes * 2 > counters->bytes;
    modes->direct_in_effect = (uint8_t)(most ? TRUTH_NO : TRUTH_MIXED);
    modes->direct_cause = DIRECT_UNALIGNED;
    modes->direct_reason[0] = 0;
}

/* How an I/O thread's file was opened. */
static void modes_of_file(const struct phase *phase, uint32_t index, struct record_modes *modes)
{
    const struct work_bytes *bytes = work_bytes_of(phase);
    const struct file *file = &bytes->opened.modes[index];
    *modes = (struct record_modes){
        .direct_opened = (uint8_t)file->opened,
        .direct_in_effect = (uint8_t)file->in_effect,
        .direct_cause = (uint8_t)file->cause,
        .uncached = phase->prepared->mode.uncached,
        .buffers_fixed = pipeline_outcome(bytes->pipeline, index)->buffers_fixed,
    };
    text_copy(modes->direct_reason, sizeof modes->direct_reason, file->reason);
}

/* ... and how its transfers went. */
static void modes_of_writer(const struct phase *phase, uint32_t index, struct record_modes *modes)
{
    const struct outcome *outcome = pipeline_outcome(work_bytes_of(phase)->pipeline, index);
    modes_of_file(phase, index, modes);
    if (outcome->direct_refused) {
        modes->direct_in_effect = TRUTH_NO;
        modes->direct_cause = DIRECT_TRANSFER_REFUSED;
        text_copy(modes->direct_reason, sizeof modes->direct_reason,
                  "the file system refused direct transfers with 'Invalid argument'");
    }
    judge_by_share(&outcome->counters, modes);
    if (outcome->uncached_refused) {
        modes->uncached = TRUTH_NO;
        modes->not_granted_set = GRANT_UNCACHED;
        text_copy(modes->not_granted, sizeof modes->not_granted,
                  "RWF_DONTCACHE refused: requests went through the page cache as usual");
    } else if (outcome->reason[0]) {
        modes->not_granted_set = GRANT_ENGINE_MODE;
        text_copy(modes->not_granted, sizeof modes->not_granted, outcome->reason);
    }
}

static void row_of_writer(const struct phase *phase, uint32_t index, struct record_row *row)
{
    const struct cluster *cluster = phase->run->cluster;
    const struct outcome *outcome = pipeline_outcome(work_bytes_of(phase)->pipeline, index);
    struct histogram latency;
    *row = (struct record_row){
        .node = cluster->node,
        .rank = cluster->rank,
        .writer = index,
        .counters = outcome->counters,
    };
    snprintf(row->name, sizeof row->name, "%.40s:%u.%u", cluster->node_names[cluster->node],
             cluster->rank, index);
    modes_of_writer(phase, index, &row->modes);
    text_copy(row->first_failure, sizeof row->first_failure, outcome->failure.text);
    histogram_clear(&latency);
    pipeline_merge_latency(work_bytes_of(phase)->pipeline, index, &latency);
    record_latency_of(&latency, &row->latency);
}

/* Adds a part to a row that covers several. */
static void row_merge(struct record_row *into, const struct record_row *part)
{
    counters_merge(&into->counters, &part->counters);
    if (!into->first_failure[0])
        text_copy(into->first_failure, sizeof into->first_failure, part->first_failure);
}

static void row_of_rank(const struct phase *phase, struct record_row *row)
{
    const struct cluster *cluster = phase->run->cluster;
    *row = (struct record_row){.node = cluster->node, .rank = cluster->rank, .writer = -1};
    record_modes_clear(&row->modes);
    snprintf(row->name, sizeof row->name, "%.48s:%u", cluster->node_names[cluster->node],
             cluster->rank);
    counters_clear(&row->counters);
}

/* The modes of one rank over its files, before anything was written. */
static void row_of_modes(const struct phase *phase, struct record_row *row)
{
    const struct opened *opened = &work_bytes_of(phase)->opened;
    bool first = true;
    row_of_rank(phase, row);
    for (uint32_t i = 0; i < opened->count; i++) {
        struct record_modes modes;
        if (!opened->parts[i].share.bytes)
            continue;
        modes_of_file(phase, i, &modes);
        record_modes_merge(&row->modes, &modes, first);
        first = false;
    }
    row->counters.requests = !first; /* has it any file? ranks without a share have no mode */
    facts_keep(&phase->facts, &row->modes);
}

/* Is there a page cache that none of the ranks' files tells of? */
static bool cached_elsewhere(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].cached_below || record->targets[i].ram_backed)
            return true;
    return false;
}

/* Who wrote what is read, as the plan has it. */
static void keep_source(const struct plan *plan, struct record_phase *into)
{
    into->shift = plan->shift;
    into->same_node_ranks = plan->setup.writes ? plan->same_node : 0;
    if (!plan->setup.writes)
        into->written_by = WRITTEN_BY_EARLIER_RUN;
    else
        into->written_by = plan->same_node ? WRITTEN_BY_SAME_NODE : WRITTEN_BY_OTHER_NODE;
}

/* What was found in the page caches before the clock started. */
static enum record_cache_state cache_state_of(const struct record *record,
                                              const struct record_phase *into)
{
    const struct counters *counters = &into->total.counters;
    if (into->total.modes.direct_in_effect == TRUTH_YES)
        return CACHE_BYPASSED;
    if (cached_elsewhere(record))
        return CACHE_BELOW;
    if (!counters->sampled_before_pages)
        return CACHE_NOT_SAMPLED;
    return counters->cached_before_pages * 100 < counters->sampled_before_pages * COLD_PERCENT
               ? CACHE_COLD
               : CACHE_WARM;
}

/* Of all ranks: the plan, or what of it was acknowledged and can be read. Collective. */
static int64_t planned_bytes(const struct phase *phase)
{
    uint64_t readable = 0;
    if (phase->kind->writes)
        return (int64_t)phase->prepared->plan.geometry.setup.total_bytes;
    for (uint32_t i = 0; i < work_bytes_of(phase)->opened.count; i++)
        readable += work_bytes_of(phase)->opened.parts[i].share.bytes
                        ? work_bytes_of(phase)->opened.readable[i].bytes
                        : 0;
    return (int64_t)cluster_sum(phase->run->cluster, readable);
}

int results_opened(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct run *run = phase->run;
    struct record_row row;
    void *rows;
    size_t count;
    row_of_modes(phase, &row);
    if (cluster_gather(run->cluster, &row, sizeof row, 1, &rows, &count, why))
        return why->code;
    const int64_t planned = planned_bytes(phase);
    if (into) {
        results_sum_modes(into, rows, count);
        into->bytes_planned = planned;
    }
    free(rows);
    return 0;
}

static int gather_rows(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct record_row *writers = calloc(work_bytes_of(phase)->opened.count, sizeof *writers);
    struct record_row rank;
    void *all_writers = NULL;
    void *all_ranks = NULL;
    size_t writer_count = 0;
    size_t rank_count = 0;
    uint32_t used = 0;
    row_of_rank(phase, &rank);
    for (uint32_t i = 0; writers && i < work_bytes_of(phase)->opened.count; i++) {
        if (!work_bytes_of(phase)->opened.parts[i].share.bytes)
            continue;
        row_of_writer(phase, i, &writers[used]);
        record_modes_merge(&rank.modes, &writers[used].modes, !used);
        row_merge(&rank, &writers[used]);
        used++;
    }
    if (!writers)
        failure_set(why, -ENOMEM, "not enough memory for the results");
    counters_merge(&rank.counters, &phase->outcome.beside);
    counters_merge(&rank.counters, &phase->facts.counters);
    facts_note(&phase->facts, rank.modes.not_granted_set, rank.modes.not_granted);
    facts_keep(&phase->facts, &rank.modes);
    for (uint32_t i = 0; i < used; i++)
        results_convert(&phase->clocks, &writers[i].counters);
    results_convert(&phase->clocks, &rank.counters);
    record_latency_of(&phase->outcome.latency, &rank.latency);
    cluster_gather(cluster, writers, sizeof *writers, used, &all_writers, &writer_count, why);
    cluster_gather(cluster, &rank, sizeof rank, 1, &all_ranks, &rank_count, why);
    free(writers);
    if (into) {
        into->writers = all_writers;
        into->writer_count = writer_count;
        into->ranks = all_ranks;
        into->rank_count = rank_count;
    }
    return why->code;
}

static void gather_latency(struct phase *phase, struct record_phase *into)
{
    struct cluster *cluster = phase->run->cluster;
    cluster_gather_histograms(cluster, &phase->outcome.latency, into ? into->node_latency : NULL);
    for (uint32_t node = 0; into && node < cluster->shape.node_count; node++)
        histogram_merge(&into->latency, &into->node_latency[node]);
}

/* Node rows from rank rows; those of ranks that had nothing to do bring no mode. */
static void sum_nodes(const struct cluster *cluster, struct record_phase *into)
{
    for (size_t i = 0; i < into->node_count; i++) {
        struct record_row *node = &into->nodes[i];
        *node = (struct record_row){.node = (int64_t)i, .rank = -1, .writer = -1};
        text_copy(node->name, sizeof node->name, cluster->node_names[i]);
        record_modes_clear(&node->modes);
        counters_clear(&node->counters);
        record_latency_of(&into->node_latency[i], &node->latency);
    }
    for (size_t i = 0; i < into->rank_count; i++) {
        const struct record_row *rank = &into->ranks[i];
        struct record_row *node = &into->nodes[rank->node];
        if (!record_row_idle(rank))
            record_modes_merge(&node->modes, &rank->modes, record_row_idle(node));
        row_merge(node, rank);
    }
}

/* The earliest and the latest of an instant. */
struct span {
    int64_t first_ns;
    int64_t last_ns;
};

static const struct span no_span = {INT64_MAX, INT64_MIN};

static void span_add(struct span *span, int64_t at_ns)
{
    span->first_ns = at_ns < span->first_ns ? at_ns : span->first_ns;
    span->last_ns = at_ns > span->last_ns ? at_ns : span->last_ns;
}

/* Ranks that had nothing to do set no extremes. */
static void sum_up(struct record_phase *into)
{
    struct span started = no_span;
    struct span submitted = no_span;
    struct span through = no_span;
    struct span ended = no_span;
    double sum_per_s = 0;
    for (size_t i = 0; i < into->rank_count; i++) {
        const struct counters *rank = &into->ranks[i].counters;
        into->bytes += rank->bytes;
        into->requests += rank->requests;
        if (record_row_idle(&into->ranks[i]))
            continue;
        span_add(&started, rank->started_ns);
        span_add(&submitted, rank->first_ns);
        span_add(&through, rank->last_ns);
        span_add(&ended, rank->end_ns);
        into->ranks_late += rank->started_ns > LATE_NS;
        sum_per_s += rank->end_ns > 0 ? (double)rank->bytes * 1e9 / (double)rank->end_ns : 0;
    }
    if (started.first_ns == INT64_MAX)
        return;
    into->duration_ns = ended.last_ns;
    into->end_skew_ns = ended.last_ns - ended.first_ns;
    into->start_skew_ns = started.last_ns - started.first_ns;
    into->submit_skew_ns = submitted.last_ns - submitted.first_ns;
    into->first_through_ns = through.first_ns;
    into->ranks_per_s = (int64_t)(sum_per_s + 0.5);
}

/* Counters and timeline are written apart and must tell the same, whatever went wrong. */
static int check_sums(const struct record_phase *into, struct failure *why)
{
    int64_t all = 0;
    int64_t nodes = 0;
    for (size_t i = 0; i < into->bin_count; i++)
        *(into->bins[i].node < 0 ? &all : &nodes) += into->bins[i].bytes;
    if (all == into->bytes && nodes == into->bytes)
        return 0;
    return failure_set(why, -EPROTO,
                       "the result of '%s' does not add up: %lld bytes acknowledged, %lld in the "
                       "timeline, %lld in those of the nodes: please report this fault",
                       into->name, (long long)into->bytes, (long long)all, (long long)nodes);
}

int results_gather(struct phase *phase, struct record_phase *into, struct failure *why)
{
    const struct cluster *cluster = phase->run->cluster;
    struct failure memory = {0};
    struct agreement agreement;
    if (into) {
        into->node_count = cluster->shape.node_count;
        into->nodes = calloc(into->node_count, sizeof *into->nodes);
        into->node_latency = calloc(into->node_count, sizeof *into->node_latency);
        if (!into->nodes || !into->node_latency)
            failure_set(&memory, -ENOMEM, "not enough memory for the results of %zu nodes",
                        into->node_count);
    }
    if (cluster_agree(phase->run->cluster, &memory, &agreement))
        return failure_set(why, agreement.first.code, "%s", agreement.first.text);
    gather_rows(phase, into, why);
    gather_latency(phase, into);
    results_gather_more_latency(phase, into);
    results_gather_clocks(phase, into, why);
    results_gather_series(phase, into, why);
    results_gather_slowest(phase, into, why);
    results_gather_device(phase, into, why);
    phase->work->methods->gather(phase->work, into, why);
    results_gather_end(phase, into);
    if (into && !why->code) {
        sum_nodes(cluster, into);
        record_total(into);
        sum_up(into);
        results_active(into);
        if (!phase->prepared->settings->until_steady)
            record_mark_steady(into);
        else
            record_mark_until_steady(
                into, rounds_width_ns(&phase->watch.steady.rounds),
                phase->watch.steady.reached ? rounds_window_ns(&phase->watch.steady.rounds) : -1);
        results_sum_modes(into, into->ranks, into->rank_count);
        if (into->reads) {
            keep_source(&phase->prepared->plan, into);
            into->cache_state = cache_state_of(phase->run->record, into);
        }
        check_sums(into, why);
    }
    return why->code;
}
