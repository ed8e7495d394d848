/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "property.h"

#include "base/checked.h"
#include "plan/sequence.h"

static const enum order orders[] = {ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM};
enum { ORDERS = sizeof orders / sizeof *orders };

static void assert_permutation(const struct sequence *sequence)
{
    bool *seen = calloc(sequence->count, sizeof *seen);
    for (uint64_t place = 0; place < sequence->count; place++) {
        uint64_t request = sequence_at(sequence, place);
        assert_true(request < sequence->count);
        assert_false(seen[request]);
        seen[request] = true;
        assert_int_equal(sequence_place_of(sequence, request), place);
    }
    free(seen);
}

/* Each request of a share comes exactly once, for any count, and sequence_place_of returns its
 * place. */
static void test_is_a_permutation(void **state)
{
    (void)state;
    struct property property = property_start("sequence");
    for (uint64_t count = 1; count < 300; count++)
        for (int i = 0; i < ORDERS; i++)
            assert_permutation(&(struct sequence){
                .count = count, .order = orders[i], .key = property_next(&property)});
    for (int round = 0; round < 60; round++)
        for (int i = 0; i < ORDERS; i++)
            assert_permutation(&(struct sequence){.count = 1 + property_below(&property, 100000),
                                                  .order = orders[i],
                                                  .key = property_next(&property)});
}

/* No count is too large, and none is left. */
static void test_huge_shares(void **state)
{
    (void)state;
    struct property property = property_start("huge");
    static const uint64_t counts[] = {UINT64_MAX, INT64_MAX, UINT64_C(1) << 62,
                                      (UINT64_C(1) << 62) + 1, UINT64_C(3) << 40};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int i = 0; i < ORDERS; i++) {
            const struct sequence sequence = {
                .count = counts[c], .order = orders[i], .key = property_next(&property)};
            for (int round = 0; round < 2000; round++) {
                uint64_t place = property_below(&property, counts[c]);
                uint64_t request = sequence_at(&sequence, place);
                assert_true(request < counts[c]);
                assert_int_equal(sequence_place_of(&sequence, request), place);
            }
            assert_true(sequence_at(&sequence, counts[c] - 1) < counts[c]);
        }
}

/* Whole files change places, of which the last may be short; the requests of each keep theirs. */
static void test_files_are_shuffled_whole(void **state)
{
    (void)state;
    struct property property = property_start("whole files");
    for (int round = 0; round < 300; round++) {
        const struct sequence sequence = {
            .count = 1 + property_below(&property, 2000),
            .order = ORDER_RANDOM,
            .key = property_next(&property),
            .file_requests = 1 + property_below(&property, 40),
        };
        assert_permutation(&sequence);
        uint64_t breaks = 0;
        for (uint64_t place = 0; place < sequence.count; place++) {
            const uint64_t request = sequence_at(&sequence, place);
            assert_int_equal(sequence_place_of(&sequence, request), place);
            if (request % sequence.file_requests)
                assert_int_equal(sequence_at(&sequence, place - 1), request - 1);
            else
                breaks++;
        }
        assert_int_equal(breaks, divide_up(sequence.count, sequence.file_requests));
    }
}

/* The first places hold no request at or beyond the reach; where the order is not random, one right
 * below it. */
static void test_reach(void **state)
{
    (void)state;
    struct property property = property_start("reach");
    for (uint64_t count = 1; count < 120; count++)
        for (int i = 0; i < ORDERS; i++) {
            const struct sequence sequence = {
                .count = count, .order = orders[i], .key = property_next(&property)};
            uint64_t most = 0; /* the end of the requests so far */
            assert_int_equal(sequence_reach(&sequence, 0), 0);
            for (uint64_t place = 0; place < count; place++) {
                uint64_t request = sequence_at(&sequence, place);
                uint64_t reach = sequence_reach(&sequence, place + 1);
                most = request < most ? most : request + 1;
                assert_true(reach >= most && reach <= count);
                if (orders[i] == ORDER_SEQUENTIAL ||
                    (orders[i] == ORDER_STRIDED && place * SEQUENCE_STRIDE < count))
                    assert_int_equal(reach, most);
            }
            assert_int_equal(sequence_reach(&sequence, count + 1), count);
        }
}

static void test_strides(void **state)
{
    (void)state;
    const struct sequence sequence = {.count = 35, .order = ORDER_STRIDED};
    static const uint64_t begins[] = {0, 16, 32, 1, 17, 33, 2, 18, 34, 3, 19, 4, 20};
    for (uint64_t place = 0; place < sizeof begins / sizeof *begins; place++)
        assert_int_equal(sequence_at(&sequence, place), begins[place]);
}

/* Steps of every size come, up and down as often; another key is another order, the same key the
 * same. */
static void test_random_is_random(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16, BINS = 16 };
    const struct sequence one = {.count = COUNT, .order = ORDER_RANDOM, .key = 1};
    struct sequence other = one;
    other.key = 2;
    uint32_t bins[BINS][BINS] = {{0}};
    uint32_t same = 0;
    uint32_t neighbours = 0;
    for (uint64_t place = 0; place + 1 < COUNT; place++) {
        uint64_t here = sequence_at(&one, place);
        uint64_t next = sequence_at(&one, place + 1);
        bins[here * BINS / COUNT][next * BINS / COUNT]++;
        neighbours += next == here + 1;
        same += here == sequence_at(&other, place);
    }
    /* 256 expected in each bin, with a standard deviation of 16; one each of the others. */
    for (int i = 0; i < BINS; i++)
        for (int j = 0; j < BINS; j++)
            assert_in_range(bins[i][j], 256 - 6 * 16, 256 + 6 * 16);
    assert_true(same < 12);
    assert_true(neighbours < 12);
}

/* Shares differ in their order, and nothing else decides it: the order is part of the format, as a
 * later run must find what this one wrote. */
static void test_the_order_is_frozen(void **state)
{
    (void)state;
    const struct sequence sequence = {
        .count = 1000, .order = ORDER_RANDOM, .key = sequence_key(42, 3, 4096)};
    assert_true(sequence_key(42, 3, 4096) != sequence_key(42, 4096, 3));
    assert_true(sequence_key(42, 3, 4096) != sequence_key(43, 3, 4096));
    assert_true(sequence.key == UINT64_C(9107756460416398147));
    assert_int_equal(sequence_at(&sequence, 0), 196);
    assert_int_equal(sequence_at(&sequence, 1), 511);
    assert_int_equal(sequence_at(&sequence, 999), 661);
}

/* With replacement, of 2^16 draws 1/e of the requests never come, and no place is special. Frozen,
 * as results are compared with later ones. */
static void test_drawn_with_replacement(void **state)
{
    (void)state;
    enum { COUNT = 1 << 16, BINS = 64 };
    const struct sequence sequence = {
        .count = COUNT, .order = ORDER_RANDOM_REPEAT, .key = sequence_key(42, 3, 4096)};
    bool *seen = calloc(COUNT, sizeof *seen);
    uint32_t bins[BINS] = {0};
    uint32_t never = 0;
    for (uint64_t place = 0; place < COUNT; place++) {
        const uint64_t request = sequence_at(&sequence, place);
        assert_true(request < COUNT);
        seen[request] = true;
        bins[request * BINS / COUNT]++;
    }
    for (uint64_t request = 0; request < COUNT; request++)
        never += !seen[request];
    free(seen);
    assert_in_range(never, 24109 - 500, 24109 + 500); /* 65536 / e; a standard deviation is 80 */
    for (int i = 0; i < BINS; i++)
        assert_in_range(bins[i], 1024 - 6 * 32, 1024 + 6 * 32);
    const struct sequence huge = {.count = UINT64_MAX, .order = ORDER_RANDOM_REPEAT};
    for (uint64_t place = 0; place < 1000; place++)
        assert_true(sequence_at(&huge, place) < UINT64_MAX);
    assert_int_equal(sequence_at(&(struct sequence){.count = 1, .order = ORDER_RANDOM_REPEAT}, 0),
                     0);
}

static void test_is_sequential(void **state)
{
    (void)state;
    const struct sequence sequence = {.count = UINT64_MAX};
    assert_int_equal(sequence_at(&sequence, 0), 0);
    assert_int_equal(sequence_at(&sequence, UINT64_MAX - 1), UINT64_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is_a_permutation),
        cmocka_unit_test(test_is_sequential),
        cmocka_unit_test(test_huge_shares),
        cmocka_unit_test(test_strides),
        cmocka_unit_test(test_random_is_random),
        cmocka_unit_test(test_drawn_with_replacement),
        cmocka_unit_test(test_the_order_is_frozen),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_files_are_shuffled_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
