/* SPDX-License-Identifier: Apache-2.0 */
#include "phases/reported_wait.h"

#include "unit.h"

static void a_wait_is_reported_each_time_it_has_doubled(void **state)
{
    (void)state;
    struct reported_wait wait = {0};
    int reports = 0;
    for (int64_t seconds = 1; seconds <= 250; seconds++) {
        bool due = seconds == 30 || seconds == 60 || seconds == 120 || seconds == 240;
        assert_int_equal(wait_watch(&wait, seconds, 30), due ? WAIT_TOO_LONG : WAIT_NO_NEWS);
        reports += due;
    }
    assert_int_equal(reports, 4);
    assert_int_equal(wait_watch(&wait, 0, 30), WAIT_OVER);
    assert_int_equal(wait.lasted_ns, 250);
    assert_int_equal(wait_watch(&wait, 0, 30), WAIT_NO_NEWS);
}

static void a_short_wait_is_not_reported(void **state)
{
    (void)state;
    struct reported_wait wait = {0};
    assert_int_equal(wait_watch(&wait, 29, 30), WAIT_NO_NEWS);
    assert_int_equal(wait_watch(&wait, 5, 30), WAIT_NO_NEWS); /* another one */
    assert_int_equal(wait_watch(&wait, 0, 30), WAIT_NO_NEWS);
    assert_int_equal(wait_watch(&wait, 1000, 0), WAIT_NO_NEWS);
}

static void a_lower_limit_counts_at_once(void **state)
{
    (void)state;
    struct reported_wait wait = {0};
    assert_int_equal(wait_watch(&wait, 20, 30), WAIT_NO_NEWS);
    assert_int_equal(wait_watch(&wait, 21, 3), WAIT_TOO_LONG);
    assert_int_equal(wait_watch(&wait, 22, 3), WAIT_NO_NEWS);
    assert_int_equal(wait_watch(&wait, 1, 3), WAIT_OVER); /* another one has begun */
    assert_int_equal(wait_watch(&wait, 3, 3), WAIT_TOO_LONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_is_reported_each_time_it_has_doubled),
        cmocka_unit_test(a_short_wait_is_not_reported),
        cmocka_unit_test(a_lower_limit_counts_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
