/* SPDX-License-Identifier: Apache-2.0 */
/* Where a file system does not report the effect of O_DIRECT, what was counted decides, or nothing.
 */
#include "results.h"

#include <string.h>

#include "unit.h"

enum { GIB = 1 << 30, MIB = 1 << 20 };

static const struct record nowhere = {0};

struct judged {
    bool writes;
    int64_t amount;
    struct counters counters;
    enum record_truth before;
    enum record_truth after;
    enum record_direct_cause cause;
};

static const struct judged cases[] = {
    /* writing: next to nothing, as much as was written, something became dirty */
    {true,
     GIB,
     {.dirtied_of_node = 1, .dirtied_bytes = MIB},
     TRUTH_UNKNOWN,
     TRUTH_YES,
     DIRECT_NOT_REPORTED},
    {true,
     GIB,
     {.dirtied_of_device = 1, .dirtied_bytes = MIB},
     TRUTH_UNKNOWN,
     TRUTH_YES,
     DIRECT_NOT_REPORTED},
    {true,
     GIB,
     {.dirtied_of_device = 1, .dirtied_bytes = GIB},
     TRUTH_UNKNOWN,
     TRUTH_NO,
     DIRECT_DIRTIED},
    {true,
     GIB,
     {.dirtied_of_node = 1, .dirtied_bytes = GIB},
     TRUTH_UNKNOWN,
     TRUTH_UNKNOWN,
     DIRECT_NOT_REPORTED},
    {true,
     GIB,
     {.dirtied_of_device = 1, .dirtied_bytes = GIB / 2},
     TRUTH_UNKNOWN,
     TRUTH_UNKNOWN,
     DIRECT_NOT_REPORTED},
    /* nothing was counted, or too little was written to matter */
    {true, GIB, {.dirtied_bytes = 0}, TRUTH_UNKNOWN, TRUTH_UNKNOWN, DIRECT_NOT_REPORTED},
    {true, MIB, {.dirtied_of_node = 1}, TRUTH_UNKNOWN, TRUTH_UNKNOWN, DIRECT_NOT_REPORTED},
    /* what is reported stays */
    {true,
     GIB,
     {.dirtied_of_device = 1, .dirtied_bytes = GIB},
     TRUTH_YES,
     TRUTH_YES,
     DIRECT_NOT_REPORTED},
    {true, GIB, {.dirtied_of_device = 1}, TRUTH_NO, TRUTH_NO, DIRECT_NOT_REPORTED},
    /* reading: pages stay in the page cache unless it was bypassed */
    {false,
     MIB,
     {.sampled_before_pages = 9, .sampled_pages = 9},
     TRUTH_UNKNOWN,
     TRUTH_YES,
     DIRECT_NOT_REPORTED},
    {false,
     MIB,
     {.sampled_before_pages = 9, .sampled_pages = 9, .cached_pages = 1},
     TRUTH_UNKNOWN,
     TRUTH_UNKNOWN,
     DIRECT_NOT_REPORTED},
    {false, MIB, {.sampled_pages = 9}, TRUTH_UNKNOWN, TRUTH_UNKNOWN, DIRECT_NOT_REPORTED},
    {false, GIB, {.dirtied_of_node = 1}, TRUTH_UNKNOWN, TRUTH_UNKNOWN, DIRECT_NOT_REPORTED},
};

static void counters_decide_what_is_not_reported(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct judged *judged = &cases[i];
        struct record_row rank = {.counters.requests = 1,
                                  .modes = {.direct_opened = TRUTH_YES,
                                            .direct_in_effect = (uint8_t)judged->before,
                                            .direct_cause = DIRECT_NOT_REPORTED}};
        struct record_row node = rank;
        struct record_phase phase = {.writes = judged->writes,
                                     .reads = !judged->writes,
                                     .amount = judged->amount,
                                     .unit = UNIT_BYTE,
                                     .nodes = &node,
                                     .node_count = 1,
                                     .ranks = &rank,
                                     .rank_count = 1,
                                     .total.counters = judged->counters};
        results_judge_modes(&nowhere, &phase);
        results_sum_modes(&phase, phase.ranks, phase.rank_count);
        if (phase.total.modes.direct_in_effect != judged->after ||
            node.modes.direct_in_effect != judged->after ||
            phase.total.modes.direct_cause != judged->cause)
            fail_msg("case %zu: %d", i, phase.total.modes.direct_in_effect);
        assert_int_equal(phase.ranks_direct, judged->after == TRUTH_YES);
    }
}

static void files_that_were_not_opened_direct_stay_as_they_are(void **state)
{
    (void)state;
    struct record_row rank = {
        .counters.requests = 1,
        .modes = {.direct_opened = TRUTH_NO, .direct_in_effect = TRUTH_UNKNOWN}};
    struct record_phase phase = {
        .writes = 1, .amount = GIB, .ranks = &rank, .rank_count = 1, .node_count = 0};
    results_judge_modes(&nowhere, &phase);
    assert_int_equal(rank.modes.direct_in_effect, TRUTH_UNKNOWN);
}

static void absent_pages_of_fuse_show_nothing(void **state)
{
    (void)state;
    struct record_target target = {.file_system = "fuse.sshfs"};
    struct record record = {.targets = &target, .target_count = 1};
    struct record_row node = {.counters = {.requests = 8, .bytes = GIB},
                              .modes = {.direct_opened = TRUTH_YES,
                                        .direct_in_effect = TRUTH_UNKNOWN,
                                        .direct_cause = DIRECT_NOT_REPORTED}};
    struct record_phase phase = {.reads = 1,
                                 .amount = GIB,
                                 .nodes = &node,
                                 .node_count = 1,
                                 .total.counters = {.sampled_before_pages = 9, .sampled_pages = 9}};
    results_judge_modes(&record, &phase);
    assert_int_equal(node.modes.direct_in_effect, TRUTH_UNKNOWN);
    strcpy(target.file_system, "xfs");
    results_judge_modes(&record, &phase);
    assert_int_equal(node.modes.direct_in_effect, TRUTH_YES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(absent_pages_of_fuse_show_nothing),
        cmocka_unit_test(counters_decide_what_is_not_reported),
        cmocka_unit_test(files_that_were_not_opened_direct_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
