/* SPDX-License-Identifier: Apache-2.0 */
#include "verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mix.h"

enum {
    REQUEST = 256 << 10,
    BLOCK = 4096,
    FILE_BYTES = 8 << 20,
};

static const struct content_setup setups[] = {
    {.seed = 1},
    {.seed = 2, .compress_ratio = 1.25},
    {.seed = 3, .compress_ratio = 8},
    {.seed = 4, .compress_ratio = 16},
    {.seed = 5, .dedup_ratio = 2, .dedup_block_bytes = 4096, .total_bytes = 32 << 20},
    {.seed = 6,
     .dedup_ratio = 3,
     .dedup_block_bytes = 512,
     .total_bytes = 32 << 20,
     .share_count = 4},
    {.seed = 7,
     .compress_ratio = 2,
     .dedup_ratio = 1.5,
     .dedup_block_bytes = 131072,
     .total_bytes = 32 << 20,
     .share_count = 4},
};
enum { SETUPS = sizeof setups / sizeof *setups };

/* One request of file 1 of 4: the correct bytes, which the tests then damage. */
struct scene {
    struct content content;
    struct position position;
    uint8_t *memory;
    uint64_t random;
};

static struct scene open_scene(size_t setup)
{
    struct scene scene = {
        .position = {.file = 1,
                     .base_bytes = FILE_BYTES,
                     .offset = 3 << 20,
                     .generation = 5,
                     .file_bytes = FILE_BYTES},
        .memory = malloc(REQUEST),
        .random = setup,
    };
    struct failure why = {0};
    assert_non_null(scene.memory);
    assert_int_equal(content_init(&scene.content, &setups[setup], NULL, &why), 0);
    content_fill(&scene.content, &scene.position, scene.memory, REQUEST);
    assert_int_equal(content_check(&scene.content, &scene.position, scene.memory, REQUEST, NULL),
                     0);
    return scene;
}

static uint64_t random_below(struct scene *scene, uint64_t below)
{
    return mix(scene->random++ ^ UINT64_C(0x123456789)) % below;
}

/* Writes the content of 'place' to 'at'. */
static void write_content(struct scene *scene, const struct position *place, size_t at,
                          size_t length)
{
    content_fill(&scene->content, place, scene->memory + at, length);
}

/* Checks that 'blocks' are bad, of this kind, and the first differing byte is in [at, at +
 * slack). */
static void expect(struct scene *scene, const char *what, uint64_t blocks, const char *kind,
                   size_t at, size_t slack)
{
    struct difference first = {0};
    uint64_t offset = scene->position.offset + at;
    uint64_t bad = content_check(&scene->content, &scene->position, scene->memory, REQUEST, &first);
    if (bad != blocks || strcmp(difference_kind_name(first.kind), kind) != 0 ||
        first.offset < offset || first.offset >= offset + slack)
        fail_msg("seed %llu, %s: %llu bad blocks, %s at %llu; expected %llu, %s at %llu",
                 (unsigned long long)scene->content.setup.seed, what, (unsigned long long)bad,
                 difference_kind_name(first.kind), (unsigned long long)first.offset,
                 (unsigned long long)blocks, kind, (unsigned long long)offset);
    content_fill(&scene->content, &scene->position, scene->memory, REQUEST);
}

static void zeros(void **state)
{
    (void)state;
    static const size_t lengths[] = {4096, 512, 100, 65536};
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        for (size_t i = 0; i < 4; i++) {
            size_t at = BLOCK * random_below(&scene, 32);
            memset(scene.memory + at, 0, lengths[i]);
            expect(&scene, "zeros", (lengths[i] + BLOCK - 1) / BLOCK, "zeros", at, 8);
        }
        memset(scene.memory + 4000, 0, 200); /* across a block boundary */
        expect(&scene, "zeros across a block boundary", 2, "zeros", 4000, 8);
        free(scene.memory);
    }
}

static void flipped(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        for (size_t i = 0; i < 50; i++) {
            size_t at = random_below(&scene, REQUEST);
            scene.memory[at] ^= (uint8_t)(1U << random_below(&scene, 8));
            expect(&scene, "one bit", 1, "flipped", at, 1);
        }
        scene.memory[700] = scene.memory[700] ? 0 : 1; /* one zero byte is not a hole */
        scene.memory[900] ^= 4;
        expect(&scene, "two bytes", 1, "flipped", 700, 1);
        memset(scene.memory + BLOCK, 0x41, BLOCK);
        expect(&scene, "unknown bytes", 1, "flipped", BLOCK, 2);
        free(scene.memory);
    }
}

static void stale(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        for (uint64_t generation = 0; generation <= 4; generation += 2) {
            size_t at = BLOCK * random_below(&scene, 32);
            struct position old = scene.position;
            old.offset += at;
            old.generation = generation;
            write_content(&scene, &old, at, BLOCK);
            expect(&scene, "older generation", 1, "stale", at, 8);
        }
        free(scene.memory);
    }
}

static void stale_from_another_run(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        struct content_setup setup = {.seed = 987654321, .compress_ratio = 3};
        struct content other;
        assert_int_equal(content_init(&other, &setup, NULL, NULL), 0);
        struct position place = {.file = 3, .offset = 77 * BLOCK};
        size_t at = BLOCK * random_below(&scene, 32);
        content_fill(&other, &place, scene.memory + at, BLOCK);
        expect(&scene, "another run", 1, "stale", at, 8);
        free(scene.memory);
    }
}

static void shifted(void **state)
{
    (void)state;
    static const int64_t shifts[] = {BLOCK, -BLOCK, 64 * BLOCK, 1 << 20, (4 << 20) + BLOCK};
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
            size_t at = BLOCK * random_below(&scene, 32);
            struct position place = scene.position;
            place.offset = (uint64_t)((int64_t)(place.offset + at) + shifts[i]);
            write_content(&scene, &place, at, BLOCK);
            expect(&scene, "shifted block", 1, "shifted", at, 8);
        }
        free(scene.memory);
    }
}

/* A whole request from an offset some bytes away. */
static void shifted_by_less_than_a_block(void **state)
{
    (void)state;
    static const uint64_t shifts[] = {512, 1, 8, 3000};
    for (size_t s = 0; s < 4; s++) {
        struct scene scene = open_scene(s);
        for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
            struct position place = scene.position;
            place.offset += shifts[i];
            write_content(&scene, &place, 0, REQUEST);
            expect(&scene, "shifted request", REQUEST / BLOCK, "shifted", 0, 8);
        }
        struct position place = scene.position; /* one sector, without a stamp */
        place.offset += BLOCK * 9 + 1024;
        write_content(&scene, &place, BLOCK * 4 + 1024, 512);
        expect(&scene, "shifted sector", 1, "shifted", BLOCK * 4 + 1024, 8);
        free(scene.memory);
    }
}

static void foreign(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        for (size_t file = 0; file < 4; file++) {
            if (file == scene.position.file)
                continue;
            size_t at = BLOCK * random_below(&scene, 32);
            struct position place = scene.position;
            place.offset += at;
            place.file = file;
            place.base_bytes = file * FILE_BYTES;
            if (setups[s].dedup_ratio > 1)
                place.offset += 3 * BLOCK;
            write_content(&scene, &place, at, BLOCK);
            struct difference first;
            uint64_t bad =
                content_check(&scene.content, &scene.position, scene.memory, REQUEST, &first);
            if (setups[s].dedup_ratio > 1) { /* it may also be content of this file, or equal */
                assert_true(bad == 0 || first.kind == DIFFERENCE_FOREIGN ||
                            first.kind == DIFFERENCE_SHIFTED);
                content_fill(&scene.content, &scene.position, scene.memory, REQUEST);
            } else {
                expect(&scene, "foreign block", 1, "foreign", at, 8);
                write_content(&scene, &place, at + 2048, 512); /* without a stamp */
                expect(&scene, "foreign sector", 1, "foreign", at + 2048, 8);
            }
        }
        free(scene.memory);
    }
}

/* Under a quota too, a block that equals no block of this file is foreign, not shifted. */
static void foreign_under_a_quota(void **state)
{
    (void)state;
    struct scene scene = open_scene(4);
    unsigned found_foreign = 0;
    for (uint64_t i = 0; i < 64; i++) {
        struct position place = scene.position;
        struct difference first;
        place.file = 2;
        place.base_bytes = 2 * FILE_BYTES;
        place.offset = i * 25 * BLOCK;
        write_content(&scene, &place, 0, BLOCK);
        assert_int_equal(
            content_check(&scene.content, &scene.position, scene.memory, REQUEST, &first), 1);
        found_foreign += first.kind == DIFFERENCE_FOREIGN;
        assert_true(first.kind == DIFFERENCE_FOREIGN || first.kind == DIFFERENCE_SHIFTED);
    }
    assert_true(found_foreign > 16);
    free(scene.memory);
}

static void torn(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        static const struct {
            size_t from, length;
        } parts[] = {{0, 2048}, {2048, 2048}, {0, 512}, {3584, 512}, {1000, 1000}, {0, 4000}};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            size_t at = BLOCK * random_below(&scene, 32) + parts[i].from;
            struct position old = scene.position;
            old.offset += at;
            old.generation = 4;
            write_content(&scene, &old, at, parts[i].length);
            expect(&scene, "torn", 1, "torn", at, 8);
        }
        free(scene.memory);
    }
}

/* The old part may be other data, or from a run with an unknown seed. */
static void torn_over_unknown_bytes(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        struct content other;
        struct content_setup setup = {.seed = 987654321};
        struct position place = {.file = 3, .offset = 77 * BLOCK + 2048};
        assert_int_equal(content_init(&other, &setup, NULL, NULL), 0);
        content_fill(&other, &place, scene.memory + 5 * BLOCK + 2048, 2048);
        expect(&scene, "second half of another run", 1, "torn", 5 * BLOCK + 2048, 8);
        memset(scene.memory + 6 * BLOCK, 'x', 1536);
        expect(&scene, "text in the first sectors", 1, "torn", 6 * BLOCK, 8);
        free(scene.memory);
    }
}

static void unread(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETUPS; s++) {
        struct scene scene = open_scene(s);
        content_poison(scene.memory, REQUEST);
        expect(&scene, "nothing read", REQUEST / BLOCK, "unread", 0, 8);
        content_poison(scene.memory + 9 * BLOCK, REQUEST - 9 * BLOCK);
        expect(&scene, "short read", REQUEST / BLOCK - 9, "unread", 9 * BLOCK, 8);
        scene.position.offset +=
            500; /* sectors of the buffer and of the file are not aligned with each other */
        content_fill(&scene.content, &scene.position, scene.memory, REQUEST);
        content_poison(scene.memory, REQUEST);
        expect(&scene, "odd offset", REQUEST / BLOCK + 1, "unread", 0, 8);
        free(scene.memory);
    }
}

static void all_bad_blocks_are_counted(void **state)
{
    (void)state;
    struct scene scene = open_scene(0);
    struct difference first;
    for (size_t at = 5 * BLOCK; at < REQUEST; at += 3 * BLOCK)
        scene.memory[at + 17] ^= 0x10;
    memset(scene.memory + 2 * BLOCK + 100, 0, 2 * BLOCK); /* blocks 2, 3 and 4 */
    uint64_t bad = content_check(&scene.content, &scene.position, scene.memory, REQUEST, &first);
    assert_int_equal(bad, 3 + (REQUEST / BLOCK - 5 + 2) / 3);
    assert_int_equal(first.kind, DIFFERENCE_ZEROS);
    assert_int_equal(first.offset, scene.position.offset + 2 * BLOCK + 100);
    /* blocks 2 to 5 are bad, one after the other */
    assert_int_equal(first.offset + first.length, scene.position.offset + 5 * BLOCK + 18);
    free(scene.memory);
}

/* Bytes outside the requested range are not checked. */
static void only_the_range_is_checked(void **state)
{
    (void)state;
    struct scene scene = open_scene(1);
    struct position place = scene.position;
    scene.memory[999] ^= 1;
    scene.memory[9001] ^= 1;
    place.offset += 1000;
    assert_int_equal(content_check(&scene.content, &place, scene.memory + 1000, 8001, NULL), 0);
    assert_int_equal(content_check(&scene.content, &place, scene.memory + 1000, 8002, NULL), 1);
    assert_int_equal(content_check(&scene.content, &place, scene.memory + 1000, 0, NULL), 0);
    free(scene.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros),
        cmocka_unit_test(flipped),
        cmocka_unit_test(stale),
        cmocka_unit_test(stale_from_another_run),
        cmocka_unit_test(shifted),
        cmocka_unit_test(shifted_by_less_than_a_block),
        cmocka_unit_test(foreign),
        cmocka_unit_test(foreign_under_a_quota),
        cmocka_unit_test(torn),
        cmocka_unit_test(torn_over_unknown_bytes),
        cmocka_unit_test(unread),
        cmocka_unit_test(all_bad_blocks_are_counted),
        cmocka_unit_test(only_the_range_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
