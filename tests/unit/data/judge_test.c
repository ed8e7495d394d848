/* SPDX-License-Identifier: Apache-2.0 */
#include "data/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/content.h"

enum { MEMORY = 16 << 20 };

static struct judge *open_judge(void)
{
    struct failure why = {0};
    struct judge *judge = judge_open(MEMORY, &why);
    if (!judge)
        fail_msg("%s", why.text);
    return judge;
}

/* Measures four files of content, as four ranks would write them. */
static struct judge *judge_content(struct content_setup setup, uint64_t file_bytes)
{
    struct judge *judge = open_judge();
    struct content content;
    struct failure why = {0};
    uint8_t *window = malloc(JUDGE_WINDOW_BYTES);
    assert_non_null(window);
    setup.total_bytes = 4 * file_bytes;
    setup.share_count = 4;
    if (content_init(&content, &setup, NULL, &why))
        fail_msg("%s", why.text);
    for (uint64_t file = 0; file < 4; file++) {
        struct position place = {.file = file, .base_bytes = file * file_bytes};
        for (; place.offset < file_bytes; place.offset += JUDGE_WINDOW_BYTES) {
            uint64_t rest = file_bytes - place.offset;
            size_t length = rest < JUDGE_WINDOW_BYTES ? (size_t)rest : JUDGE_WINDOW_BYTES;
            content_fill(&content, &place, window, length);
            judge_add_window(judge, window, length);
        }
    }
    free(window);
    return judge;
}

static void assert_near(const char *what, double found, double expected, double tolerance)
{
    if (!(fabs(found / expected - 1) <= tolerance))
        fail_msg("%s is %.4f instead of %.4f", what, found, expected);
}

static void plain_content_is_unique_and_incompressible(void **state)
{
    (void)state;
    struct judge *judge = judge_content((struct content_setup){.seed = 8}, 2 << 20);
    for (unsigned i = 0; i < JUDGE_SIZES; i++) {
        struct judgement row = judge_result(judge, i);
        assert_int_equal(row.chunks, (8 << 20) / row.chunk_bytes);
        assert_true(row.unique_share == 1 && row.unique_error == 0);
        assert_true(row.zstd_ratio == 1 && row.lz4_ratio == 1);
        assert_int_equal(row.zero_chunks, 0);
        assert_true(row.sampled_bytes > 0);
    }
    judge_close(judge);
}

/* Compression ratios are within 3 to 5 %, unique shares within 0.1 %, at every chunk size that
 * holds a whole cell; a compress ratio adds no duplicates at any size. */
static void both_ratios_are_kept_independently(void **state)
{
    (void)state;
    static const double compress[] = {1, 1.25, 1.5, 2, 3, 4, 8};
    static const double dedup[] = {1, 1.3, 2, 4};
    for (size_t c = 0; c < sizeof compress / sizeof *compress; c++)
        for (size_t d = 0; d < sizeof dedup / sizeof *dedup; d++) {
            struct content_setup setup = {.seed = 1000 + c * 10 + d,
                                          .compress_ratio = compress[c],
                                          .dedup_ratio = dedup[d],
                                          .dedup_block_bytes = 4096};
            struct judge *judge = judge_content(setup, 4 << 20);
            double zstd_tolerance = compress[c] > 4 ? 0.05 : 0.03;
            for (unsigned i = 2; i < JUDGE_SIZES; i++) {
                struct judgement row = judge_result(judge, i);
                assert_near("zstd ratio", row.zstd_ratio, compress[c], zstd_tolerance);
                assert_near("lz4 ratio", row.lz4_ratio, compress[c], 0.05);
                assert_true(row.unique_share > 0.99);
            }
            assert_near("share at 512 B", judge_result(judge, 0).unique_share, 1 / dedup[d], 0.001);
            assert_near("share at 4 KiB", judge_result(judge, 1).unique_share, 1 / dedup[d], 0.001);
            assert_int_equal(judge_result(judge, 0).zero_chunks, 0);
            judge_close(judge);
        }
}

static void duplicates_have_the_dedup_block_size(void **state)
{
    (void)state;
    static const uint64_t blocks[] = {512, 4096, 131072};
    for (unsigned b = 0; b < 3; b++) {
        struct content_setup setup = {.seed = 5, .dedup_ratio = 2, .dedup_block_bytes = blocks[b]};
        struct judge *judge = judge_content(setup, 8 << 20);
        for (unsigned i = 0; i < 3; i++) {
            struct judgement row = judge_result(judge, i);
            if (row.chunk_bytes <= blocks[b])
                assert_near("share within the block", row.unique_share, 0.5, 0.001);
            else
                assert_true(row.unique_share > 0.9);
        }
        judge_close(judge);
    }
}

static void zeros_copies_and_short_ends_are_counted(void **state)
{
    (void)state;
    struct judge *judge = open_judge();
    uint8_t *window = calloc(1, JUDGE_WINDOW_BYTES);
    assert_non_null(window);
    judge_add_window(judge, window, JUDGE_WINDOW_BYTES);
    struct judgement row = judge_result(judge, 1);
    assert_int_equal(row.chunks, 256);
    assert_int_equal(row.zero_chunks, 256);
    assert_true(row.unique_share == 1.0 / 256 && row.zstd_ratio > 50);
    window[JUDGE_WINDOW_BYTES - 1] = 1; /* the last byte counts */
    judge_add_window(judge, window, JUDGE_WINDOW_BYTES);
    row = judge_result(judge, 3);
    assert_true(row.chunks == 2 && row.zero_chunks == 1 && row.unique_share == 1);
    judge_add_window(judge, window + JUDGE_WINDOW_BYTES - 1, 1); /* a file of one byte */
    assert_int_equal(judge_result(judge, 0).chunks, 2 * 2048 + 1);
    judge_add_window(judge, window, 513); /* two chunks of 512, the second of one byte */
    row = judge_result(judge, 0);
    assert_int_equal(row.chunks, 2 * 2048 + 3);
    assert_int_equal(row.zero_chunks, 2048 + 2047 + 2);
    free(window);
    judge_close(judge);
}

static void a_judge_without_data_reports_neutral_values(void **state)
{
    (void)state;
    struct judge *judge = open_judge();
    for (unsigned i = 0; i < JUDGE_SIZES; i++) {
        struct judgement row = judge_result(judge, i);
        assert_true(row.chunks == 0 && row.unique_share == 1 && row.zstd_ratio == 1);
    }
    judge_close(judge);
    judge_close(NULL);
}

/* Samples become sparser and are weighted: when the first half of the data is random and the second
 * half is text, the ratio is that of the mixture. */
static void sparse_samples_are_weighted(void **state)
{
    (void)state;
    struct judge *judge = open_judge();
    struct content content;
    struct content_setup setup = {.seed = 3};
    assert_int_equal(content_init(&content, &setup, NULL, NULL), 0);
    uint8_t *window = malloc(16384), *text = malloc(16384);
    assert_non_null(window);
    assert_non_null(text);
    memset(text, 'x', 16384);
    struct position place = {0};
    for (unsigned i = 0; i < 2000; i++) {
        content_fill(&content, &place, window, 16384);
        place.offset += 16384;
        judge_add_window(judge, i < 1000 ? window : text, 16384);
    }
    struct judgement row = judge_result(judge, 2);
    assert_true(row.sampled_bytes < 2000 * 16384 / 4);
    assert_near("ratio of the mixture", row.lz4_ratio, 2, 0.03);
    free(text);
    free(window);
    judge_close(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_content_is_unique_and_incompressible),
        cmocka_unit_test(both_ratios_are_kept_independently),
        cmocka_unit_test(duplicates_have_the_dedup_block_size),
        cmocka_unit_test(zeros_copies_and_short_ends_are_counted),
        cmocka_unit_test(a_judge_without_data_reports_neutral_values),
        cmocka_unit_test(sparse_samples_are_weighted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
