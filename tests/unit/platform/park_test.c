/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/park.h"

#include "platform/clock.h"
#include "platform/thread.h"
#include "unit.h"

enum { ROUNDS = 2000, SLEEPERS = 4 };

static void a_changed_word_is_not_waited_for(void **state)
{
    (void)state;
    _Atomic uint32_t word = 1;
    park_wait(&word, 0, -1);
}

static void a_limit_ends_the_wait(void **state)
{
    (void)state;
    _Atomic uint32_t word = 0;
    const int64_t start = clock_now_ns();
    /* spurious returns are allowed, so wait again, as the callers do */
    while (clock_now_ns() - start < 20000000)
        park_wait(&word, 0, 5000000);
    park_wait(&word, 0, 0);
}

struct exchange {
    _Atomic uint32_t word;
};

static void reply(void *argument)
{
    struct exchange *exchange = argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        while (atomic_load(&exchange->word) != 2 * i + 1)
            park_wait(&exchange->word, 2 * i, -1);
        atomic_store(&exchange->word, 2 * i + 2);
        park_wake(&exchange->word, 1);
    }
}

static void two_threads_alternate(void **state)
{
    (void)state;
    struct exchange exchange = {0};
    struct thread thread;
    assert_int_equal(thread_start(&thread, "reply", reply, &exchange, NULL), 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        atomic_store(&exchange.word, 2 * i + 1);
        park_wake(&exchange.word, 1);
        while (atomic_load(&exchange.word) != 2 * i + 2)
            park_wait(&exchange.word, 2 * i + 1, -1);
    }
    thread_join(&thread);
}

struct group {
    _Atomic uint32_t wake;
    _Atomic uint32_t woken;
};

static void sleep_until_woken(void *argument)
{
    struct group *group = argument;
    while (atomic_load(&group->wake) == 0)
        park_wait(&group->wake, 0, -1);
    atomic_fetch_add(&group->woken, 1);
}

static void all_sleepers_wake(void **state)
{
    (void)state;
    struct group group = {0};
    struct thread threads[SLEEPERS];
    for (int i = 0; i < SLEEPERS; i++)
        assert_int_equal(thread_start(&threads[i], "sleeper", sleep_until_woken, &group, NULL), 0);
    clock_sleep_ns(10000000);
    atomic_store(&group.wake, 1);
    park_wake_all(&group.wake);
    for (int i = 0; i < SLEEPERS; i++)
        thread_join(&threads[i]);
    assert_int_equal(atomic_load(&group.woken), SLEEPERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_word_is_not_waited_for),
        cmocka_unit_test(a_limit_ends_the_wait),
        cmocka_unit_test(two_threads_alternate),
        cmocka_unit_test(all_sleepers_wake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
