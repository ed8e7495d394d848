/*
 * Testing doubts: a good record is spoilt, and what must be said then is looked for.
 */
#ifndef TIDEMILL_TEST_DOUBTS_H
#define TIDEMILL_TEST_DOUBTS_H

#include "report/advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sample_record.h"

/* A run of which there is nothing to doubt. */
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

/* What a test does to the good record, what must be said then, and how grave it is. */
struct doubt_case {
    const char *code;
    enum record_severity severity;
    const char *said;
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

static inline void assert_doubts(const struct doubt_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct record record;
        good_record(&record);
        cases[i].spoil(&record);
        sample_totals(&record);
        assert_int_equal(advice_consider(&record), 0);
        const struct record_advice *advice = find(&record, cases[i].code);
        if (!advice)
            fail_msg("'%s' was not told", cases[i].code);
        assert_int_equal(advice->severity, cases[i].severity);
        if (!strstr(advice->text, cases[i].said))
            fail_msg("'%s' does not say '%s'", advice->text, cases[i].said);
        record_release(&record);
    }
}

#endif
