/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "plan/schedule.h"

enum { ROUNDS = SCHEDULE_ROUNDS, STEPS_MOST = 128, RATE = 1000000 };

/* What a run would do: each step that is handed out is recorded with a status and a rate. */
struct rehearsal {
    struct settings_pool pool;
    struct record record;
    struct step steps[STEPS_MOST];
    size_t count;
    int64_t (*bytes_of)(const struct step *step);
    size_t fails_at; /* this phase fails, counted from 1 */
    bool fails_by_wrong_data;
    enum record_probe probe_fails; /* all of this kind; 0: none */
};

static int64_t even(const struct step *step)
{
    (void)step;
    return RATE;
}

static void add_settings(struct rehearsal *rehearsal, size_t count)
{
    struct options options;
    assert_int_equal(options_init(&options, NULL), 0);
    options.common.rate_bytes = 77;
    options.common.until_steady = true;
    options.common.time_ns = 60 * INT64_C(1000000000);
    options.common.engine = ENGINE_URING;
    while (count--)
        assert_non_null(settings_pool_add(&rehearsal->pool, &options.common));
    options_release(&options);
}

static void record_step(struct rehearsal *rehearsal, const struct step *step)
{
    if (step->role == STEP_WARM_UP)
        return;
    if (step->role == STEP_PROBE) {
        struct record_ceiling row = {.probe = step->probe, .bytes = RATE, .duration_ns = RATE};
        if (rehearsal->probe_fails && step->probe == rehearsal->probe_fails)
            strcpy(row.reason, "no");
        assert_int_equal(record_add_ceiling(&rehearsal->record, &row), 0);
        return;
    }
    struct record_phase *phase = record_add_phase(&rehearsal->record);
    assert_non_null(phase);
    phase->repetition = step->repetition;
    phase->position = step->position;
    phase->status = RECORD_COMPLETE;
    phase->amount = rehearsal->bytes_of(step);
    phase->duration_ns = INT64_C(1000000000);
    phase->node_count = 1;
    phase->nodes = calloc(1, sizeof *phase->nodes);
    assert_non_null(phase->nodes);
    if (rehearsal->record.phase_count == rehearsal->fails_at) {
        phase->status = RECORD_FAILED;
        phase->nodes[0].counters.bad_blocks = rehearsal->fails_by_wrong_data;
    }
}

static void rehearse(struct rehearsal *rehearsal, const struct schedule_setup *setup)
{
    struct schedule schedule;
    struct schedule_setup with = *setup;
    with.pool = &rehearsal->pool;
    if (!rehearsal->bytes_of)
        rehearsal->bytes_of = even;
    schedule_init(&schedule, &with);
    int result;
    while ((result = schedule_next(&schedule, &rehearsal->record,
                                   &rehearsal->steps[rehearsal->count])) > 0) {
        record_step(rehearsal, &rehearsal->steps[rehearsal->count++]);
        assert_int_equal(record_summarise(&rehearsal->record), 0);
        assert_true(rehearsal->count < STEPS_MOST);
    }
    assert_int_equal(result, 0);
}

static void end(struct rehearsal *rehearsal)
{
    record_release(&rehearsal->record);
    settings_pool_release(&rehearsal->pool);
}

static const struct schedule_item write_read[] = {{.phase = PHASE_WRITE}, {.phase = PHASE_READ}};

static void the_list_is_repeated(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 1);
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 3}};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        const struct step *step = &rehearsal.steps[i];
        assert_int_equal(step->phase, write_read[i % 2].phase);
        assert_int_equal(step->role, STEP_PHASE);
        assert_int_equal(step->repetition, i / 2 + 1);
        assert_int_equal(step->position, i % 2 + 1);
    }
    end(&rehearsal);
}

static void phases_pause_as_their_settings_want(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 2);
    rehearsal.pool.items[1]->pause_ns = 5;
    const struct schedule_item items[] = {{.phase = PHASE_WRITE},
                                          {.phase = PHASE_READ, .settings = 1}};
    const struct schedule_setup setup = {items, 2, .ceilings = true, .repeat = {.count = 1}};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 4 * SCHEDULE_ROUNDS + 2);
    for (uint32_t i = 0; i < rehearsal.count; i++)
        assert_int_equal(rehearsal.steps[i].pause_ns, i == rehearsal.count - 1 ? 5 : 0);
    end(&rehearsal);
}

static void a_failure_ends_the_repetitions_but_not_the_list(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {.fails_at = 3};
    add_settings(&rehearsal, 1);
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 5}};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 4);
    end(&rehearsal);
}

static void wrong_data_end_nothing(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {.fails_at = 2, .fails_by_wrong_data = true};
    add_settings(&rehearsal, 1);
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 3}};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 6);
    end(&rehearsal);
}

/* Rates that never agree, and rates that always do. */
static int64_t scattered(const struct step *step)
{
    return RATE * (int64_t)(1 + step->repetition % 5);
}

static void until_ends_once_the_medians_are_known(void **state)
{
    (void)state;
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 20, .until = 0.05}};
    struct rehearsal steady = {0};
    struct rehearsal scatter = {.bytes_of = scattered};
    add_settings(&steady, 1);
    add_settings(&scatter, 1);
    rehearse(&steady, &setup);
    assert_int_equal(steady.count, 2 * 6); /* the fewest that carry an interval */
    rehearse(&scatter, &setup);
    assert_int_equal(scatter.count, 2 * 20);
    end(&steady);
    end(&scatter);
}

/* Those of reading use the data set; the settings that they are made from stay as they were. */
static void check_round(const struct rehearsal *rehearsal, size_t first, uint32_t round,
                        const struct schedule_item *item)
{
    static const enum record_probe probes[] = {PROBE_DATA, PROBE_STORAGE, PROBE_BOTH};
    const bool writes = item->phase == PHASE_WRITE;
    for (size_t i = 0; i < 3; i++) {
        const struct step *step = &rehearsal->steps[first + i];
        const struct settings *own = rehearsal->pool.items[step->settings];
        assert_int_equal(step->role, STEP_PROBE);
        assert_int_equal(step->phase, writes ? PHASE_WRITE : PHASE_READ);
        assert_int_equal(step->probe, probes[i]);
        assert_int_equal(step->round, round);
        assert_int_equal(step->section, item->section);
        assert_int_equal(step->dataset, writes ? step->settings : item->dataset);
        assert_true(step->settings > item->settings);
        assert_int_equal(own->rate_bytes, 0);
        assert_false(own->until_steady);
        assert_int_equal(own->time_ns, SCHEDULE_PROBE_NS);
        assert_int_equal(own->engine, i == 0 ? ENGINE_NULL : ENGINE_URING);
        assert_int_equal(own->generate, writes && i == 1 ? GENERATE_ONCE : GENERATE_EACH);
        assert_int_equal(own->verify, !writes && i != 1);
    }
    assert_int_equal(rehearsal->pool.items[item->settings]->rate_bytes, 77);
    assert_int_equal(rehearsal->pool.items[item->settings]->generate, GENERATE_EACH);
    assert_false(rehearsal->pool.items[item->settings]->verify);
}

/* Of each settings and kind of phase, once, however often the list is repeated; each round with the
 * settings of the first. */
static void probes_come_in_rounds_before_what_they_are_for(void **state)
{
    (void)state;
    static const struct schedule_item items[] = {
        {.phase = PHASE_WRITE, .settings = 0, .section = 0, .dataset = 0},
        {.phase = PHASE_VERIFY, .settings = 1, .section = 1, .dataset = 0},
        {.phase = PHASE_REWRITE, .settings = 1, .section = 1, .dataset = 0},
        {.phase = PHASE_MIXED, .settings = 1, .section = 1, .dataset = 0},
        {.phase = PHASE_WRITE, .settings = 2, .section = 2, .dataset = 2},
        {.phase = PHASE_WRITE, .settings = 0, .section = 0, .dataset = 0},
    };
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 3);
    const struct schedule_setup setup = {items, 6, .repeat = {.count = 2}, .ceilings = true};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 3 * 3 * ROUNDS + 2 * 6);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        check_round(&rehearsal, 3 * round, round + 1, &items[0]);
        check_round(&rehearsal, 3 * ROUNDS + 1 + 3 * round, round + 1, &items[1]);
        check_round(&rehearsal, 6 * ROUNDS + 4 + 3 * round, round + 1, &items[4]);
    }
    assert_int_equal(rehearsal.pool.count, 3 + 9);
    assert_int_equal(rehearsal.steps[3 * ROUNDS].role, STEP_PHASE);
    assert_int_equal(rehearsal.steps[3 * ROUNDS].position, 1);
    for (size_t i = 9 * ROUNDS + 4; i < rehearsal.count; i++)
        assert_int_equal(rehearsal.steps[i].role, STEP_PHASE);
    end(&rehearsal);
}

/* Without checks, only storage is busy. */
static void reading_without_checks_has_one_ceiling(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 1);
    const struct schedule_setup setup = {&write_read[1], 1, .repeat = {.count = 1},
                                         .ceilings = true};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, ROUNDS + 1);
    for (size_t i = 0; i < ROUNDS; i++)
        assert_int_equal(rehearsal.steps[i].probe, PROBE_STORAGE);
    end(&rehearsal);

    rehearsal = (struct rehearsal){0};
    add_settings(&rehearsal, 1);
    rehearsal.pool.items[0]->verify = true;
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 3 * ROUNDS + 1);
    end(&rehearsal);
}

static void a_probe_that_failed_is_not_repeated(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {.probe_fails = PROBE_STORAGE};
    add_settings(&rehearsal, 1);
    const struct schedule_setup setup = {write_read, 1, .repeat = {.count = 1}, .ceilings = true};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 1 + 2 * ROUNDS + 1);
    for (size_t i = 3; i < rehearsal.count; i++)
        assert_true(rehearsal.steps[i].role == STEP_PHASE ||
                    rehearsal.steps[i].probe != PROBE_STORAGE);
    end(&rehearsal);
}

/* Each repetition measures each point once, all phases of one after the other. */
static void a_sweep_goes_through_all_points_in_a_new_order(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {0};
    uint32_t orders[3][5];
    add_settings(&rehearsal, 6);
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 3}, .point_count = 5,
                                         .seed = 7};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 3 * 5 * 2);
    for (uint32_t i = 0; i < 30; i++) {
        const struct step *step = &rehearsal.steps[i];
        assert_int_equal(step->role, STEP_POINT);
        assert_int_equal(step->repetition, i / 10 + 1);
        assert_int_equal(step->phase, write_read[i % 2].phase);
        assert_int_equal(step->last, i % 2);
        assert_int_equal(step->settings, step->point);
        assert_int_equal(step->dataset, step->point);
        orders[i / 10][i % 10 / 2] = step->point;
        if (i % 2)
            assert_int_equal(step->point, rehearsal.steps[i - 1].point);
    }
    for (int repetition = 0; repetition < 3; repetition++) {
        uint32_t seen = 0;
        for (int i = 0; i < 5; i++)
            seen |= 1u << orders[repetition][i];
        assert_int_equal(seen, 62); /* 1 to 5 */
    }
    assert_true(memcmp(orders[0], orders[1], sizeof orders[0]) != 0 ||
                memcmp(orders[0], orders[2], sizeof orders[0]) != 0);
    end(&rehearsal);
}

/* Checks a warm-up: its settings, and whose files it uses and removes. */
static void check_warm_up(const struct rehearsal *rehearsal, size_t index, enum phase_id phase,
                          uint32_t dataset, bool last)
{
    const struct step *step = &rehearsal->steps[index];
    const struct settings *own = rehearsal->pool.items[step->settings];
    assert_int_equal(step->role, STEP_WARM_UP);
    assert_int_equal(step->phase, phase);
    assert_int_equal(step->dataset, dataset);
    assert_int_equal(step->last, last);
    assert_int_equal(own->time_ns, 9);
    assert_int_equal(own->rate_bytes, 77);
    assert_false(own->until_steady);
}

/* They come before the warm-up, which is to be right before the phase. */
static void leave_out_probes(struct rehearsal *rehearsal)
{
    size_t kept = 0;
    for (size_t i = 0; i < rehearsal->count; i++) {
        const bool probe = rehearsal->steps[i].role == STEP_PROBE;
        assert_false(probe && kept && rehearsal->steps[kept - 1].role == STEP_WARM_UP);
        if (!probe)
            rehearsal->steps[kept++] = rehearsal->steps[i];
    }
    rehearsal->count = kept;
}

/* What writes in place gets a data set that is written first; metadata phases get nothing. */
static void a_warm_up_precedes_each_phase_that_moves_bytes(void **state)
{
    (void)state;
    static const struct schedule_item items[] = {{.phase = PHASE_WRITE},
                                                 {.phase = PHASE_READ},
                                                 {.phase = PHASE_MIXED},
                                                 {.phase = PHASE_CREATE}};
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 1);
    rehearsal.pool.items[0]->warm_up_ns = 9;
    rehearsal.pool.items[0]->pause_ns = 5;
    const struct schedule_setup setup = {items, 4, .repeat = {.count = 2}, .ceilings = true};
    rehearse(&rehearsal, &setup);
    leave_out_probes(&rehearsal);
    assert_int_equal(rehearsal.count, 8 + 8);
    check_warm_up(&rehearsal, 0, PHASE_WRITE, rehearsal.steps[0].settings, true);
    check_warm_up(&rehearsal, 2, PHASE_READ, 0, false);
    check_warm_up(&rehearsal, 4, PHASE_WRITE, rehearsal.steps[4].settings, false);
    check_warm_up(&rehearsal, 5, PHASE_MIXED, rehearsal.steps[4].settings, true);
    check_warm_up(&rehearsal, 8, PHASE_WRITE, rehearsal.steps[8].settings, true);
    for (size_t i = 0; i < rehearsal.count; i++) {
        const struct step *step = &rehearsal.steps[i];
        const bool warms = step->role == STEP_WARM_UP;
        assert_int_equal(step->pause_ns, (warms && i != 5 && i != 13) || i == 7 || i == 15 ? 5 : 0);
        assert_int_equal(rehearsal.pool.items[step->settings]->loop, warms && i != 4 && i != 12);
        if (warms) {
            assert_int_equal(step->warmed_phase, items[step->position - 1].phase);
            assert_int_equal(step->warmed_dataset, 0);
        }
    }
    end(&rehearsal);
}

static void each_point_of_a_sweep_is_warmed_up(void **state)
{
    (void)state;
    struct rehearsal rehearsal = {0};
    add_settings(&rehearsal, 3);
    for (int i = 1; i < 3; i++)
        rehearsal.pool.items[i]->warm_up_ns = 9;
    const struct schedule_setup setup = {write_read, 2, .repeat = {.count = 1}, .point_count = 2};
    rehearse(&rehearsal, &setup);
    assert_int_equal(rehearsal.count, 8);
    for (size_t i = 0; i < 8; i += 2) {
        const struct step *phase = &rehearsal.steps[i + 1];
        assert_int_equal(phase->role, STEP_POINT);
        assert_int_equal(rehearsal.steps[i].point, phase->point);
        check_warm_up(&rehearsal, i, phase->phase,
                      phase->phase == PHASE_READ ? phase->dataset : rehearsal.steps[i].settings,
                      phase->phase == PHASE_WRITE);
    }
    end(&rehearsal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_repeated),
        cmocka_unit_test(a_sweep_goes_through_all_points_in_a_new_order),
        cmocka_unit_test(phases_pause_as_their_settings_want),
        cmocka_unit_test(a_failure_ends_the_repetitions_but_not_the_list),
        cmocka_unit_test(wrong_data_end_nothing),
        cmocka_unit_test(until_ends_once_the_medians_are_known),
        cmocka_unit_test(probes_come_in_rounds_before_what_they_are_for),
        cmocka_unit_test(reading_without_checks_has_one_ceiling),
        cmocka_unit_test(a_probe_that_failed_is_not_repeated),
        cmocka_unit_test(a_warm_up_precedes_each_phase_that_moves_bytes),
        cmocka_unit_test(each_point_of_a_sweep_is_warmed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
