/* SPDX-License-Identifier: Apache-2.0 */
/* A whole search, rehearsed: each step is recorded with the rate of a simulated device. */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/tune.h"

static const int64_t second_ns = 1000000000;

struct rehearsal {
    struct options options; /* as given */
    struct settings_pool pool;
    struct capacity capacity;
    struct tune tune;
    struct record record;
    struct tune_setup setup;
    uint32_t steps;
    uint64_t removed;   /* steps after which files are removed */
    double plain_calls; /* the rate of pwrite against that of uring */
};

static void begin(struct rehearsal *rehearsal, const char *given)
{
    memset(rehearsal, 0, sizeof *rehearsal);
    assert_int_equal(options_init(&rehearsal->options, NULL), 0);
    assert_int_equal(
        options_read(&rehearsal->options, given, "given", SOURCE_COMMAND_LINE, false, NULL), 0);
    rehearsal->plain_calls = 0.7;
    rehearsal->capacity = (struct capacity){
        .cpus = 8, .memory_bytes = UINT64_C(64) << 30, .depth_max = 4096, .node_ranks = 1};
    struct settings *base = settings_pool_add(&rehearsal->pool, &rehearsal->options.common);
    assert_non_null(base);
    assert_int_equal(defaults_fit(base, &rehearsal->capacity, 1, NULL), 0);
    rehearsal->setup = (struct tune_setup){
        .pool = &rehearsal->pool,
        .limits = {.given = &rehearsal->options.common,
                   .base = rehearsal->pool.items[0],
                   .capacity = rehearsal->capacity,
                   .engine = ENGINE_URING,
                   .engines = 1U << ENGINE_URING | 1U << ENGINE_PWRITE,
                   .direct = true,
                   .files = true},
        .phases = {PHASE_WRITE, PHASE_READ},
        .phase_count = 2,
        .ranks = 1,
        .budget_ns = 60 * second_ns,
    };
}

static void end(struct rehearsal *rehearsal)
{
    options_release(&rehearsal->options);
    settings_pool_release(&rehearsal->pool);
    record_release(&rehearsal->record);
}

/* Each request takes 5 ms and 16 are carried out at once; requests of 2 MiB are the best. */
static double rate_of(const struct rehearsal *rehearsal, const struct settings *settings,
                      bool writes)
{
    const double in_flight = fmin((double)(settings->writers * settings->depth), writes ? 16 : 4);
    const double off = fabs(log2((double)settings->buffer_size_bytes / 2097152));
    return in_flight / 0.005 * 2097152 / (1 + off * off / 4) *
           (settings->engine == ENGINE_PWRITE ? rehearsal->plain_calls : 1) *
           (settings->direct == NEVER ? 0.5 : 1);
}

static void record_step(struct rehearsal *rehearsal, const struct step *step)
{
    const struct settings *settings = rehearsal->pool.items[step->settings];
    struct text text = {0};
    struct record_tune row = {
        .stage = (uint8_t)step->stage,
        .duration_ns = settings->time_ns,
        .spent_ns = settings->time_ns + second_ns / 20,
    };
    row.bytes = (int64_t)(rate_of(rehearsal, settings, phase_kinds[step->phase].writes) *
                          ((double)settings->time_ns / 1e9));
    if (settings->size_bytes && row.bytes > (int64_t)settings->size_bytes) {
        row.duration_ns =
            (int64_t)((double)row.duration_ns * (double)settings->size_bytes / (double)row.bytes);
        row.bytes = (int64_t)settings->size_bytes;
    }
    text_copy(row.phase, sizeof row.phase, phase_kinds[step->phase].name);
    tune_print_settings(&rehearsal->tune, settings, &text);
    text_copy(row.settings, sizeof row.settings, text_string(&text));
    text_release(&text);
    assert_int_equal(record_add_tune(&rehearsal->record, &row), 0);
    rehearsal->steps++;
    rehearsal->removed += step->last;
}

/* Up to 'most' steps. */
static void rehearse(struct rehearsal *rehearsal, uint32_t most)
{
    struct step step;
    assert_int_equal(tune_init(&rehearsal->tune, &rehearsal->setup, NULL), 0);
    while (rehearsal->steps < most && tune_next(&rehearsal->tune, &rehearsal->record, &step) == 1) {
        assert_int_equal(step.role, STEP_TRIAL);
        assert_true(rehearsal->pool.items[step.settings]->loop != phase_kinds[step.phase].writes);
        if (!phase_kinds[step.phase].writes)
            assert_int_equal(rehearsal->record.tune[0].stage, TUNE_COMPARE);
        record_step(rehearsal, &step);
    }
    assert_int_equal(tune_report(&rehearsal->tune, &rehearsal->record), 0);
}

static const struct record_tune_choice *choice(const struct rehearsal *rehearsal, const char *phase,
                                               const char *option)
{
    for (size_t i = 0; i < rehearsal->record.tune_choice_count; i++) {
        const struct record_tune_choice *row = &rehearsal->record.tune_choices[i];
        if (!strcmp(row->phase, phase) && !strcmp(row->option, option))
            return row;
    }
    fail_msg("no choice of %s for %s", option, phase);
    return NULL;
}

static void writes_then_reads_what_it_wrote(void **state)
{
    struct rehearsal rehearsal;
    uint32_t fills = 0;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearse(&rehearsal, UINT32_MAX);
    const struct record *record = &rehearsal.record;
    assert_int_equal(record->tune_result_count, 2);
    assert_string_equal(record->tune_results[1].phase, "read");
    for (size_t i = 0; i < record->tune_count; i++)
        fills += record->tune[i].stage == TUNE_FILL;
    assert_int_equal(fills, 1);
    size_t writes = 0;
    for (size_t i = 0; i < record->tune_count; i++)
        writes += !strcmp(record->tune[i].phase, "write") && record->tune[i].stage != TUNE_FILL;
    assert_int_equal(rehearsal.removed, writes);
    for (size_t i = 0; i < 2; i++) {
        const struct record_tune_result *result = &record->tune_results[i];
        assert_int_equal(result->knee_depth * result->knee_writers, i ? 4 : 16);
        assert_true(result->ratio_ppm > 1000000);
        assert_true(result->low_ppm > 1000000);
        assert_int_equal(result->finished, TRUTH_YES);
    }
    assert_string_equal(choice(&rehearsal, "write", "buffer-size")->value, "2MiB");
    assert_int_equal(choice(&rehearsal, "write", "buffer-size")->outcome, TUNE_CHANGED);
    assert_int_equal(choice(&rehearsal, "write", "engine")->outcome, TUNE_KEPT);
    assert_string_equal(choice(&rehearsal, "write", "direct")->value, "prefer");
    assert_int_equal(choice(&rehearsal, "write", "direct")->outcome, TUNE_KEPT);
    assert_int_equal(choice(&rehearsal, "read", "direct")->outcome, TUNE_FIXED);
    assert_int_equal(choice(&rehearsal, "write", "huge-pages")->outcome, TUNE_EQUAL);
    end(&rehearsal);
}

static void keeps_what_is_given(void **state)
{
    struct rehearsal rehearsal;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\nbuffer-size = 8MiB\nwriters = 3\ndepth = 2\n");
    rehearse(&rehearsal, UINT32_MAX);
    for (uint32_t i = 1; i < rehearsal.pool.count; i++) {
        assert_int_equal(rehearsal.pool.items[i]->buffer_size_bytes, 8 << 20);
        assert_int_equal(rehearsal.pool.items[i]->writers, 3);
        assert_int_equal(rehearsal.pool.items[i]->depth, 2);
        assert_int_equal(rehearsal.pool.items[i]->engine,
                         ENGINE_URING); /* the other has no depth */
    }
    assert_int_equal(choice(&rehearsal, "write", "writers")->outcome, TUNE_FIXED);
    end(&rehearsal);
}

/* The table of the older benchmark; below 8 CPUs less. */
static void starts_from_the_table(void **state)
{
    static const struct {
        uint32_t cpus;
        uint32_t ranks;
        uint64_t size;
        uint64_t writers;
    } rows[] = {{1, 1, 4, 1},   {2, 1, 4, 1},   {4, 1, 4, 2},    {8, 1, 4, 4}, {16, 1, 8, 8},
                {32, 1, 8, 12}, {64, 1, 8, 16}, {128, 1, 8, 32}, {4, 2, 4, 2}, {8, 4, 8, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rehearsal rehearsal;
        struct settings start;
        begin(&rehearsal, "");
        rehearsal.setup.limits.capacity.cpus = rows[i].cpus;
        rehearsal.setup.limits.capacity.node_ranks = rows[i].ranks;
        assert_int_equal(tune_init(&rehearsal.tune, &rehearsal.setup, NULL), 0);
        const struct tune_space *space = &rehearsal.tune.passes[0].space;
        start = *rehearsal.pool.items[0];
        tune_space_apply(space, &space->search.start, &start);
        assert_int_equal(start.buffer_size_bytes, rows[i].size << 20);
        assert_int_equal(start.writers, rows[i].writers);
        end(&rehearsal);
    }
}

static void fits_a_small_memory(void **state)
{
    struct rehearsal rehearsal;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearsal.setup.limits.capacity.memory_bytes = 64 << 20;
    rehearse(&rehearsal, UINT32_MAX);
    for (uint32_t i = 1; i < rehearsal.pool.count; i++)
        assert_true(rehearsal.pool.items[i]->buffer_count *
                        rehearsal.pool.items[i]->buffer_size_bytes <=
                    20 << 20);
    end(&rehearsal);
}

static void refuses_a_budget_that_is_too_small(void **state)
{
    struct rehearsal rehearsal;
    struct failure why = {0};
    (void)state;
    begin(&rehearsal, "");
    rehearsal.setup.budget_ns = second_ns;
    assert_true(tune_init(&rehearsal.tune, &rehearsal.setup, &why) < 0);
    assert_non_null(strstr(why.text, "--budget 1.00 s is too short for two probes of each of"));
    why.code = 0;
    rehearsal.setup.budget_ns = 60 * second_ns;
    rehearsal.setup.budget_bytes = 1 << 20;
    assert_true(tune_init(&rehearsal.tune, &rehearsal.setup, &why) < 0);
    assert_non_null(strstr(why.text, "--budget-size 1MiB is too small"));
    end(&rehearsal);
    begin(&rehearsal, "buffer-size = 1MiB\nwriters = 1\ndepth = 1\nengine = uring\n"
                      "direct = never\nbuffer-count = 4\nproducers = 1\nhuge-pages = never\n"
                      "preallocate = no\n");
    why.code = 0;
    assert_true(tune_init(&rehearsal.tune, &rehearsal.setup, &why) < 0);
    assert_non_null(strstr(why.text, "nothing to find"));
    end(&rehearsal);
}

static void stays_within_time_and_bytes(void **state)
{
    struct rehearsal rehearsal;
    int64_t spent_ns = 0;
    int64_t bytes = 0;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearsal.setup.budget_ns = 15 * second_ns;
    rehearse(&rehearsal, UINT32_MAX);
    for (size_t i = 0; i < rehearsal.record.tune_count; i++)
        spent_ns += rehearsal.record.tune[i].spent_ns;
    assert_true(spent_ns <= 16 * second_ns);
    end(&rehearsal);
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearsal.setup.budget_bytes = UINT64_C(4) << 30;
    rehearse(&rehearsal, UINT32_MAX);
    for (size_t i = 0; i < rehearsal.record.tune_count; i++)
        bytes += rehearsal.record.tune[i].bytes;
    assert_true(bytes <= INT64_C(4) << 30);
    for (uint32_t i = 1; i < rehearsal.pool.count; i++)
        assert_true(rehearsal.pool.items[i]->size_bytes <= 32 << 20);
    end(&rehearsal);
}

/* A probe ends in time, so what is in flight at its end must not take much longer than it did. */
static void keeps_queues_short(void **state)
{
    struct rehearsal rehearsal;
    (void)state;
    begin(&rehearsal, "size-per-rank = 64GiB\n");
    rehearse(&rehearsal, UINT32_MAX);
    for (uint32_t i = 1; i < rehearsal.pool.count; i++) {
        const struct settings *settings = rehearsal.pool.items[i];
        const uint64_t in_flight =
            settings->buffer_size_bytes * settings->writers * settings->depth;
        assert_true(in_flight <= UINT64_C(1) << 30); /* 512 MiB are those of the start */
        assert_true(settings->buffer_count * settings->buffer_size_bytes <= UINT64_C(3) << 30);
    }
    end(&rehearsal);
}

/* 16 threads and requests of 32 MiB are too many for a disk that stores 3.2 GB/s at best. */
static void lowers_the_start_of_a_slow_device(void **state)
{
    struct rehearsal rehearsal;
    (void)state;
    begin(&rehearsal, "size-per-rank = 64GiB\nwriters = 16\nbuffer-size = 32MiB\n");
    rehearse(&rehearsal, UINT32_MAX);
    assert_string_equal(choice(&rehearsal, "write", "depth")->value, "1");
    for (uint32_t i = 1; i < rehearsal.pool.count; i++)
        assert_true(rehearsal.pool.items[i]->depth <= 4);
    end(&rehearsal);
}

/* A loaded machine may give a probe's threads no time at all. */
static void repeats_a_probe_that_moved_nothing(void **state)
{
    struct rehearsal rehearsal;
    struct step step;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    assert_int_equal(tune_init(&rehearsal.tune, &rehearsal.setup, NULL), 0);
    while (tune_next(&rehearsal.tune, &rehearsal.record, &step) == 1) {
        record_step(&rehearsal, &step);
        if (rehearsal.steps % 3 == 0)
            rehearsal.record.tune[rehearsal.record.tune_count - 1].bytes =
                rehearsal.record.tune[rehearsal.record.tune_count - 1].per_s = 0;
    }
    assert_int_equal(tune_report(&rehearsal.tune, &rehearsal.record), 0);
    assert_string_equal(choice(&rehearsal, "write", "buffer-size")->value, "2MiB");
    end(&rehearsal);
}

/* A thread of a synchronous engine has one request: the comparison of depths before is void. */
static void each_reason_is_about_the_value_that_was_chosen(void **state)
{
    struct rehearsal rehearsal;
    const struct record_tune_choice *depth;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearsal.plain_calls = 1.5;
    rehearse(&rehearsal, UINT32_MAX);
    assert_string_equal(choice(&rehearsal, "write", "engine")->value, "pwrite");
    depth = choice(&rehearsal, "write", "depth");
    assert_string_equal(depth->value, "1");
    assert_int_equal(depth->outcome, TUNE_UNCOMPARED);
    assert_int_equal(depth->compared, 1);
    for (size_t i = 0; i < rehearsal.record.tune_choice_count; i++) {
        const struct record_tune_choice *row = &rehearsal.record.tune_choices[i];
        assert_int_equal(row->rounds > 0, row->other[0] != '\0');
    }
    end(&rehearsal);
}

static void shows_the_best_so_far(void **state)
{
    struct rehearsal rehearsal;
    (void)state;
    begin(&rehearsal, "size-per-rank = 1GiB\n");
    rehearse(&rehearsal, 40);
    assert_int_equal(rehearsal.record.tune_result_count, 1);
    assert_int_equal(rehearsal.record.tune_results[0].finished, TRUTH_NO);
    assert_true(choice(&rehearsal, "write", "buffer-size")->rounds >= 2);
    assert_int_equal(choice(&rehearsal, "write", "preallocate")->outcome, TUNE_UNCOMPARED);
    end(&rehearsal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_then_reads_what_it_wrote),
        cmocka_unit_test(keeps_what_is_given),
        cmocka_unit_test(starts_from_the_table),
        cmocka_unit_test(fits_a_small_memory),
        cmocka_unit_test(refuses_a_budget_that_is_too_small),
        cmocka_unit_test(stays_within_time_and_bytes),
        cmocka_unit_test(keeps_queues_short),
        cmocka_unit_test(lowers_the_start_of_a_slow_device),
        cmocka_unit_test(repeats_a_probe_that_moved_nothing),
        cmocka_unit_test(each_reason_is_about_the_value_that_was_chosen),
        cmocka_unit_test(shows_the_best_so_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
