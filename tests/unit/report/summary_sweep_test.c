/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "summary_parts.h"

static void add(struct record *record, int64_t point, int64_t offered, int64_t megabytes)
{
    struct record_sweep_run run = {
        .point = point,
        .phase = "write",
        .bytes = megabytes << 20,
        .duration_ns = 1000000000,
        .offered_per_s = offered << 20,
        .p50_ns = 1000000,
        .p99_ns = 2000000,
        .cpu_ns = 50000000,
    };
    snprintf(run.settings, sizeof run.settings, "point %d", (int)point);
    assert_int_equal(record_add_sweep_run(record, &run), 0);
}

static void expect(const struct record *record, const char *words, bool found)
{
    struct text page = {0};
    const struct summary_style style = {0};
    summary_sweep(record, &style, &page);
    if ((strstr(text_string(&page), words) != NULL) != found)
        fail_msg("'%s' is %s:\n%s", words, found ? "missing" : "present", text_string(&page));
    text_release(&page);
}

static void the_best_point_comes_first(void **state)
{
    (void)state;
    struct record record = {0};
    expect(&record, "sweep", false);
    for (int64_t i = 0; i < 6; i++) {
        add(&record, 1, 0, 1024 + i);
        add(&record, 2, 0, 2048 + i);
    }
    struct record_sweep_run failed = {.point = 3,
                                      .repetition = 1,
                                      .phase = "write",
                                      .settings = "point 3",
                                      .reason = "no\nspace"};
    assert_int_equal(record_add_sweep_run(&record, &failed), 0);
    expect(&record, "best\n  point 1", true);
    expect(&record, "2.00 to 2.00", true);
    expect(&record, "offered", false);
    expect(&record, "efficiency", false);
    expect(&record, "not measured: write of point 3, repetition 1: no\\nspace", true);
    record_release(&record);
}

static void a_queue_grows_only_if_the_interval_shows_it(void **state)
{
    (void)state;
    struct record record = {0};
    for (int64_t i = 0; i < 6; i++) {
        add(&record, 1, 100, 100);
        add(&record, 2, 200, i < 4 ? 190 : 199); /* below in the median, not for certain */
        add(&record, 3, 400, 210 + i);
        add(&record, 4, 800, 210 + i);
    }
    expect(&record, "the queue of write grows from 0.391 GiB/s offered on (point 3)\n", true);
    expect(&record, "(point 2)", false);
    record_release(&record);
    add(&record, 1, 100, 100);
    add(&record, 2, 400, 210);
    expect(&record,
           "may grow from 0.391 GiB/s offered on (point 2): --repeat 6 or more shows whether it "
           "does\n",
           true);
    record_release(&record);
    add(&record, 1, 100, 99);
    expect(&record, "the queue", false);
    record_release(&record);
}

/* Of many repetitions the first are compared, not the slowest. */
static void many_repetitions_are_compared_in_the_order_of_time(void **state)
{
    (void)state;
    struct record record = {0};
    for (int64_t i = 0; i < 40; i++) {
        add(&record, 1, 0, i < 26 ? 200 : 50);
        add(&record, 2, 0, 100);
    }
    expect(&record, "best\n", true);
    expect(&record, "equal\n", false);
    record_release(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_point_comes_first),
        cmocka_unit_test(a_queue_grows_only_if_the_interval_shows_it),
        cmocka_unit_test(many_repetitions_are_compared_in_the_order_of_time),
    };
    return cmocka_run_group_tests_name("summary_sweep", tests, NULL, NULL);
}
