/* SPDX-License-Identifier: Apache-2.0 */
#include "results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/thin.h"

/* A rank that is at work no later than this was in time. */
enum { LATE_NS = 1000 * 1000 };

/* A file of which less than this is cached is cold. */
enum { COLD_PERCENT = 1 };

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
    snprintf(row->name, sizeof row->name, "%.46s:%u", cluster->node_names[cluster->node],
             cluster->rank);
    counters_clear(&row->counters);
}

/* How this rank works, before anything was done; ranks without a share have no mode. */
static void row_of_modes(const struct phase *phase, struct record_row *row)
{
    row_of_rank(phase, row);
    row->counters.requests = phase->work->methods->modes(phase->work, &row->modes);
    facts_keep(&phase->facts, &row->modes);
}

/* Is there a page cache that the ranks' files do not show? */
static bool cached_elsewhere(const struct record *record)
{
    for (size_t i = 0; i < record->target_count; i++)
        if (record->targets[i].cached_below || record->targets[i].ram_backed)
            return true;
    return false;
}

/* What was found in the page caches before the clock started. */
static enum record_cache_state cache_state_of(const struct record *record,
                                              const struct record_phase *into)
{
    const struct counters *counters = &into->total.counters;
    bool hidden = false;
    for (size_t i = 0; i < record->target_count; i++)
        hidden |= record->targets[i].hidden_caches;
    if (into->total.modes.direct_in_effect == TRUTH_YES)
        return hidden ? CACHE_CLIENT_BYPASSED : CACHE_BYPASSED;
    if (cached_elsewhere(record))
        return CACHE_BELOW;
    if (!counters->sampled_before_pages)
        return CACHE_NOT_SAMPLED;
    if (counters->cached_before_pages * 100 >= counters->sampled_before_pages * COLD_PERCENT)
        return CACHE_WARM;
    return hidden ? CACHE_CLIENT_COLD : CACHE_COLD;
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
    phase->planned = cluster_sum(run->cluster, phase->work->methods->planned(phase->work));
    if (into) {
        results_sum_modes(into, rows, count);
        into->amount_planned = (int64_t)phase->planned;
    }
    free(rows);
    return 0;
}

/* What a thread of this rank did, by rank 0's clock. */
static void complete_thread(const struct phase *phase, struct record_row *row)
{
    const struct cluster *cluster = phase->run->cluster;
    row->node = cluster->node;
    row->rank = cluster->rank;
    snprintf(row->name, sizeof row->name, "%.46s:%u.%lld", cluster->node_names[cluster->node],
             cluster->rank, (long long)row->writer);
    results_convert(&phase->clocks, &row->counters);
}

static int gather_rows(struct phase *phase, struct record_phase *into, struct failure *why)
{
    struct cluster *cluster = phase->run->cluster;
    struct record_row *threads = phase->outcome.threads;
    uint32_t count = phase->outcome.thread_count;
    struct record_row rank;
    void *all_threads = NULL;
    void *all_ranks = NULL;
    size_t all_thread_count = 0;
    size_t rank_count = 0;
    row_of_rank(phase, &rank);
    for (uint32_t i = 0; i < count; i++) {
        record_modes_merge(&rank.modes, &threads[i].modes, i == 0);
        row_merge(&rank, &threads[i]);
        complete_thread(phase, &threads[i]);
    }
    counters_merge(&rank.counters, &phase->outcome.beside);
    counters_merge(&rank.counters, &phase->facts.counters);
    facts_add_degraded(&phase->facts, rank.modes.not_granted_set, rank.modes.not_granted);
    facts_keep(&phase->facts, &rank.modes);
    results_convert(&phase->clocks, &rank.counters);
    record_latency_of(&phase->outcome.latency, &rank.latency);
    cluster_gather(cluster, threads, sizeof *threads, count, &all_threads, &all_thread_count, why);
    cluster_gather(cluster, &rank, sizeof rank, 1, &all_ranks, &rank_count, why);
    if (into) {
        into->writers = all_threads;
        into->writer_count = all_thread_count;
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
        const int64_t amount = record_row_amount(&into->ranks[i], into->unit);
        into->amount += amount;
        into->requests += rank->requests;
        if (record_row_idle(&into->ranks[i]))
            continue;
        span_add(&started, rank->started_ns);
        span_add(&submitted, rank->first_ns);
        span_add(&through, rank->last_ns);
        span_add(&ended, rank->end_ns);
        into->ranks_late += rank->started_ns > LATE_NS;
        sum_per_s += rank->end_ns > 0 ? (double)amount * 1e9 / (double)rank->end_ns : 0;
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

/* Counters and timeline are counted separately and must agree, also after failures. */
static int check_sums(struct record_phase *into, struct failure *why)
{
    int64_t all = 0;
    int64_t nodes = 0;
    for (size_t i = 0; i < into->bin_count; i++)
        *(into->bins[i].node < 0 ? &all : &nodes) += into->bins[i].amount;
    if (all == into->amount && nodes == into->amount && (!into->halves || results_sum_halves(into)))
        return 0;
    return failure_set(why, -EPROTO,
                       "the result of '%s' does not add up: %lld %s acknowledged, %lld in the "
                       "timeline, %lld in those of the nodes: please report this fault",
                       into->name, (long long)into->amount, units_amount_names[into->unit],
                       (long long)all, (long long)nodes);
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
    results_targets(phase, into, why);
    results_gather_clocks(phase, into, why);
    results_gather_series(phase, into, why);
    results_gather_slowest(phase, into, why);
    results_gather_device(phase, into, why);
    if (phase->kind->reads && phase->kind->writes)
        results_gather_halves(phase, into, why);
    phase->work->methods->gather(phase->work, into, why);
    results_gather_end(phase, into);
    if (into && !why->code) {
        sum_nodes(cluster, into);
        record_total(into);
        sum_up(into);
        results_equalised(phase, into);
        /* how often the short requests at the ends of files are drawn is not known before */
        if (into->ended_by == END_SIZE && phase->kind->unit == UNIT_BYTE &&
            phase->prepared->settings->order == ORDER_RANDOM_REPEAT)
            into->amount_planned = into->amount;
        if (into->loops && into->amount_planned > 0)
            into->passes_ppm = (int64_t)((double)into->amount / (double)into->amount_planned * 1e6);
        results_active(into);
        if (!phase->prepared->settings->until_steady)
            record_mark_steady(into);
        else
            record_mark_until_steady(
                into, rounds_width_ns(&phase->watch.steady.rounds),
                phase->watch.steady.reached ? rounds_window_ns(&phase->watch.steady.rounds) : -1);
        results_judge_modes(phase->run->record, into);
        results_sum_modes(into, into->ranks, into->rank_count);
        if (thin_latency(into))
            failure_set(why, -ENOMEM, "not enough memory for the results of '%s'", into->name);
        if (into->reads) {
            results_readers(phase, into, why);
            into->cache_state = cache_state_of(phase->run->record, into);
        }
        check_sums(into, why);
    }
    return why->code;
}
