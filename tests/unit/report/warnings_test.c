/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every warning of warnings.def is raised by a record that was spoilt for it, with its numbers, and
 * none by a good one.
 */
#include "cases_cached.h"
#include "cases_environment.h"
#include "cases_phase.h"
#include "cases_settings.h"
#include "cases_short_run.h"
#include "cases_slow.h"
#include "report/summary.h"

static const struct {
    const struct warning_case *cases;
    size_t count;
} all_cases[] = {
    {phase_cases, sizeof phase_cases / sizeof *phase_cases},
    {settings_cases, sizeof settings_cases / sizeof *settings_cases},
    {environment_cases, sizeof environment_cases / sizeof *environment_cases},
    {short_run_cases, sizeof short_run_cases / sizeof *short_run_cases},
    {cached_cases, sizeof cached_cases / sizeof *cached_cases},
    {slow_cases, sizeof slow_cases / sizeof *slow_cases},
};

static const struct {
    const char *code;
    enum record_severity severity;
} warnings[] = {
#define WARNING(name, code, severity) {code, SEVERITY_##severity},
#include "warnings.def"
#undef WARNING
};

static void codes_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(warnings[i].code, warnings[j].code);
}

static const struct warning_case *find_case(const char *code)
{
    for (size_t i = 0; i < sizeof all_cases / sizeof *all_cases; i++)
        for (size_t j = 0; j < all_cases[i].count; j++)
            if (strcmp(all_cases[i].cases[j].code, code) == 0)
                return &all_cases[i].cases[j];
    return NULL;
}

static void each_warning_has_a_record_that_raises_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
        const struct warning_case *raising = find_case(warnings[i].code);
        if (!raising)
            fail_msg("no record raises '%s'", warnings[i].code);
        assert_int_equal(raising->severity, warnings[i].severity);
    }
}

static void each_is_raised_with_its_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof all_cases / sizeof *all_cases; i++)
        assert_warnings(all_cases[i].cases, all_cases[i].count);
}

static void a_good_run_has_no_warning(void **state)
{
    (void)state;
    struct record record;
    good_record(&record);
    assert_int_equal(advice_consider(&record), 0);
    if (record.advice_count)
        fail_msg("%s: %s", record.advice[0].code, record.advice[0].text);
    record_release(&record);
}

/* What is raised without a limit from outside is not raised under it. */
static void a_limit_from_outside_silences_other_explanations(void **state)
{
    (void)state;
    static void (*const limits[])(struct record *) = {spoil_quota, spoil_cap};
    static const char *const silent[] = {"generation-bound", "processor-bound", "held-above-device",
                                         "below-class"};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct record record;
        struct text line = {0};
        good_record(&record);
        limits[i](&record);
        spoil_processors(&record);
        spoil_queue(&record);
        sample_totals(&record);
        struct counters *counters = &record.phases[0].total.counters;
        counters->writer_waited_ns = counters->writer_time_ns;
        counters->producer_waited_ns = 0;
        assert_int_equal(advice_consider(&record), 0);
        for (size_t j = 0; j < sizeof silent / sizeof *silent; j++)
            if (find(&record, silent[j]))
                fail_msg("limit %zu: %s", i, find(&record, silent[j])->text);
        summary_bottleneck(&record, &record.phases[0], &line);
        assert_non_null(strstr(text_string(&line), i ? "I/O cap of disk1" : "the CPU quota of"));
        text_release(&line);
        record_release(&record);
    }
}

static void ranks_without_a_share_are_not_doubted(void **state)
{
    (void)state;
    struct record record;
    good_record(&record);
    for (size_t i = 0; i < record.phase_count; i++)
        sample_idle_ranks(&record.phases[i]);
    assert_int_equal(advice_consider(&record), 0);
    if (record.advice_count)
        fail_msg("%s: %s", record.advice[0].code, record.advice[0].text);
    spoil_gap(&record);
    spoil_rank(&record);
    assert_int_equal(advice_consider(&record), 0);
    assert_non_null(strstr(find(&record, "stalled-rank")->text, "1 of 8 ranks"));
    assert_non_null(strstr(find(&record, "slow-rank")->text, "1 of 8 ranks"));
    record_release(&record);
}

static void count_operations(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        sample_operations(&record->phases[i]);
}

static void operations_are_compared_like_bytes(void **state)
{
    (void)state;
    static const struct warning_case cases[] = {
        {"slow-rank", SEVERITY_WARNING, " kop/s", spoil_rank},
        {"nodes-disagree", SEVERITY_WARNING, " kop/s", spoil_node},
        {"short-run", SEVERITY_NOTE, "use more objects", spoil_duration},
        {"does-not-add-up", SEVERITY_SERIOUS, " operations in ", spoil_ranks},
    };
    struct record record;
    good_record(&record);
    count_operations(&record);
    assert_int_equal(advice_consider(&record), 0);
    if (record.advice_count)
        fail_msg("%s: %s", record.advice[0].code, record.advice[0].text);
    record_release(&record);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        good_record(&record);
        cases[i].spoil(&record);
        count_operations(&record);
        assert_int_equal(advice_consider(&record), 0);
        const struct record_advice *advice = find(&record, cases[i].code);
        if (!advice || advice->severity != cases[i].severity ||
            !strstr(advice->text, cases[i].expected))
            fail_msg("%s: %s", cases[i].code, advice ? advice->text : "missing");
        record_release(&record);
    }
}

static void considering_twice_adds_nothing(void **state)
{
    (void)state;
    struct record record;
    good_record(&record);
    spoil_mixed(&record);
    spoil_tail(&record);
    record_add_advice(&record, "own", SEVERITY_NOTE, "was recorded before");
    assert_int_equal(advice_consider(&record), 0);
    size_t count = record.advice_count;
    assert_int_equal(advice_consider(&record), 0);
    assert_int_equal(record.advice_count, count);
    assert_null(find(&record, "own"));
    assert_int_equal(advice_consider_sums(&record), 0);
    assert_int_equal(record.advice_count, count);
    record_release(&record);
}

static void an_empty_record_has_no_warning(void **state)
{
    (void)state;
    struct record record = {0};
    record_add_phase(&record);
    assert_int_equal(advice_consider(&record), 0);
    assert_int_equal(record.advice_count, 0);
    record_release(&record);
}

/* What is unknown, or good, raises no warning. */
static void what_may_be_so_is_not_doubted(void **state)
{
    (void)state;
    struct record record;
    for (int i = 0; i < 8; i++) {
        good_record(&record);
        if (i < 4)
            give_devices(&record, i == 0 ? BUS_OTHER : BUS_PCIE_NVME, i == 1 ? -1 : 16000000000, 4);
        else
            give_networks(&record, i == 4 ? -1 : i == 5 ? 100000000000 : 20000000000);
        if (i == 3) { /* small requests do not reach the rate of large ones */
            record.phases[0].requests = record.phases[0].amount / 4096;
            record.phases[1].requests = record.phases[1].amount / 4096;
            for (size_t k = 0; k < record.phase_count; k++)
                for (size_t n = 0; n < 2; n++)
                    record.phases[k].nodes[n].counters.requests = record.phases[k].requests / 2;
            for (size_t k = 0; k < record.phase_count; k++)
                for (size_t n = 0; n < 8; n++)
                    record.phases[k].ranks[n].counters.requests = record.phases[k].requests / 8;
            set_all_rates(&record, 0.4e9);
        }
        if (i == 6) /* a SAN may lead to it */
            record.targets[0].remote = record.targets[1].remote = 0;
        if (i == 7) { /* there a limit would be a warning, but nothing is to reach storage */
            record.targets[0].kind = TARGET_KIND_NULL;
            record.targets[1].kind = TARGET_KIND_NULL;
        }
        assert_int_equal(advice_consider(&record), 0);
        if (record.advice_count)
            fail_msg("case %d: %s: %s", i, record.advice[0].code, record.advice[0].text);
        record_release(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_unique),
        cmocka_unit_test(each_warning_has_a_record_that_raises_it),
        cmocka_unit_test(each_is_raised_with_its_numbers),
        cmocka_unit_test(a_good_run_has_no_warning),
        cmocka_unit_test(a_limit_from_outside_silences_other_explanations),
        cmocka_unit_test(ranks_without_a_share_are_not_doubted),
        cmocka_unit_test(what_may_be_so_is_not_doubted),
        cmocka_unit_test(operations_are_compared_like_bytes),
        cmocka_unit_test(considering_twice_adds_nothing),
        cmocka_unit_test(an_empty_record_has_no_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
