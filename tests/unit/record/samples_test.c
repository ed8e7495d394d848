/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of results of version 0.1.0, which holds them only as texts. */
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void load(const char *name, struct record *record)
{
    char path[1024];
    struct failure why = {0};
    *record = (struct record){0};
    snprintf(path, sizeof path, "%.*s/../../data/v0.1.0/v0.1.0-%s.h5",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__, name);
    if (store_load(path, record, &why))
        fail_msg("%s", why.text);
    assert_int_equal(record->schema_version, 1);
    assert_int_equal(record->schema_revision, 0);
    assert_int_equal(record->status, RECORD_COMPLETE);
}

static void assert_total(const struct record_phase *phase)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < phase->rank_count; i++)
        bytes += phase->ranks[i].counters.bytes;
    assert_int_equal(phase->total.counters.bytes, bytes);
    assert_int_equal(phase->total.counters.bytes, phase->amount);
    assert_int_equal(phase->total.counters.requests, phase->requests);
    assert_int_equal(phase->total.counters.end_ns, phase->duration_ns);
    assert_int_equal(phase->total.latency.max_ns, phase->latency.max_ns);
    assert_int_equal(phase->total.modes.direct_in_effect, TRUTH_YES);
    assert_int_equal(phase->total.modes.direct_cause, DIRECT_NO_CAUSE);
}

static void repetitions_of_writes_and_checked_reads(void **state)
{
    (void)state;
    struct record record;
    load("two-ranks", &record);
    assert_int_equal(record.phase_count, 4);
    assert_int_equal(record.job.launched, 1);
    assert_int_equal(record.targets[0].kind, TARGET_KIND_DIRECTORY);
    for (size_t i = 0; i < record.phase_count; i++) {
        const struct record_phase *phase = &record.phases[i];
        const bool reads = i % 2;
        assert_int_equal(phase->writes, !reads);
        assert_int_equal(phase->reads, reads);
        assert_int_equal(phase->checks, reads);
        assert_int_equal(phase->ended_by, END_SIZE);
        assert_int_equal(phase->direct_asked, PREFER);
        assert_int_equal(phase->engine_cause, ENGINE_NO_CAUSE);
        assert_int_equal(phase->cache_state, reads ? CACHE_BYPASSED : CACHE_NO_READS);
        assert_int_equal(phase->depth, 32);
        assert_total(phase);
    }
    assert_true(record.advice_count > 0);
    record_release(&record);
}

static void writes_of_kept_files(void **state)
{
    (void)state;
    static const char *const names[] = {"kept-shared", "kept-writers"};
    for (size_t i = 0; i < 2; i++) {
        struct record record;
        load(names[i], &record);
        assert_int_equal(record.phase_count, 1);
        assert_int_equal(record.phases[0].writes, 1);
        assert_int_equal(record.phases[0].cache_state, CACHE_NO_READS);
        assert_total(&record.phases[0]);
        record_release(&record);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repetitions_of_writes_and_checked_reads),
        cmocka_unit_test(writes_of_kept_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
