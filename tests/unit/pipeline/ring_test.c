/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timed.h"

#include "platform/clock.h"
#include "platform/thread.h"
#include "ring.h"

enum { NUMBERS = 60000, THREADS = 4 };

static void test_first_in_first_out(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t value;
    assert_int_equal(ring_init(&ring, 5), 0);
    assert_false(ring_take(&ring, &value));
    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t i = 0; i < 5; i++)
            ring_put(&ring, round * 10 + i);
        for (uint32_t i = 0; i < 5; i++) {
            assert_true(ring_take(&ring, &value));
            assert_int_equal(value, round * 10 + i);
        }
        assert_false(ring_take(&ring, &value));
    }
    ring_release(&ring);
    ring_release(&ring);
}

static void test_holds_its_capacity(void **state)
{
    (void)state;
    static const uint32_t capacities[] = {1, 2, 3, 4, 7, 8, 9, 1000};
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        struct ring ring;
        uint32_t value;
        assert_int_equal(ring_init(&ring, capacities[i]), 0);
        for (uint32_t n = 0; n < capacities[i]; n++)
            ring_put(&ring, n);
        for (uint32_t n = 0; n < capacities[i]; n++) {
            assert_true(ring_take(&ring, &value));
            assert_int_equal(value, n);
        }
        ring_release(&ring);
    }
}

static void test_rejects_a_capacity_above_the_maximum(void **state)
{
    (void)state;
    struct ring ring = {0};
    assert_int_equal(ring_init(&ring, UINT32_MAX), -ENOMEM);
    ring_release(&ring);
}

/* The counters of a ring wrap after 2^32 numbers. */
static void test_continues_when_counters_wrap(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t value;
    assert_int_equal(ring_init(&ring, 4), 0);
    uint32_t start = UINT32_MAX - 5;
    start -= start % (ring.mask + 1);
    atomic_store(&ring.head, start);
    atomic_store(&ring.tail, start);
    for (uint32_t i = 0; i <= ring.mask; i++)
        atomic_store(&ring.cells[i].sequence, start + i);
    for (uint32_t round = 0; round < 20; round++) {
        assert_false(ring_take(&ring, &value));
        ring_put(&ring, round);
        ring_put(&ring, round + 100);
        assert_true(ring_take(&ring, &value));
        assert_int_equal(value, round);
        assert_true(ring_take(&ring, &value));
        assert_int_equal(value, round + 100);
    }
    ring_release(&ring);
}

static void test_wait_ends_at_the_limit(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t value;
    assert_int_equal(ring_init(&ring, 4), 0);
    int64_t before_ns = clock_now_ns();
    assert_false(ring_take_wait(&ring, &value, ring_listen(&ring), 0, 2000000));
    assert_true(clock_now_ns() - before_ns >= 2000000);
    assert_false(ring_take_wait(&ring, &value, ring_listen(&ring), 1000000, 0));
    ring_put(&ring, 7);
    assert_true(ring_take_wait(&ring, &value, ring_listen(&ring), 0, -1));
    assert_int_equal(value, 7);
    ring_release(&ring);
}

/* A ring of the bell between ring_listen and the sleep ends the sleep; otherwise this hangs. */
static void test_a_bell_before_the_sleep_is_not_lost(void **state)
{
    (void)state;
    struct ring ring;
    uint32_t value;
    assert_int_equal(ring_init(&ring, 4), 0);
    uint32_t heard = ring_listen(&ring);
    ring_wake_all(&ring);
    assert_false(ring_take_wait(&ring, &value, heard, 0, -1));
    ring_release(&ring);
}

/* Sellers pass numbers to buyers; each number must arrive exactly once. */
struct market {
    struct ring ring;
    struct ring back; /* tickets to put a number: limits the numbers in 'ring' */
    _Atomic uint32_t next;
    _Atomic uint32_t taken;
    _Atomic uint8_t seen[NUMBERS];
    uint32_t payload[NUMBERS]; /* plain memory; the ring must order the accesses */
    int64_t spin_ns;
    uint32_t together; /* numbers that a seller wakes buyers for at once */
};

static void sell(void *argument)
{
    struct market *market = argument;
    uint32_t quiet = 0;
    for (;;) {
        uint32_t number = atomic_fetch_add(&market->next, 1);
        uint32_t ticket;
        if (number >= NUMBERS)
            break;
        if (!ring_take(&market->back, &ticket)) {
            ring_wake(&market->ring, quiet);
            quiet = 0;
            while (!ring_take_wait(&market->back, &ticket, ring_listen(&market->back),
                                   market->spin_ns, -1))
                ;
        }
        market->payload[number] = number ^ 0x5a5a5a5a;
        ring_put_quietly(&market->ring, number);
        if (++quiet >= market->together) {
            ring_wake(&market->ring, quiet);
            quiet = 0;
        }
    }
    ring_wake(&market->ring, quiet);
}

static void buy(void *argument)
{
    struct market *market = argument;
    for (;;) {
        uint32_t heard = ring_listen(&market->ring);
        uint32_t number;
        if (atomic_load(&market->taken) >= NUMBERS)
            return;
        if (!ring_take_wait(&market->ring, &number, heard, market->spin_ns, -1))
            continue;
        if (number >= NUMBERS || market->payload[number] != (number ^ 0x5a5a5a5a))
            abort();
        atomic_fetch_add(&market->seen[number], 1);
        ring_put(&market->back, 0);
        if (atomic_fetch_add(&market->taken, 1) + 1 == NUMBERS)
            ring_wake_all(&market->ring);
    }
}

/* No thread has a time limit, so one lost wake-up hangs the test. */
static void trade(uint32_t sellers, uint32_t buyers, uint32_t capacity, int64_t spin_ns,
                  uint32_t together)
{
    struct market *market =
        aligned_alloc(RING_LINE, sizeof *market + RING_LINE - sizeof *market % RING_LINE);
    struct thread threads[2 * THREADS] = {0};
    memset(market, 0, sizeof *market);
    market->spin_ns = spin_ns;
    market->together = together;
    assert_int_equal(ring_init(&market->ring, capacity), 0);
    assert_int_equal(ring_init(&market->back, capacity), 0);
    for (uint32_t i = 0; i < capacity; i++)
        ring_put(&market->back, 0);
    for (uint32_t i = 0; i < buyers; i++)
        assert_int_equal(thread_start(&threads[i], "buyer", buy, market, NULL), 0);
    for (uint32_t i = 0; i < sellers; i++)
        assert_int_equal(thread_start(&threads[buyers + i], "seller", sell, market, NULL), 0);
    for (uint32_t i = 0; i < sellers + buyers; i++)
        thread_join(&threads[i]);
    for (uint32_t i = 0; i < NUMBERS; i++)
        assert_int_equal(market->seen[i], 1);
    assert_int_equal(market->ring.sleepers, 0);
    ring_release(&market->ring);
    ring_release(&market->back);
    free(market);
}

static void test_each_number_once_sleeping(void **state)
{
    (void)state;
    trade(1, 1, 1, 0, 1);
    trade(1, 1, 64, 0, 1);
    trade(4, 1, 8, 0, 1);
    trade(1, 4, 8, 0, 1);
    trade(4, 4, 3, 0, 1);
}

static void test_each_number_once_when_announced_together(void **state)
{
    (void)state;
    trade(1, 1, 8, 0, 4);
    trade(1, 4, 64, 0, 16);
    trade(4, 4, 64, 0, 5);
    trade(2, 2, 64, 20000, UINT32_MAX);
}

static void test_each_number_once_spinning(void **state)
{
    (void)state;
    trade(1, 1, 1, 20000, 1);
    trade(2, 2, 16, 20000, 1);
    trade(4, 4, 4, 2000, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_first_in_first_out),
        timed_test(test_holds_its_capacity),
        timed_test(test_rejects_a_capacity_above_the_maximum),
        timed_test(test_continues_when_counters_wrap),
        timed_test(test_wait_ends_at_the_limit),
        timed_test(test_a_bell_before_the_sleep_is_not_lost),
        timed_test(test_each_number_once_sleeping),
        timed_test(test_each_number_once_when_announced_together),
        timed_test(test_each_number_once_spinning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
