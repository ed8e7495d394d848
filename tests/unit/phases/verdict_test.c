/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

static const enum verdict all[] = {VERDICT_FINE, VERDICT_SIGTERM, VERDICT_SIGINT, VERDICT_FAILED,
                                   VERDICT_WRONG_DATA};
enum { COUNT = sizeof all / sizeof *all };

static void the_more_severe_of_two_holds(void **state)
{
    (void)state;
    for (int a = 0; a < COUNT; a++)
        for (int b = 0; b < COUNT; b++)
            assert_int_equal(verdict_merge(all[a], all[b]), all[a > b ? a : b]);
}

static void codes_and_words(void **state)
{
    (void)state;
    static const int codes[COUNT] = {0, 143, 130, 1, 3};
    static const enum record_status words[COUNT] = {
        RECORD_COMPLETE, RECORD_INTERRUPTED, RECORD_INTERRUPTED, RECORD_FAILED, RECORD_FAILED};
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(verdict_exit_code(all[i]), codes[i]);
        assert_int_equal(verdict_status(all[i]), words[i]);
    }
}

/* A phase of one rank that has ended like this. */
static enum verdict judged(int code, uint64_t bad_blocks, enum stop_reason stop,
                           struct record_phase *into)
{
    struct cluster cluster = {.shape = {.rank_count = 1, .node_count = 1}};
    struct run run = {.cluster = &cluster};
    struct phase phase = {.run = &run, .watch = {.stop = stop}};
    struct agreement agreement = {.failed_ranks = code != 0};
    failure_set(&agreement.first, code, "cannot write '/x'");
    return verdict_decide(&phase, &agreement, bad_blocks, into);
}

static void the_line_that_names_a_failure(void **state)
{
    (void)state;
    struct record_phase into = {0};
    assert_int_equal(judged(-EIO, 0, STOP_FAILURE, &into), VERDICT_FAILED);
    assert_string_equal(into.failure, "cannot write '/x'");
    free(into.failure);
}

static void wrong_data_name_the_first_place(void **state)
{
    (void)state;
    struct record_difference place = {
        .rank = 3, .host = "n07", .path = "/pfs/r2", .offset = 1048577, .kind = "torn"};
    struct record_phase into = {.differences = &place, .difference_count = 1};
    assert_int_equal(judged(0, 2, STOP_NONE, &into), VERDICT_WRONG_DATA);
    assert_string_equal(into.failure, "2 blocks of 4 KiB hold wrong data, first in '/pfs/r2' at "
                                      "offset 1048577 (rank 3 on n07): torn");
    free(into.failure);
    into.failure = NULL;
    assert_int_equal(judged(-EIO, 1, STOP_FAILURE, &into), VERDICT_WRONG_DATA);
    assert_string_equal(into.failure, "cannot write '/x'; 1 block of 4 KiB holds wrong data, first "
                                      "in '/pfs/r2' at offset 1048577 (rank 3 on n07): torn");
    free(into.failure);
}

static void a_signal_is_not_a_failure_but_a_failure_counts_more(void **state)
{
    (void)state;
    struct record_phase into = {0};
    assert_int_equal(judged(0, 0, STOP_SIGINT, &into), VERDICT_SIGINT);
    assert_int_equal(judged(0, 0, STOP_SIGTERM, &into), VERDICT_SIGTERM);
    assert_int_equal(judged(0, 0, STOP_NONE, &into), VERDICT_FINE);
    assert_null(into.failure);
    assert_int_equal(judged(-EIO, 0, STOP_SIGINT, &into), VERDICT_FAILED);
    free(into.failure);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_more_severe_of_two_holds),
        cmocka_unit_test(codes_and_words),
        cmocka_unit_test(the_line_that_names_a_failure),
        cmocka_unit_test(wrong_data_name_the_first_place),
        cmocka_unit_test(a_signal_is_not_a_failure_but_a_failure_counts_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
