#include "platform/park.h"

#include "platform/clock.h"
#include "platform/thread.h"
#include "unit.h"

enum { ROUNDS = 2000, SLEEPERS = 4 };

static void a_changed_word_does_not_wait(void **state)
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
    /* An early return is allowed, so ask again, as the callers do. */
    while (clock_now_ns() - start < 20000000)
        park_wait(&word, 0, 5000000);
    park_wait(&word, 0, 0);
}

struct table {
    _Atomic uint32_t ball;
};

static void answer(void *argument)
{
    struct table *table = argument;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        while (atomic_load(&table->ball) != 2 * i + 1)
            park_wait(&table->ball, 2 * i, -1);
        atomic_store(&table->ball, 2 * i + 2);
        park_wake(&table->ball, 1);
    }
}

static void a_word_goes_to_and_fro(void **state)
{
    (void)state;
    struct table table = {0};
    struct thread thread;
    assert_int_equal(thread_start(&thread, "answer", answer, &table, NULL), 0);
    for (uint32_t i = 0; i < ROUNDS; i++) {
        atomic_store(&table.ball, 2 * i + 1);
        park_wake(&table.ball, 1);
        while (atomic_load(&table.ball) != 2 * i + 2)
            park_wait(&table.ball, 2 * i + 1, -1);
    }
    thread_join(&thread);
}

struct dormitory {
    _Atomic uint32_t bell;
    _Atomic uint32_t risen;
};

static void sleep_till_bell(void *argument)
{
    struct dormitory *dormitory = argument;
    while (atomic_load(&dormitory->bell) == 0)
        park_wait(&dormitory->bell, 0, -1);
    atomic_fetch_add(&dormitory->risen, 1);
}

static void all_sleepers_rise(void **state)
{
    (void)state;
    struct dormitory dormitory = {0};
    struct thread threads[SLEEPERS];
    for (int i = 0; i < SLEEPERS; i++)
        assert_int_equal(thread_start(&threads[i], "sleeper", sleep_till_bell, &dormitory, NULL),
                         0);
    clock_sleep_ns(10000000);
    atomic_store(&dormitory.bell, 1);
    park_wake_all(&dormitory.bell);
    for (int i = 0; i < SLEEPERS; i++)
        thread_join(&threads[i]);
    assert_int_equal(atomic_load(&dormitory.risen), SLEEPERS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_word_does_not_wait),
        cmocka_unit_test(a_limit_ends_the_wait),
        cmocka_unit_test(a_word_goes_to_and_fro),
        cmocka_unit_test(all_sleepers_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
