/* SPDX-License-Identifier: Apache-2.0 */
/* Modes of the drive: a sync after each request, RWF_DONTCACHE, unaligned requests. */
#include "unit.h"

#include "stand.h"
#include "timed.h"

static void test_each_request_is_synced_before_it_is_done(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand->setup.sync_each = true;
    stand->fake.shuffle = true;
    stand_run(stand);
    assert_all_done(stand);
    /* One sync covers all requests that complete together, at most DEPTH. */
    assert_true(stand->fake.synced >= 20 / DEPTH && stand->fake.synced <= 20);
    assert_int_equal(stand->outcome.counters.syncs, stand->fake.synced);
    assert_true(stand->outcome.counters.sync_ns >= 0);
    free(stand);
}

static void test_no_sync_by_default(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand_run(stand);
    assert_int_equal(stand->fake.synced, 0);
    assert_int_equal(stand->outcome.counters.syncs, 0);
    free(stand);
}

/* Without a sync the data are not durable, so the requests are neither counted nor returned. */
static void test_a_failed_sync_acknowledges_nothing(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand->setup.sync_each = true;
    stand->fake.sync_code = -EIO;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EIO);
    assert_string_equal(stand->outcome.failure.text,
                        "cannot sync '/some/file': Input/output error");
    assert_int_equal(stand->outcome.counters.bytes, 0);
    assert_int_equal(stand->outcome.counters.requests, 0);
    assert_int_equal(stand->outcome.latency[ENGINE_WRITE].total, 0);
    assert_int_equal(stand->done, 0);
    assert_int_equal(stand->buffers[0].state, BUFFER_IN_FLIGHT);
    free(stand);
}

/* Reads need no sync: they are complete even if the sync of the writes fails. */
static void test_reads_complete_without_a_sync(void **state)
{
    (void)state;
    for (int fails = 0; fails < 2; fails++) {
        struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
        stand->task.mix.reads = MIX_ALL / 2;
        stand->setup.sync_each = true;
        stand->fake.sync_code = fails ? -EIO : 0;
        stand_run(stand);
        assert_int_equal(stand->outcome.failure.code, fails ? -EIO : 0);
        assert_int_equal(stand->outcome.bytes[ENGINE_WRITE], fails ? 0 : 10 * REQUEST);
        assert_int_equal(stand->outcome.latency[ENGINE_READ].total * REQUEST,
                         stand->outcome.bytes[ENGINE_READ]);
        assert_int_equal(stand->done * REQUEST, stand->outcome.counters.bytes);
        assert_true(stand->outcome.bytes[ENGINE_READ] > 0);
        free(stand);
    }
}

static int64_t reject_first_requests(struct fake *fake, const struct engine_request *request,
                                     uint64_t number)
{
    (void)fake;
    return number < DEPTH ? -EOPNOTSUPP : (int64_t)request->length;
}

/* All requests that are in flight at the first refusal are refused too. */
static void test_continues_without_uncached_if_refused(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 30 * REQUEST, 1);
    stand->setup.mode.uncached = true;
    stand->fake.answer = reject_first_requests;
    stand->fake.hold_until_full = true;
    stand_open(stand);
    while (stand->sent < DEPTH)
        stand_send(stand);
    while (stand->done < DEPTH)
        stand_collect(stand);
    assert_true(stand->outcome.uncached_refused);
    assert_false(stand->drive.engine.setup.mode.uncached);
    assert_int_equal(stand->outcome.failure.code, 0);
    assert_int_equal(stand->outcome.counters.requests, DEPTH);
    assert_int_equal(stand->outcome.counters.retries, 0);
    assert_int_equal(stand->fake.submitted, 2 * DEPTH);
    drive_close(&stand->drive);
    free(stand);
}

static int64_t reject_all(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)request;
    (void)number;
    return -EOPNOTSUPP;
}

static void test_refused_even_without_uncached_is_a_failure(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, REQUEST, 1);
        stand->setup.mode.uncached = asked;
        stand->fake.answer = reject_all;
        stand_run(stand);
        assert_int_equal(stand->outcome.failure.code, -EOPNOTSUPP);
        assert_int_equal(stand->outcome.uncached_refused, asked);
        assert_int_equal(stand->fake.submitted, 1 + asked);
        free(stand);
    }
}

/* A request counts as unaligned once, however many of its parts were buffered. */
static void test_unaligned_requests_are_counted(void **state)
{
    (void)state;
    static const struct {
        uint64_t bytes;
        int64_t unaligned;
    } cases[] = {{4 * REQUEST, 0}, {4 * REQUEST + 100, 1}, {100, 1}, {4 * REQUEST + 5000, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, cases[i].bytes, 512);
        stand_run(stand);
        assert_all_done(stand);
        assert_int_equal(stand->outcome.counters.unaligned_requests, cases[i].unaligned);
        free(stand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_each_request_is_synced_before_it_is_done),
        timed_test(test_no_sync_by_default),
        timed_test(test_a_failed_sync_acknowledges_nothing),
        timed_test(test_reads_complete_without_a_sync),
        timed_test(test_continues_without_uncached_if_refused),
        timed_test(test_refused_even_without_uncached_is_a_failure),
        timed_test(test_unaligned_requests_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
