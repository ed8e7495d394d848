/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mix.h"

enum { CELLS = 24 };

static const struct cell_shape shapes[] = {
    {.bytes = 4096, .period = 4096, .longer_period = 4096},
    {.bytes = 4096, .period = 2024, .longer_period = 2040, .longer_share = 32768},
    {.bytes = 4096, .period = 120, .longer_period = 136, .longer_share = 32768},
    {.bytes = 4096, .period = 128 + 8, .longer_period = 248, .longer_share = 10000},
    {.bytes = 512, .period = 512, .longer_period = 512},
    {.bytes = 512, .period = 24, .longer_period = 40, .longer_share = 40000},
    {.bytes = 1536, .period = 1000, .longer_period = 1016, .longer_share = 65536},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static uint64_t digest(const uint8_t *bytes, size_t length)
{
    uint64_t sum = length;
    for (size_t i = 0; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        sum = mix(sum ^ word);
    }
    return sum;
}

static void all_paths_generate_the_same_bytes(void **state)
{
    (void)state;
    static uint8_t expected[CELLS * CELL_BYTES], got[CELLS * CELL_BYTES + 64];
    for (size_t p = 0; stream_paths[p]; p++) {
        const struct stream_path *path = stream_paths[p];
        if (!path->supported()) {
            print_message("skipped %s: this CPU does not support it\n", path->name);
            continue;
        }
        for (size_t s = 0; s < SHAPES; s++) {
            struct stream_key key = stream_key(s, UINT64_C(1) << 40, 3);
            uint64_t index =
                s % 2 ? UINT64_MAX - 5 : 1000 * s; /* wraps, as any 64-bit number may */
            size_t length = CELLS * shapes[s].bytes;
            stream_paths[0]->fill(&key, &shapes[s], index, CELLS, expected, length);
            for (size_t misaligned = 0; misaligned < 64; misaligned += 21) {
                path->fill(&key, &shapes[s], index, CELLS, got + misaligned, length);
                assert_memory_equal(got + misaligned, expected, length);
                assert_int_equal(
                    path->match(&key, &shapes[s], index, CELLS, got + misaligned, length), CELLS);
            }
        }
    }
}

/* Every path detects a flipped bit in any byte, and reports the right cell. */
static void every_byte_is_compared(void **state)
{
    (void)state;
    static uint8_t memory[3 * CELL_BYTES];
    for (size_t p = 0; stream_paths[p]; p++) {
        if (!stream_paths[p]->supported())
            continue;
        for (size_t s = 0; s < SHAPES; s++) {
            struct stream_key key = stream_key(9, s, 0);
            uint32_t bytes = shapes[s].bytes;
            stream_paths[p]->fill(&key, &shapes[s], 0, 3, memory, 3 * bytes);
            for (uint32_t i = 0; i < bytes; i++) {
                memory[bytes + i] ^= (uint8_t)(1U << i % 8);
                assert_int_equal(stream_paths[p]->match(&key, &shapes[s], 0, 3, memory, 3 * bytes),
                                 1);
                memory[bytes + i] ^= (uint8_t)(1U << i % 8);
            }
        }
    }
}

/* Data on disk outlive a version of tidemill: these bytes must never change. */
static void the_format_never_changes(void **state)
{
    (void)state;
    static uint8_t memory[CELLS * CELL_BYTES];
    static const uint64_t expected[SHAPES] = {
        UINT64_C(0x0b4d339578dadab1), UINT64_C(0x8d1da7d021b4eeb3), UINT64_C(0xcfc683f0b3d91a7c),
        UINT64_C(0x6050e3ae63090f06), UINT64_C(0x8ae73f822e7c8a15), UINT64_C(0x7800254a2595c66b),
        UINT64_C(0x993777f450de2e68)};
    for (size_t s = 0; s < SHAPES; s++) {
        struct stream_key key = stream_key(1234567890123, 77, 2);
        stream_choose(NULL)->fill(&key, &shapes[s], 1 << 20, CELLS, memory, sizeof memory);
        uint64_t found = digest(memory, CELLS * shapes[s].bytes);
        if (found != expected[s])
            fail_msg("shape %zu: UINT64_C(0x%016llx) differs from the recorded value", s,
                     (unsigned long long)found);
    }
}

static void a_stamp_identifies_its_cell(void **state)
{
    (void)state;
    static uint8_t memory[CELL_BYTES];
    struct stream_key key = stream_key(UINT64_MAX - 1, 5, 6);
    struct stamp stamp;
    stream_choose(NULL)->fill(&key, &shapes[1], 1234, 1, memory, CELL_BYTES);
    assert_true(stamp_read(memory, &stamp));
    assert_int_equal(stamp.seed, UINT64_MAX - 1);
    assert_int_equal(stamp.file, 5);
    assert_int_equal(stamp.generation, 6);
    assert_int_equal(stamp.index, 1234);
    assert_int_equal(stamp.bytes, 4096);
    assert_true(stamp.period == 2024 || stamp.period == 2040);
    for (size_t i = 1; i + STAMP_BYTES <= CELL_BYTES; i++)
        assert_int_equal(stamp_read(memory + i, &stamp), i % stamp.period == 0);
    memset(memory, 0, sizeof memory);
    assert_false(stamp_read(memory, &stamp));
}

static int compare_words(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    return x < y ? -1 : x > y;
}

/* In neighbouring files, generations, seeds and cells. */
static void no_word_occurs_twice(void **state)
{
    (void)state;
    enum { KEYS = 5, EACH = 64, WORDS = KEYS * EACH * CELL_BYTES / 8 };
    uint64_t *words = malloc(WORDS * sizeof *words);
    assert_non_null(words);
    const struct stream_key keys[KEYS] = {stream_key(1, 1, 1), stream_key(2, 1, 1),
                                          stream_key(1, 2, 1), stream_key(1, 1, 2),
                                          stream_key(0, 0, 0)};
    for (size_t k = 0; k < KEYS; k++) {
        uint8_t *out = (uint8_t *)words + k * EACH * CELL_BYTES;
        stream_choose(NULL)->fill(&keys[k], &shapes[0], 0, EACH, out, EACH * CELL_BYTES);
    }
    uint64_t counts[64] = {0};
    for (size_t i = 0; i < WORDS; i++)
        for (unsigned bit = 0; bit < 64; bit++)
            counts[bit] += words[i] >> bit & 1;
    for (unsigned bit = 0; bit < 64; bit++) /* six standard deviations of a fair coin */
        assert_in_range(counts[bit], WORDS / 2 - 6 * 203, WORDS / 2 + 6 * 203);
    qsort(words, WORDS, sizeof *words, compare_words);
    for (size_t i = 1; i < WORDS; i++)
        assert_true(words[i] != words[i - 1]);
    free(words);
}

/* The same word of two lanes must not be correlated, although the lanes start from fixed
 * differences. */
static void lanes_are_independent(void **state)
{
    (void)state;
    enum { SAMPLES = 4096, DEVIATION = 32 };
    static uint64_t counts[STREAM_LANES * STREAM_LANES][64];
    struct stream_key key = stream_key(3, 1, 4);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        uint64_t cell[64];
        stream_choose(NULL)->fill(&key, &shapes[4], i, 1, (uint8_t *)cell, sizeof cell);
        for (unsigned a = 1; a < STREAM_LANES; a++)
            for (unsigned b = 0; b < a; b++)
                for (unsigned bit = 0; bit < 64; bit++)
                    counts[a * STREAM_LANES + b][bit] += (cell[16 + a] ^ cell[16 + b]) >> bit & 1;
    }
    for (unsigned a = 1; a < STREAM_LANES; a++)
        for (unsigned b = 0; b < a; b++)
            for (unsigned bit = 0; bit < 64; bit++)
                assert_in_range(counts[a * STREAM_LANES + b][bit], SAMPLES / 2 - 6 * DEVIATION,
                                SAMPLES / 2 + 6 * DEVIATION);
}

static void a_path_is_chosen_by_name(void **state)
{
    (void)state;
    assert_string_equal(stream_choose("portable")->name, "portable");
    assert_ptr_equal(stream_choose("auto"), stream_choose(NULL));
    assert_null(stream_choose("x86-64-v9"));
    assert_null(stream_choose(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_paths_generate_the_same_bytes),
        cmocka_unit_test(every_byte_is_compared),
        cmocka_unit_test(the_format_never_changes),
        cmocka_unit_test(a_stamp_identifies_its_cell),
        cmocka_unit_test(no_word_occurs_twice),
        cmocka_unit_test(lanes_are_independent),
        cmocka_unit_test(a_path_is_chosen_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
