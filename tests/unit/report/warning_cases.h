/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Testing warnings: a good record is spoilt, and the expected warning is searched.
 */
#ifndef TIDEMILL_TESTS_WARNING_CASES_H
#define TIDEMILL_TESTS_WARNING_CASES_H

#include "report/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample_record.h"

/* A run without any warning. */
static const struct sample good = {.nodes = 2,
                                   .ranks = 8,
                                   .bytes_per_rank = INT64_C(16) << 30,
                                   .requests_per_rank = 4096,
                                   .node_rate = 3e9};

static inline const struct record_advice *find(const struct record *record, const char *code)
{
    for (size_t i = 0; i < record->advice_count; i++)
        if (strcmp(record->advice[i].code, code) == 0)
            return &record->advice[i];
    return NULL;
}

/* What a test does to the good record, the expected warning, and how severe it is. */
struct warning_case {
    const char *code;
    enum record_severity severity;
    const char *expected;
    void (*spoil)(struct record *record);
};

static inline void good_record(struct record *record)
{
    sample_record(record, &good);
    for (size_t i = 0; i < record->phase_count; i++)
        record->phases[i].end_skew_ns = 0;
    for (size_t i = 0; i < record->node_count; i++)
        record->nodes[i].memory_limit_bytes = INT64_C(32) << 30;
}

static inline void assert_warnings(const struct warning_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct record record;
        good_record(&record);
        cases[i].spoil(&record);
        sample_totals(&record);
        assert_int_equal(advice_consider(&record), 0);
        const struct record_advice *advice = find(&record, cases[i].code);
        if (!advice)
            fail_msg("'%s' was not raised", cases[i].code);
        assert_int_equal(advice->severity, cases[i].severity);
        if (!strstr(advice->text, cases[i].expected))
            fail_msg("'%s' does not contain '%s'", advice->text, cases[i].expected);
        record_release(&record);
    }
}

#endif
