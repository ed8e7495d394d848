/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include "stand.h"
#include "timed.h"

static void test_counts_whole_requests(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST + 100, 1);
    stand->fake.shuffle = true;
    stand->fake.hold = 2;
    stand_run(stand);
    assert_all_done(stand);
    assert_int_equal(stand->fake.submitted, 21);
    assert_int_equal(stand->fake.most_in_flight, DEPTH);
    assert_int_equal(stand->outcome.counters.short_transfers, 0);
    assert_int_equal(stand->outcome.counters.retries, 0);
    assert_int_equal(stand->outcome.counters.buffered_bytes, 0);
    free(stand);
}

static int64_t half(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return request->length > 1 ? (int64_t)(request->length / 2) : (int64_t)request->length;
}

static void test_continues_after_short_transfers(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_READ, 16, 40, 1);
    stand->fake.answer = half;
    stand_run(stand);
    assert_all_done(stand);
    /* 16 = 8 + 4 + 2 + 1 + 1 and 8 = 4 + 2 + 1 + 1: all parts but the last two are short */
    assert_int_equal(stand->fake.submitted, 5 + 5 + 4);
    assert_int_equal(stand->outcome.counters.short_transfers, 4 + 4 + 3);
    uint64_t moved = 0;
    for (uint32_t i = 0; i < 14; i++)
        moved += stand->fake.log[i].length > 1 ? stand->fake.log[i].length / 2 : 1;
    assert_int_equal(moved, 40);
    free(stand);
}

static int64_t succeed_every_third_time(struct fake *fake, const struct engine_request *request,
                                        uint64_t number)
{
    (void)fake;
    if (number % 3 == 0)
        return -EINTR;
    return number % 3 == 1 ? -EAGAIN : (int64_t)request->length;
}

static void test_retries_after_eintr_and_eagain(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 9 * REQUEST, 1);
    stand->fake.answer = succeed_every_third_time;
    stand_run(stand);
    assert_all_done(stand);
    assert_int_equal(stand->outcome.counters.retries, stand->fake.submitted - 9);
    assert_true(stand->outcome.counters.retries > 0);
    free(stand);
}

static int64_t always_busy(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)request;
    (void)number;
    return -EAGAIN;
}

/* Endless EAGAIN must not hang the run. */
static void test_gives_up_on_eagain(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, REQUEST, 1);
    stand->fake.answer = always_busy;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EAGAIN);
    assert_int_equal(stand->outcome.counters.failed_requests, 1);
    assert_int_equal(stand->outcome.counters.bytes, 0);
    free(stand);
}

static int64_t zero_for_request_3(struct fake *fake, const struct engine_request *request,
                                  uint64_t number)
{
    (void)fake;
    return number == 3 ? 0 : (int64_t)request->length;
}

static void test_a_read_of_zero_bytes_is_a_failure(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_READ, REQUEST, 6 * REQUEST, 1);
    stand->fake.answer = zero_for_request_3;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EIO);
    assert_string_equal(stand->outcome.failure.text,
                        "read of '/some/file' at offset 24576 transferred 0 of 8192 bytes");
    assert_int_equal(stand->outcome.counters.requests, 5);
    assert_int_equal(stand->buffers[3].state, BUFFER_IN_FLIGHT);
    free(stand);
}

static void test_a_write_of_zero_bytes_is_a_failure(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 6 * REQUEST, 1);
    stand->fake.answer = zero_for_request_3;
    stand_run(stand);
    assert_string_equal(stand->outcome.failure.text,
                        "write of '/some/file' at offset 24576 transferred 0 of 8192 bytes");
    free(stand);
}

static int64_t too_much(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return (int64_t)request->length + 1;
}

static void test_more_bytes_than_requested_is_a_failure(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, REQUEST, 1);
    stand->fake.answer = too_much;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EIO);
    assert_int_equal(stand->outcome.counters.bytes, 0);
    assert_int_equal(stand->outcome.latency[ENGINE_WRITE].total, 0);
    free(stand);
}

/* Request 5 fails first. The second half of request 1 fails later, so it is not reported. */
static int64_t full_disk(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    if (request->offset == REQUEST)
        return REQUEST / 2;
    if (request->offset == REQUEST + REQUEST / 2)
        return -ENOSPC;
    return number == 5 ? -EIO : (int64_t)request->length;
}

static void test_the_first_failure_names_path_and_offset(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand->fake.answer = full_disk;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EIO);
    assert_string_equal(stand->outcome.failure.text,
                        "cannot write '/some/file' at offset 40960: Input/output error");
    assert_int_equal(stand->outcome.counters.failed_requests, 2);
    assert_int_equal(stand->outcome.counters.requests, DEPTH - 2);
    assert_int_equal(stand->outcome.counters.short_transfers, 1);
    free(stand);
}

static void test_a_broken_engine_ends_the_drive(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand->fake.break_from = 2;
    stand_run(stand);
    assert_true(stand->drive.broken);
    assert_string_equal(stand->outcome.failure.text,
                        "engine 'null' failed on '/some/file': Input/output error");
    assert_int_equal(stand->outcome.counters.requests, DEPTH);
    assert_int_equal(stand->fake.closed, 1);
    free(stand);
}

static void test_a_rejected_request_is_a_failure(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 1);
    stand->fake.refuse_from = 4;
    stand_run(stand);
    assert_string_equal(stand->outcome.failure.text,
                        "cannot write '/some/file' at offset 32768: Input/output error");
    assert_int_equal(stand->outcome.counters.requests, 4);
    assert_int_equal(stand->outcome.counters.failed_requests, 1);
    free(stand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_counts_whole_requests),
        timed_test(test_continues_after_short_transfers),
        timed_test(test_retries_after_eintr_and_eagain),
        timed_test(test_gives_up_on_eagain),
        timed_test(test_a_read_of_zero_bytes_is_a_failure),
        timed_test(test_a_write_of_zero_bytes_is_a_failure),
        timed_test(test_more_bytes_than_requested_is_a_failure),
        timed_test(test_the_first_failure_names_path_and_offset),
        timed_test(test_a_broken_engine_ends_the_drive),
        timed_test(test_a_rejected_request_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
