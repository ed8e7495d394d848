/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/clock.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "unit.h"

static void time_never_decreases(void **state)
{
    (void)state;
    int64_t last = clock_now_ns();
    for (int i = 0; i < 100000; i++) {
        const int64_t now = clock_now_ns();
        assert_true(now >= last);
        last = now;
    }
}

static void thread_time_excludes_sleep(void **state)
{
    (void)state;
    const int64_t before = clock_thread_cpu_ns();
    clock_sleep_ns(20000000);
    const int64_t slept = clock_thread_cpu_ns();
    /* Sleeping uses almost no CPU time, even on a busy machine. */
    assert_true(slept - before < 15000000);
    while (clock_thread_cpu_ns() == slept)
        ;
}

static void ignore_signal(int signal_number)
{
    (void)signal_number;
}

static void signals_do_not_shorten_a_sleep(void **state)
{
    (void)state;
    struct sigaction action = {.sa_handler = ignore_signal}, before;
    sigaction(SIGRTMIN, &action, &before);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    const struct itimerspec storm = {{0, 1000000}, {0, 1000000}};
    assert_int_equal(timer_settime(timer, 0, &storm, NULL), 0);
    const int64_t start = clock_now_ns();
    clock_sleep_ns(50000000);
    assert_true(clock_now_ns() - start >= 50000000);
    timer_delete(timer);
    sigaction(SIGRTMIN, &before, NULL);
}

static void a_duration_of_zero_does_not_sleep(void **state)
{
    (void)state;
    clock_sleep_ns(0);
    clock_sleep_ns(-1);
    clock_sleep_ns(INT64_MIN); /* would never return if treated as unsigned */
}

static void utc_is_formatted_in_both_forms(void **state)
{
    (void)state;
    char text[CLOCK_TEXT], compact[CLOCK_TEXT];
    struct tm parts = {0};
    clock_utc(text);
    clock_utc_compact(compact);
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    assert_non_null(end);
    assert_int_equal(*end, 0);
    const time_t seconds = timegm(&parts);
    assert_true(seconds <= time(NULL) && seconds > time(NULL) - 60);
    assert_int_equal(strlen(compact), strlen("20261125T013502Z"));
    assert_memory_equal(compact, text, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_decreases),
        cmocka_unit_test(thread_time_excludes_sleep),
        cmocka_unit_test(signals_do_not_shorten_a_sleep),
        cmocka_unit_test(a_duration_of_zero_does_not_sleep),
        cmocka_unit_test(utc_is_formatted_in_both_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
