/* SPDX-License-Identifier: Apache-2.0 */
#include "options/sweep_words.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static void points_are_the_product(void **state)
{
    (void)state;
    struct sweep sweep;
    struct text text = {0};
    struct options options;
    assert_int_equal(sweep_parse("depth=1,4\nbuffer-size=64k,1m,2m", &sweep, NULL), 0);
    assert_int_equal(sweep.point_count, 6);
    sweep_print(&sweep, 4, &text);
    assert_string_equal(text_string(&text), "depth 4, buffer-size 1m");
    assert_int_equal(options_init(&options, NULL), 0);
    assert_int_equal(sweep_apply(&sweep, 4, &options, NULL), 0);
    assert_int_equal(options.common.depth, 4);
    assert_int_equal(options.common.buffer_size_bytes, 1 << 20);
    options_release(&options);
    text_release(&text);
    sweep_release(&sweep);
    assert_int_equal(sweep_parse(NULL, &sweep, NULL), 0);
    assert_int_equal(sweep.point_count, 0);
}

static void ranks_and_nodes_can_be_swept(void **state)
{
    (void)state;
    struct sweep sweep;
    struct text text = {0};
    struct options options;
    struct failure why = {0};
    assert_int_equal(sweep_parse("depth=1,4\nranks=4,1,2\nwriters=1,2", &sweep, NULL), 0);
    assert_int_equal(sweep.point_count, 12);
    sweep_print(&sweep, 9, &text);
    assert_string_equal(text_string(&text), "depth 4, ranks 1, writers 2");
    assert_int_equal(options_init(&options, NULL), 0);
    assert_int_equal(sweep_apply(&sweep, 9, &options, NULL), 0);
    assert_int_equal(options.common.writers, 2);
    for (uint32_t point = 0; point < 12; point++) {
        static const uint32_t counts[] = {4, 1, 2};
        const struct sweep_scale scale = sweep_scale(&sweep, point);
        assert_int_equal(scale.crowd, SWEEP_RANKS);
        assert_int_equal(scale.count, counts[point / 2 % 3]);
        assert_int_equal(scale.base, point / 6 * 6 + 2 + point % 2);
    }
    assert_int_equal(sweep_check_size(&sweep, 4, 1, &why), 0);
    assert_int_equal(sweep_check_size(&sweep, 3, 9, &why), -EINVAL);
    assert_string_equal(why.text, "--sweep ranks=4: the job has 3 ranks");
    options_release(&options);
    text_release(&text);
    sweep_release(&sweep);
}

static void invalid_sweeps_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } wrong[] = {
        {"", "is not OPTION=VALUE"},
        {"depth", "is not OPTION=VALUE"},
        {"=1", "is not OPTION=VALUE"},
        {"depth=", "depth: "},
        {"depth=1,", "depth: "},
        {"depth=1,x", "not a whole number"},
        {"depth=1,2,1", "depth: '1' is given twice"},
        {"buffer-size=64k,1m,65536", "buffer-size: '64k' and '65536' are the same value"},
        {"compress-ratio=2,2.0", "compress-ratio: '2' and '2.0' are the same value"},
        {"time=60,1m", "time: '60' and '1m' are the same value"},
        {"rate=1MiB/s,1024k/s", "rate: '1MiB/s' and '1024k/s' are the same value"},
        {"ranks=2,2", "ranks: '2' is given twice"},
        {"nodes=1,02,2", "nodes: '02' and '2' are the same value"},
        {"depth=1\ndepth=2", "'depth' is given twice"},
        {"depht=1", "did you mean 'depth'?"},
        {"ranks=0", "'0' is not a number of ranks"},
        {"nodes=1,x", "'x' is not a number of nodes"},
        {"ranks=1\nnodes=1", "'ranks' and 'nodes' exclude each other"},
        {"ranks=1\nranks=2", "'ranks' is given twice"},
        {"result=a,b", "cannot vary within it"},
        {"label=a,b", "cannot vary within it"},
        {"depth=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\nwriters=1,2,3,4,5,6,7,8,9,10,11,12,13,"
         "14,15,"
         "16",
         "has 272 points; at most 256"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sweep sweep;
        struct failure why = {0};
        assert_int_equal(sweep_parse(wrong[i].text, &sweep, &why), -EINVAL);
        if (!strstr(why.text, wrong[i].words))
            fail_msg("%s", why.text);
        sweep_release(&sweep);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_the_product),
        cmocka_unit_test(ranks_and_nodes_can_be_swept),
        cmocka_unit_test(invalid_sweeps_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
