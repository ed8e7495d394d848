/* SPDX-License-Identifier: Apache-2.0 */
/* A phase whose work counts operations, from its preparation to its record: all done, failed on one
 * rank, and stopped by a signal. Ranks that are stopped did half of their operations. */
#include "ranks.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "phase.h"
#include "platform/clock.h"
#include "platform/interrupt.h"

enum { STEP_NS = 20 * 1000, THREADS = 2 };
enum ending { ALL_DONE, ONE_FAILS, ONE_IS_STOPPED };

/* The work of this rank. */
static struct {
    struct work work;
    enum ending ending;
    int64_t planned;
    int64_t start_ns;
    bool stopped;
    bool failed;
    bool closed;
} fake;

static uint32_t last_rank(void)
{
    return cluster.shape.rank_count - 1;
}

/* An even number; the second of three ranks has nothing to do. */
static int64_t planned_of(uint32_t rank)
{
    return rank == 1 && cluster.shape.rank_count > 2 ? 0 : 1000 * (rank + 1);
}

static int fake_prepare(struct work *work, struct agreement *agreement)
{
    (void)work;
    return cluster_agree(&cluster, NULL, agreement);
}

static int fake_open(struct work *work, struct failure *why)
{
    (void)work;
    (void)why;
    return 0;
}

static uint64_t fake_planned(const struct work *work)
{
    (void)work;
    return (uint64_t)fake.planned;
}

static bool fake_modes(const struct work *work, struct record_modes *modes)
{
    (void)work;
    (void)modes;
    return fake.planned > 0;
}

static void fake_go_at(struct work *work, int64_t start_ns)
{
    (void)work;
    fake.start_ns = start_ns;
}

/* On the last rank, half of the work makes it fail, or brings the signal; else the others could
 * end by themselves. */
static bool fake_wait(struct work *work, int64_t limit_ns)
{
    (void)work;
    const bool whole = fake.ending == ALL_DONE;
    const int64_t end_ns = fake.start_ns + STEP_NS * fake.planned / (whole ? 1 : 2);
    const int64_t now_ns = clock_now_ns();
    if (!fake.planned || fake.stopped)
        return true;
    if (now_ns < end_ns || (!whole && cluster.rank != last_rank())) {
        clock_sleep_ns(now_ns < end_ns && end_ns - now_ns < limit_ns ? end_ns - now_ns : limit_ns);
        return false;
    }
    fake.failed = fake.ending == ONE_FAILS;
    if (fake.ending == ONE_IS_STOPPED && !interrupt_signal())
        raise(SIGTERM);
    return whole || fake.failed;
}

static int64_t done_here(void)
{
    return fake.ending == ALL_DONE ? fake.planned : fake.planned / 2;
}

static void fake_peek(const struct work *work, struct work_state *state)
{
    (void)work;
    *state = (struct work_state){.amount = (uint64_t)done_here(), .failed = fake.failed};
}

static bool fake_edge(const struct work *work, uint64_t edge, uint64_t *amount)
{
    (void)work;
    (void)edge;
    (void)amount;
    return false;
}

static int64_t fake_peak(const struct work *work, uint64_t first, uint64_t end)
{
    (void)work;
    return first < end ? STEP_NS : 0;
}

static void fake_stop(struct work *work, enum stop_reason reason)
{
    (void)work;
    (void)reason;
    fake.stopped = true;
}

static bool fake_abandon(struct work *work, int64_t limit_ns)
{
    (void)work;
    (void)limit_ns;
    return false;
}

static void join_thread(uint32_t thread, struct work_outcome *outcome)
{
    struct record_row *row = &outcome->threads[thread];
    struct counters *counters = &row->counters;
    struct histogram latency;
    const int64_t done = done_here() / THREADS;
    *row = (struct record_row){.writer = thread};
    record_modes_clear(&row->modes);
    counters_clear(counters);
    histogram_clear(&latency);
    for (int64_t i = 1; i <= done; i++) {
        const int64_t at_ns = i * THREADS * STEP_NS;
        timeline_record(&outcome->timeline, at_ns, 1, STEP_NS);
        slowest_record(&outcome->slowest, STEP_NS, at_ns - STEP_NS, 0, (uint64_t)i, 0);
        histogram_record(&latency, STEP_NS);
    }
    counters->operations = counters->requests = done;
    counters->started_ns = 1000;
    counters->first_ns = 2000;
    counters->last_ns = counters->end_ns = done * THREADS * STEP_NS;
    record_latency_of(&latency, &row->latency);
    histogram_merge(&outcome->latency, &latency);
    outcome->last_ns = counters->last_ns;
}

static void fake_join(struct work *work, struct work_outcome *outcome)
{
    (void)work;
    *outcome = (struct work_outcome){0};
    counters_clear(&outcome->beside);
    histogram_clear(&outcome->latency);
    histogram_clear(&outcome->intended);
    histogram_clear(&outcome->files);
    histogram_clear(&outcome->making);
    histogram_clear(&outcome->queue_wait);
    timeline_clear(&outcome->timeline);
    slowest_clear(&outcome->slowest);
    outcome->threads = calloc(THREADS, sizeof *outcome->threads);
    outcome->thread_count = fake.planned ? THREADS : 0;
    for (uint32_t i = 0; i < outcome->thread_count; i++)
        join_thread(i, outcome);
    outcome->left = (uint64_t)(fake.planned - done_here());
    if (fake.failed)
        failure_set(&outcome->failure, -ENOSPC, "cannot create '/dir/f500'");
}

static int fake_gather(const struct work *work, struct record_phase *into, struct failure *why)
{
    (void)work;
    (void)into;
    return why->code;
}

static char *fake_path(const struct work *work, const struct slow_request *request,
                       uint64_t *offset, struct failure *why)
{
    return work && request && offset && why ? strdup("/dir/f1") : NULL;
}

static bool fake_describe(const struct work *work, const struct stall *stall, struct text *line)
{
    (void)work;
    (void)stall;
    text_add(line, "create");
    return true;
}

static void fake_close(struct work *work)
{
    (void)work;
    fake.closed = true;
}

static uint32_t fake_owner(const struct work *work, uint32_t rank)
{
    (void)work;
    return rank;
}

static void fake_use(const struct work *work, uint32_t target, struct target_use *use)
{
    (void)work;
    (void)target;
    (void)use;
}

static const struct work_methods methods = {
    .prepare = fake_prepare,
    .open = fake_open,
    .planned = fake_planned,
    .modes = fake_modes,
    .owner = fake_owner,
    .go_at = fake_go_at,
    .wait = fake_wait,
    .peek = fake_peek,
    .edge = fake_edge,
    .peak = fake_peak,
    .stop = fake_stop,
    .abandon = fake_abandon,
    .join = fake_join,
    .use = fake_use,
    .gather = fake_gather,
    .path = fake_path,
    .describe = fake_describe,
    .close = fake_close,
};

static const struct phase_kind creating = {.name = "create", .unit = UNIT_OPERATION};

/* One phase of a run, and what came of it. */
struct stage {
    struct settings settings;
    struct run_settings run_settings;
    struct record_target target;
    struct keeper keeper;
    struct prepared prepared;
    struct dataset dataset;
    struct record record;
    struct run run;
    struct phase phase;
    struct record_phase *into; /* rank 0 */
    enum verdict verdict;
};

static void carry_out(struct stage *stage, enum ending ending)
{
    static char target[] = "/target";
    static char *targets[] = {target};
    memset(&fake, 0, sizeof fake);
    fake.work.methods = &methods;
    fake.ending = ending;
    fake.planned = planned_of(cluster.rank);
    *stage = (struct stage){
        .settings = {.targets = targets, .target_count = 1},
        .prepared = {.cluster = &cluster,
                     .settings = &stage->settings,
                     .targets = &stage->target,
                     .plan.setup.settings = &stage->settings,
                     .plan.geometry = {.setup = {.shape = cluster.shape, .target_count = 1},
                                       .spread = {.targets = 1,
                                                  .writers = 1,
                                                  .rank_node = cluster.shape.rank_node}}},
        .dataset = {.plan = &stage->prepared.plan},
        .run = {.cluster = &cluster, .settings = &stage->run_settings, .keeper = &stage->keeper},
    };
    if (cluster.rank == 0) {
        stage->run.record = &stage->record;
        stage->into = record_add_phase(&stage->record);
        stage->into->unit = UNIT_OPERATION;
    }
    stage->phase = (struct phase){.run = &stage->run,
                                  .kind = &creating,
                                  .prepared = &stage->prepared,
                                  .dataset = &stage->dataset,
                                  .name = creating.name,
                                  .number = (uint32_t)ending + 1,
                                  .work = &fake.work};
    facts_init(&stage->phase.facts, "");
    stage->verdict = phase_carry_out(&stage->phase, stage->into);
    phase_release(&stage->phase);
}

static bool rows_hold(const struct record_row *rows, size_t count, int64_t amount)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += record_row_amount(&rows[i], UNIT_OPERATION);
    return sum == amount;
}

static bool near(int64_t value, double expected)
{
    return (double)value > expected - 1 && (double)value < expected + 1;
}

static int64_t bins_of(const struct record_phase *into, bool together, int64_t until_ns)
{
    int64_t sum = 0;
    for (size_t i = 0; i < into->bin_count; i++)
        if ((into->bins[i].node < 0) == together &&
            into->bins[i].start_ns + into->bins[i].width_ns <= until_ns)
            sum += into->bins[i].amount;
    return sum;
}

static bool rates_fit(const struct record_phase *into)
{
    double sum_per_s = 0;
    int64_t end_ns = 0;
    for (size_t i = 0; i < into->rank_count; i++) {
        const struct record_row *rank = &into->ranks[i];
        if (record_row_idle(rank))
            continue;
        sum_per_s += (double)rank->counters.operations * 1e9 / (double)rank->counters.end_ns;
        end_ns = rank->counters.end_ns > end_ns ? rank->counters.end_ns : end_ns;
    }
    return near(into->ranks_per_s, sum_per_s) && into->duration_ns == end_ns;
}

/* Every table holds the amount that all ranks did; 'share' of what was planned. */
static bool record_holds(const struct record_phase *into, int64_t share)
{
    int64_t planned = 0;
    for (uint32_t rank = 0; rank < cluster.shape.rank_count; rank++)
        planned += planned_of(rank);
    const int64_t done = planned / share;
    const struct counters *total = &into->total.counters;
    const size_t working = record_rows_active(into->ranks, into->rank_count);
    return into->unit == UNIT_OPERATION && into->amount_planned == planned &&
           into->amount == done && into->requests == done && total->operations == done &&
           total->bytes == 0 && into->latency.total == (uint64_t)done &&
           into->rank_count == cluster.shape.rank_count && into->ranks_total == (int64_t)working &&
           into->writer_count == THREADS * working &&
           rows_hold(into->nodes, into->node_count, done) &&
           rows_hold(into->ranks, into->rank_count, done) &&
           rows_hold(into->writers, into->writer_count, done) &&
           bins_of(into, true, INT64_MAX) == done && bins_of(into, false, INT64_MAX) == done &&
           into->active_ns > 0 && into->active_amount == bins_of(into, true, into->active_ns) &&
           into->slowest_count == SLOWEST_KEPT && rates_fit(into);
}

static void operations_are_recorded(void **state)
{
    (void)state;
    struct stage stage;
    carry_out(&stage, ALL_DONE);
    assert_everywhere(stage.verdict == VERDICT_FINE && fake.closed);
    assert_everywhere(cluster.rank != 0 || record_holds(stage.into, 1));
    assert_everywhere(cluster.rank != 0 || stage.into->ended_by == END_SIZE);
    assert_everywhere(cluster.rank != 0 || !stage.into->failure);
    record_release(&stage.record);
}

static void a_rank_that_fails_ends_the_others(void **state)
{
    (void)state;
    struct stage stage;
    carry_out(&stage, ONE_FAILS);
    assert_everywhere(stage.verdict == VERDICT_FAILED && fake.closed);
    assert_everywhere(cluster.rank != 0 || record_holds(stage.into, 2));
    assert_everywhere(cluster.rank != 0 || stage.into->ended_by == END_FAILURE);
    assert_everywhere(cluster.rank != 0 || (stage.into->failure &&
                                            strstr(stage.into->failure, "cannot create '/dir/f")));
    record_release(&stage.record);
}

/* The last test: the signal stays. */
static void a_signal_to_one_rank_ends_all(void **state)
{
    (void)state;
    struct stage stage;
    carry_out(&stage, ONE_IS_STOPPED);
    assert_everywhere(stage.verdict == VERDICT_SIGTERM && fake.closed);
    assert_everywhere(cluster.rank != 0 || record_holds(stage.into, 2));
    assert_everywhere(cluster.rank != 0 || stage.into->ended_by == END_SIGNAL);
    record_release(&stage.record);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_recorded),
        cmocka_unit_test(a_rank_that_fails_ends_the_others),
        cmocka_unit_test(a_signal_to_one_rank_ends_all),
    };
    interrupt_install();
    return RANKS_MAIN(argc, argv, "phase", tests);
}
