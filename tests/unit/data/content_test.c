/* SPDX-License-Identifier: Apache-2.0 */
#include "data/content.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mix.h"
#include "stream.h"

enum { SPAN = 1 << 16 };

static struct content new_content(struct content_setup setup, const char *simd)
{
    struct content content;
    struct failure why = {0};
    int rc = content_init(&content, &setup, simd, &why);
    if (rc)
        fail_msg("content_init: %s", why.text);
    return content;
}

static const struct content_setup setups[] = {
    {.seed = 1},
    {.seed = 2, .compress_ratio = 2},
    {.seed = 3, .compress_ratio = 8.5, .dedup_ratio = 1},
    {.seed = 4, .dedup_ratio = 2, .dedup_block_bytes = 4096, .total_bytes = 9 << 20},
    {.seed = 5, .dedup_ratio = 3.7, .dedup_block_bytes = 512, .total_bytes = 9 << 20},
    {.seed = 6,
     .compress_ratio = 3,
     .dedup_ratio = 1.5,
     .dedup_block_bytes = 5632,
     .total_bytes = 9 << 20,
     .share_count = 3},
};
enum { SETUPS = sizeof setups / sizeof *setups };

/* The bytes of any request equal the same bytes in one large request. */
static void any_offset_and_length_give_the_same_bytes(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 7, 511, 512, 4095, 4096, 4097, 8192, 47008};
    static uint8_t whole[SPAN], part[SPAN];
    for (size_t s = 0; s < SETUPS; s++) {
        struct content content = new_content(setups[s], NULL);
        struct position position = {.file = 3, .base_bytes = 2 << 20, .offset = 4096 * 5 + 13};
        content_fill(&content, &position, whole, SPAN);
        for (uint64_t i = 0; i < 400; i++) {
            size_t length = lengths[i % (sizeof lengths / sizeof *lengths)];
            size_t skip = mix(i) % (SPAN - length + 1);
            struct position there = position;
            there.offset += skip;
            memset(part, 0x5a, SPAN);
            content_fill(&content, &there, part, length);
            assert_memory_equal(part, whole + skip, length);
            for (size_t k = length; k < SPAN && k < length + 64; k++)
                assert_int_equal(part[k], 0x5a);
            assert_int_equal(content_check(&content, &there, whole + skip, length, NULL), 0);
        }
    }
}

/* Data that older versions wrote must still verify. */
static void the_content_never_changes(void **state)
{
    (void)state;
    static uint8_t memory[SPAN];
    static const uint64_t expected[SETUPS] = {
        UINT64_C(0xfb1d9f432cec3312), UINT64_C(0x20ded6bb8c43ff5d), UINT64_C(0xaf6a47c6a2bd372d),
        UINT64_C(0x40c5071483f35493), UINT64_C(0x8cb222175d9963bd), UINT64_C(0x76b5b7f6be525aab)};
    for (size_t s = 0; s < SETUPS; s++) {
        struct content content = new_content(setups[s], NULL);
        struct position position = {
            .file = 2, .base_bytes = 6 << 20, .offset = 512 << 10, .generation = 1};
        content_fill(&content, &position, memory, SPAN);
        uint64_t sum = 0;
        for (size_t i = 0; i < SPAN; i += 8) {
            uint64_t word;
            memcpy(&word, memory + i, 8);
            sum = mix(sum ^ word);
        }
        if (sum != expected[s])
            fail_msg("setup %zu: UINT64_C(0x%016llx) differs from the recorded value", s,
                     (unsigned long long)sum);
    }
}

static void a_large_odd_request_is_filled_completely(void **state)
{
    (void)state;
    size_t length = (5 << 20) / 2 + 3;
    uint8_t *memory = malloc(length + 1);
    assert_non_null(memory);
    memory[length] = 0x77;
    struct content content = new_content(setups[0], NULL);
    struct position position = {.offset = 999};
    content_fill(&content, &position, memory, length);
    assert_int_equal(content_check(&content, &position, memory, length, NULL), 0);
    assert_int_equal(memory[length], 0x77);
    memory[length - 1] ^= 1;
    struct difference first;
    assert_int_equal(content_check(&content, &position, memory, length, &first), 1);
    assert_int_equal(first.offset, 999 + length - 1);
    assert_int_equal(first.length, 1);
    free(memory);
}

static void neighbouring_contents_have_no_words_in_common(void **state)
{
    (void)state;
    static uint8_t a[SPAN], b[SPAN];
    struct position here = {.file = 7, .generation = 2};
    struct content content = new_content((struct content_setup){.seed = 41}, NULL);
    content_fill(&content, &here, a, SPAN);
    struct position others[] = {
        {.file = 8, .generation = 2}, {.file = 7, .generation = 3}, {.file = 7, .generation = 1},
        {.file = 2, .generation = 7}, {.file = 7, .generation = 2},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        bool last = i + 1 == sizeof others / sizeof *others;
        struct content_setup setup = {.seed = last ? 42 : 41};
        struct content other = new_content(setup, NULL);
        content_fill(&other, &others[i], b, SPAN);
        for (size_t x = 0; x < SPAN; x += 8)
            for (size_t y = x % 512; y < SPAN; y += 512)
                if (memcmp(a + x, b + y, 8) == 0)
                    fail_msg("8 bytes at %zu are the same as at %zu (neighbour %zu)", x, y, i);
    }
}

static void errors_name_the_reason(void **state)
{
    (void)state;
    static const struct {
        struct content_setup setup;
        const char *reason;
    } cases[] = {
        {{.compress_ratio = 0.5}, "compress ratio"},
        {{.compress_ratio = 16.01}, "compress ratio"},
        {{.compress_ratio = -1}, "compress ratio"},
        {{.compress_ratio = __builtin_nan("")}, "compress ratio"},
        {{.dedup_ratio = __builtin_inf()}, "dedup ratio"},
        {{.dedup_ratio = __builtin_nan("")}, "dedup ratio"},
        {{.dedup_ratio = 1001}, "dedup ratio"},
        {{.dedup_ratio = 2, .dedup_block_bytes = 1000, .total_bytes = 1}, "multiple of 512"},
        {{.dedup_ratio = 2, .dedup_block_bytes = 0, .total_bytes = 1}, "multiple of 512"},
        {{.dedup_ratio = 2, .dedup_block_bytes = 4096}, "size of the whole data set"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct content content;
        struct failure why = {0};
        assert_int_equal(content_init(&content, &cases[i].setup, NULL, &why), -EINVAL);
        if (!strstr(why.text, cases[i].reason))
            fail_msg("case %zu: unexpected '%s'", i, why.text);
    }
    struct content content;
    struct failure why = {0};
    assert_int_equal(content_init(&content, &setups[0], "sse9", &why), -EINVAL);
    assert_non_null(strstr(why.text, "'sse9'"));
}

static void poison_never_matches_content(void **state)
{
    (void)state;
    static const size_t lengths[] = {512, 4096, 47008, 1000, 16};
    static uint8_t memory[SPAN];
    for (size_t s = 0; s < SETUPS; s++) {
        struct content content = new_content(setups[s], NULL);
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
            struct position position = {.offset = 8192};
            struct difference first;
            content_fill(&content, &position, memory, lengths[i]); /* data of an earlier read */
            content_poison(memory, lengths[i]);
            uint64_t blocks = (lengths[i] + 4095) / 4096;
            assert_int_equal(content_check(&content, &position, memory, lengths[i], &first),
                             blocks);
            assert_int_equal(first.offset, 8192);
            assert_string_equal(difference_kind_name(first.kind), "unread");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_offset_and_length_give_the_same_bytes),
        cmocka_unit_test(the_content_never_changes),
        cmocka_unit_test(a_large_odd_request_is_filled_completely),
        cmocka_unit_test(neighbouring_contents_have_no_words_in_common),
        cmocka_unit_test(errors_name_the_reason),
        cmocka_unit_test(poison_never_matches_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
