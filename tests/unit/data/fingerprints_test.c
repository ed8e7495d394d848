/* SPDX-License-Identifier: Apache-2.0 */
#include "fingerprints.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "mix.h"

static struct fingerprint number(uint64_t i)
{
    return fingerprint_of(&i, sizeof i);
}

static void fingerprints_are_equal_for_equal_bytes_only(void **state)
{
    (void)state;
    uint8_t bytes[200], other[201];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = other[i + 1] = (uint8_t)mix(i);
    for (size_t length = 1; length <= sizeof bytes; length++) {
        struct fingerprint whole = fingerprint_of(bytes, length);
        struct fingerprint same = fingerprint_of(other + 1, length);
        assert_true(whole.a == same.a && whole.b == same.b);
        for (size_t i = 0; i < length; i++) {
            bytes[i] ^= 0x80;
            struct fingerprint flipped = fingerprint_of(bytes, length);
            assert_true(flipped.a != whole.a && flipped.b != whole.b);
            bytes[i] ^= 0x80;
        }
    }
    memset(bytes, 0, sizeof bytes); /* zeros of different length */
    assert_true(fingerprint_of(bytes, 100).a != fingerprint_of(bytes, 101).a);
}

static void counts_are_exact_until_the_set_is_full(void **state)
{
    (void)state;
    struct fingerprints set;
    assert_int_equal(fingerprints_init(&set, 1 << 20), 0);
    assert_true(fingerprints_share(&set).unique == 1);
    for (uint64_t i = 0; i < 40000; i++)
        fingerprints_add(&set, number(i % 30000));
    struct fingerprints_share share = fingerprints_share(&set);
    assert_true(share.unique == 30000.0 / 40000 && share.error == 0);
    assert_int_equal(set.level, 0);
    fingerprints_release(&set);
    fingerprints_release(&set);
}

/* Many more contents than entries: the estimate is within its error, and memory does not grow. */
static void a_full_set_estimates(void **state)
{
    (void)state;
    static const unsigned copies[] = {1, 2, 5};
    for (size_t c = 0; c < sizeof copies / sizeof *copies; c++) {
        struct fingerprints set;
        assert_int_equal(fingerprints_init(&set, 64 << 10), 0);
        size_t capacity = set.capacity;
        for (unsigned copy = 0; copy < copies[c]; copy++)
            for (uint64_t i = 0; i < 200000; i++)
                fingerprints_add(&set, number(i));
        struct fingerprints_share share = fingerprints_share(&set);
        assert_true(share.unique ==
                    1.0 / copies[c]); /* each content occurs equally often: no error */
        assert_true(set.level > 0 && set.capacity == capacity && set.used <= capacity / 4 * 3);
        fingerprints_release(&set);
    }
    struct fingerprints set;
    assert_int_equal(fingerprints_init(&set, 64 << 10), 0);
    uint64_t seen = 0;
    for (uint64_t i = 0; i < 300000; i++)
        for (uint64_t copy = 0; copy <= mix(i) % 4; copy++, seen++)
            fingerprints_add(&set, number(i));
    struct fingerprints_share share = fingerprints_share(&set);
    double truth = 300000 / (double)seen;
    assert_true(share.error > 0 && share.error < 0.05);
    assert_true(fabs(share.unique - truth) < 2 * share.error);
    fingerprints_release(&set);
}

/* Contents that stay after halving are still found: none is counted as two. */
static void halving_loses_no_remaining_content(void **state)
{
    (void)state;
    struct fingerprints set;
    assert_int_equal(fingerprints_init(&set, 0), 0); /* the smallest set */
    for (uint64_t i = 0; i < 50000; i++)
        fingerprints_add(&set, number(i));
    size_t used = set.used;
    unsigned level = set.level;
    for (uint64_t i = 0; i < 50000; i++)
        fingerprints_add(&set, number(i));
    assert_int_equal(set.used, used);
    assert_int_equal(set.level, level);
    fingerprints_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints_are_equal_for_equal_bytes_only),
        cmocka_unit_test(counts_are_exact_until_the_set_is_full),
        cmocka_unit_test(a_full_set_estimates),
        cmocka_unit_test(halving_loses_no_remaining_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
