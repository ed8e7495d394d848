/* SPDX-License-Identifier: Apache-2.0 */
/* Mixes of direct and buffered transfers: refusals, unaligned parts and tails. */
#include "unit.h"

#include "property.h"
#include "stand.h"
#include "timed.h"

static int64_t no_direct(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    (void)number;
    return request->file == 0 ? -EINVAL : (int64_t)request->length;
}

static void test_refused_direct_transfers_go_buffered(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 512);
    stand->fake.answer = no_direct;
    stand_run(stand);
    assert_all_done(stand);
    assert_true(stand->outcome.direct_refused);
    assert_int_equal(stand->outcome.counters.buffered_bytes, 20 * REQUEST);
    free(stand);
}

static void test_refused_direct_transfers_fail_when_required(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 20 * REQUEST, 512);
    stand->fake.answer = no_direct;
    stand->task.may_fall_back = false;
    stand_run(stand);
    assert_int_equal(stand->outcome.failure.code, -EINVAL);
    assert_false(stand->outcome.direct_refused);
    assert_int_equal(stand->outcome.counters.bytes, 0);
    free(stand);
}

/* Ends a direct transfer at an offset that is not aligned. */
static int64_t odd_part(struct fake *fake, const struct engine_request *request, uint64_t number)
{
    (void)fake;
    return number == 0 ? 700 : (int64_t)request->length;
}

static void test_continues_buffered_at_an_unaligned_offset(void **state)
{
    (void)state;
    struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, REQUEST, 512);
    stand->fake.answer = odd_part;
    stand_run(stand);
    assert_all_done(stand);
    assert_int_equal(stand->fake.submitted, 2);
    assert_int_equal(stand->fake.log[0].file, 0);
    assert_int_equal(stand->fake.log[1].file, 1);
    assert_int_equal(stand->outcome.counters.buffered_bytes, REQUEST - 700);
    free(stand);
}

/* If the end of a file is not aligned, its last page is buffered and all else is direct; each byte
 * is transferred once. */
static void check_tail(uint32_t unit, uint64_t request, uint64_t bytes)
{
    struct stand *stand = stand_new(ENGINE_WRITE, request, bytes, unit);
    uint64_t page = unit > 4096 ? unit : 4096;
    uint64_t border = bytes % unit ? bytes / page * page : bytes;
    uint64_t total = 0;
    stand->fake.shuffle = true;
    stand_run(stand);
    assert_all_done(stand);
    for (uint64_t i = 0; i < stand->fake.submitted; i++) {
        const struct fake_entry *entry = &stand->fake.log[i];
        total += entry->length;
        if (entry->file == 1) {
            assert_true(entry->offset >= border);
            continue;
        }
        assert_int_equal(entry->offset % unit, 0);
        assert_int_equal(entry->length % unit, 0);
        assert_true(entry->offset + entry->length <= border);
    }
    assert_int_equal(total, bytes);
    assert_int_equal(stand->outcome.counters.buffered_bytes, bytes - border);
    free(stand);
}

static void test_unaligned_tails(void **state)
{
    (void)state;
    struct property property = property_start("tails");
    check_tail(512, 1536, 10 * 1536 + 100);
    check_tail(512, 512, 30 * 512 + 1);
    check_tail(4096, 4096, 4095);
    check_tail(512, 8192, 8192 * 3);
    for (int i = 0; i < 300; i++) {
        uint32_t unit = 512U << property_below(&property, 5);
        uint64_t request = unit * (1 + property_below(&property, 16));
        check_tail(unit, request, 1 + property_below(&property, request * (PLACES - 1)));
    }
}

/* In a file of several ranks, of which none or some start at a multiple of the unit. */
static void test_ranks_that_meet_within_a_page(void **state)
{
    (void)state;
    for (uint64_t odd = 0; odd < 2; odd++) {
        struct stand *stand = stand_new(ENGINE_WRITE, REQUEST, 4 * REQUEST, 512);
        stand->piece.share.part_bytes = 5 * REQUEST + odd;
        stand->piece.position.file_bytes = 512 * stand->piece.share.part_bytes;
        stand_run(stand);
        assert_all_done(stand);
        assert_int_equal(stand->outcome.counters.buffered_bytes, odd ? 4 * REQUEST : 0);
        free(stand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        timed_test(test_refused_direct_transfers_go_buffered),
        timed_test(test_refused_direct_transfers_fail_when_required),
        timed_test(test_continues_buffered_at_an_unaligned_offset),
        timed_test(test_unaligned_tails),
        timed_test(test_ranks_that_meet_within_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
