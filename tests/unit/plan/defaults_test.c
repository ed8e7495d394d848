/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property.h"
#include "resolved.h"

enum { PAGE_BYTES = 4096 };

static const uint64_t MIB = 1 << 20;

static struct capacity machine(uint32_t cpus, uint64_t memory, uint64_t cache, uint32_t depth_max)
{
    return (struct capacity){
        .cpus = cpus, .memory_bytes = memory, .cache_bytes = cache, .depth_max = depth_max};
}

static struct capacity any_machine(struct property *property)
{
    uint64_t memory =
        64 * MIB + property_next(property) % (64 * MIB << property_below(property, 15));
    uint64_t cache = property_below(property, 4) ? property_below(property, 1024 * MIB) : 0;
    return machine(1 + (uint32_t)property_below(property, 256), memory, cache,
                   property_below(property, 3) ? 32768 : 1);
}

/* Always true: threads have buffers, and all fit the memory. */
static void check_fit(const struct options *options, const struct capacity *capacity)
{
    uint64_t stride =
        (options->common.buffer_size_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    assert_true(options->common.writers >= 1 && options->common.producers >= 1 &&
                options->common.depth >= 1);
    assert_true(options->common.buffer_count >= options->common.writers);
    assert_true(options->common.buffer_count <= capacity->memory_bytes / stride);
    assert_true(options->common.depth <= capacity->depth_max);
    assert_non_null(options->run.phases);
}

static void test_a_bare_run_fits_any_machine(void **state)
{
    (void)state;
    struct property property = property_start("bare defaults");
    for (int i = 0; i < 5000; i++) {
        struct options options;
        struct failure failure = {0};
        const struct capacity capacity = any_machine(&property);
        options_fresh(&options);
        if (options_fit(&options, &capacity, 9, &failure))
            fail_msg("%s", failure.text);
        check_fit(&options, &capacity);
        uint64_t pool = options.common.buffer_count * options.common.buffer_size_bytes;
        assert_true(pool <= capacity.memory_bytes / 4);
        if (capacity.cache_bytes && capacity.depth_max > 1)
            assert_true(pool <= capacity.cache_bytes || options.common.depth <= 4);
        if (options.common.buffer_count < capacity.memory_bytes / 4 / MIB)
            assert_int_equal(options.common.buffer_count,
                             options.common.writers * options.common.depth +
                                 options.common.producers);
        assert_int_equal(options.common.buffer_size_bytes, MIB);
        assert_int_equal(options.common.size_per_rank_bytes, 1 << 30);
        assert_int_equal(options.common.seed, 9);
        assert_string_equal(options.run.phases, "write,read");
        options_release(&options);
    }
}

/* One option given, as large as the machine could ever do. */
static void give_one(struct property *property, const struct capacity *capacity,
                     struct options *options, uint64_t *value, enum option_id *id)
{
    static const enum option_id ids[] = {OPTION_BUFFER_SIZE, OPTION_BUFFER_COUNT, OPTION_PRODUCERS,
                                         OPTION_WRITERS, OPTION_DEPTH};
    char text[32];
    uint64_t pages = capacity->memory_bytes / PAGE_BYTES;
    uint64_t most = 0;
    *id = ids[property_below(property, 5)];
    switch (*id) {
    case OPTION_BUFFER_SIZE:
        most = pages * PAGE_BYTES;
        break;
    case OPTION_BUFFER_COUNT:
        most = pages < 1 << 24 ? pages : 1 << 24;
        break;
    case OPTION_DEPTH:
        most = capacity->depth_max > 1 ? capacity->depth_max : 100000;
        break;
    default:
        most = pages < 4096 ? pages : 4096;
        break;
    }
    *value = 1 + (property_next(property) >> property_below(property, 64)) % most;
    snprintf(text, sizeof text, "%llu", (unsigned long long)*value);
    option_give(options, *id, text);
}

static uint64_t value_of(const struct options *options, enum option_id id)
{
    switch (id) {
    case OPTION_BUFFER_SIZE:
        return options->common.buffer_size_bytes;
    case OPTION_BUFFER_COUNT:
        return options->common.buffer_count;
    case OPTION_PRODUCERS:
        return options->common.producers;
    case OPTION_WRITERS:
        return options->common.writers;
    default:
        return options->common.depth;
    }
}

static void test_no_single_option_is_refused(void **state)
{
    (void)state;
    struct property property = property_start("one option");
    for (int i = 0; i < 20000; i++) {
        struct options options;
        struct failure failure = {0};
        const struct capacity capacity = any_machine(&property);
        enum option_id id;
        uint64_t value;
        options_fresh(&options);
        give_one(&property, &capacity, &options, &value, &id);
        if (options_fit(&options, &capacity, 9, &failure))
            fail_msg("%s %llu with %llu bytes: %s", options_name(id), (unsigned long long)value,
                     (unsigned long long)capacity.memory_bytes, failure.text);
        check_fit(&options, &capacity);
        if (id != OPTION_DEPTH || capacity.depth_max > 1)
            assert_int_equal(value_of(&options, id), value);
        options_release(&options);
    }
}

/* Several given ones: taken as they are, or refused; nothing else. */
static void test_given_values_stay(void **state)
{
    (void)state;
    struct property property = property_start("several options");
    for (int i = 0; i < 20000; i++) {
        struct options options;
        const struct capacity capacity = any_machine(&property);
        enum option_id ids[3];
        uint64_t values[3];
        options_fresh(&options);
        for (int n = 0; n < 3; n++)
            give_one(&property, &capacity, &options, &values[n], &ids[n]);
        int result = options_fit(&options, &capacity, 9, NULL);
        assert_true(result == 0 || result == -EINVAL);
        if (!result)
            check_fit(&options, &capacity);
        for (int n = 0; n < 3; n++) {
            bool again = (n < 2 && ids[n] == ids[2]) || (n < 1 && ids[n] == ids[1]);
            if (!again && (ids[n] != OPTION_DEPTH || capacity.depth_max > 1))
                assert_int_equal(value_of(&options, ids[n]), values[n]);
        }
        options_release(&options);
    }
}

/* As in the preceding benchmark: 8 CPUs 4 writers, 16: 8, 32: 12, 64 and more: 16. */
static void test_threads_by_cpus(void **state)
{
    (void)state;
    static const struct {
        uint32_t cpus;
        uint64_t writers;
        uint64_t synchronous;
        uint64_t producers;
    } right[] = {{1, 1, 4, 1},  {2, 1, 4, 1},  {4, 2, 4, 1},    {7, 2, 4, 1},    {8, 4, 4, 2},
                 {16, 8, 8, 4}, {31, 8, 8, 7}, {32, 12, 12, 8}, {64, 16, 16, 8}, {256, 16, 16, 8}};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        for (int synchronous = 0; synchronous < 2; synchronous++) {
            struct options options;
            const struct capacity capacity =
                machine(right[i].cpus, 65536 * MIB, 0, synchronous ? 1 : 1024);
            options_fresh(&options);
            assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
            assert_int_equal(options.common.writers,
                             synchronous ? right[i].synchronous : right[i].writers);
            assert_int_equal(options.common.producers, right[i].producers);
            if (synchronous)
                assert_int_equal(options.common.depth, 1);
            else
                assert_int_equal(options.common.depth,
                                 32 / options.common.writers > 4 ? 32 / options.common.writers : 4);
            assert_int_equal(options.common.buffer_count,
                             options.common.writers * options.common.depth +
                                 options.common.producers);
            options_release(&options);
        }
}

/* The pool goes down to the cache share, but a writer keeps 4 requests in flight. */
static void check_cache(uint64_t cache, uint64_t depth)
{
    struct options options;
    const struct capacity capacity = machine(8, 65536 * MIB, cache, 1024);
    options_fresh(&options);
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.depth, depth);
    assert_int_equal(options.common.buffer_count, 4 * depth + 2);
    options_release(&options);
}

static void test_the_pool_fits_the_cache(void **state)
{
    (void)state;
    check_cache(0, 8);
    check_cache(64 * MIB, 8);
    check_cache(34 * MIB, 8);
    check_cache(33 * MIB, 7);
    check_cache(22 * MIB, 5);
    check_cache(16 * MIB, 4);
    check_cache(MIB, 4);
}

static void test_a_given_count_decides_the_depth(void **state)
{
    (void)state;
    struct options options;
    const struct capacity capacity = machine(8, 65536 * MIB, 0, 1024);
    options_fresh(&options);
    option_give(&options, OPTION_BUFFER_COUNT, "18");
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.writers, 4);
    assert_int_equal(options.common.depth, 4);
    options_release(&options);
    options_fresh(&options);
    option_give(&options, OPTION_BUFFER_COUNT, "2");
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.writers, 2);
    assert_int_equal(options.common.depth, 1);
    options_release(&options);
}

/* Else shares would cut blocks, and the ratio would not be kept. */
static void test_a_buffer_holds_the_block_to_repeat(void **state)
{
    (void)state;
    struct options options;
    const struct capacity capacity = {
        .cpus = 8, .memory_bytes = UINT64_C(1) << 30, .depth_max = 32768};
    options_fresh(&options);
    options.common.dedup_block_bytes = 2 * MIB;
    assert_int_equal(options_fit(&options, &capacity, 9, NULL), 0);
    assert_int_equal(options.common.buffer_size_bytes, MIB); /* no block is repeated */
    options_release(&options);
    options_fresh(&options);
    options.common.dedup_block_bytes = 2 * MIB;
    options.common.dedup_ratio = 2;
    assert_int_equal(options_fit(&options, &capacity, 9, NULL), 0);
    assert_int_equal(options.common.buffer_size_bytes, 2 * MIB);
    options_release(&options);
    options_fresh(&options); /* however little memory there is */
    options.common.dedup_block_bytes = 64 * 1024;
    options.common.dedup_ratio = 2;
    assert_int_equal(options_set(&options, OPTION_DEPTH, "512", SOURCE_COMMAND_LINE, NULL), 0);
    assert_int_equal(options_fit(&options, &capacity, 9, NULL), 0);
    assert_true(options.common.buffer_size_bytes >= 64 * 1024);
    check_fit(&options, &capacity);
    options_release(&options);
    options_fresh(&options);
    struct failure why = {0};
    options.common.dedup_block_bytes = UINT64_C(1) << 29;
    options.common.dedup_ratio = 2;
    assert_int_equal(options_fit(&options, &capacity, 9, &why), -EINVAL);
    assert_non_null(strstr(why.text, "larger than a buffer may be (256 MiB"));
    options_release(&options);
}

static void test_each_given_writer_gets_a_buffer(void **state)
{
    (void)state;
    struct options options;
    const struct capacity capacity = machine(8, 1024 * MIB, 0, 1024);
    options_fresh(&options);
    option_give(&options, OPTION_BUFFER_SIZE, "64m");
    option_give(&options, OPTION_WRITERS, "16");
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.buffer_count, 16);
    assert_int_equal(options.common.depth, 1);
    options_release(&options);
}

static void refuse(enum option_id first, const char *one, enum option_id second, const char *other,
                   const char *text)
{
    struct options options;
    struct failure failure = {0};
    const struct capacity capacity = machine(8, 1024 * MIB, 0, 1024);
    options_fresh(&options);
    option_give(&options, first, one);
    option_give(&options, second, other);
    assert_int_equal(options_fit(&options, &capacity, 1, &failure), -EINVAL);
    assert_string_equal(failure.text, text);
    options_release(&options);
}

static void test_refusals(void **state)
{
    (void)state;
    refuse(OPTION_WRITERS, "9", OPTION_BUFFER_COUNT, "8",
           "9 writers and only 8 buffers: give '--buffer-count' at least 9");
    refuse(OPTION_BUFFER_SIZE, "64m", OPTION_BUFFER_COUNT, "17",
           "17 buffers of 67108864 bytes do not fit the 1.00 GiB that a rank may use (its part of "
           "the node's "
           "memory or of the control group's memory limit): use a "
           "smaller '--buffer-count' or '--buffer-size', or fewer '--writers'");
    /* small buffers take a page each */
    refuse(OPTION_BUFFER_SIZE, "512", OPTION_BUFFER_COUNT, "300000",
           "300000 buffers of 512 bytes do not fit the 1.00 GiB that a rank may use (its part of "
           "the node's "
           "memory or of the control group's memory limit): use a "
           "smaller '--buffer-count' or '--buffer-size', or fewer '--writers'");
    refuse(OPTION_DEPTH, "1025", OPTION_WRITERS, "1",
           "'--depth' 1025 is too much: at most 1024 is possible");
    refuse(OPTION_WRITERS, "4294967297", OPTION_DEPTH, "1",
           "'--writers' 4294967297 is too much: at most 4096 is possible");
    refuse(OPTION_PRODUCERS, "4294967297", OPTION_DEPTH, "1",
           "'--producers' 4294967297 is too much: at most 4096 is possible");
    refuse(OPTION_BUFFER_COUNT, "18446744073709551615", OPTION_DEPTH, "1",
           "'--buffer-count' 18446744073709551615 is too much: at most 16777216 is possible");
}

static void test_dev_null_and_files(void **state)
{
    (void)state;
    struct options options;
    struct capacity capacity = machine(8, 1024 * MIB, 0, 1024);
    capacity.null_target = true;
    options_fresh(&options);
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_string_equal(options.run.phases, "write");
    assert_int_equal(options.common.fsync, FSYNC_NEVER);
    options_release(&options);
    options_fresh(&options);
    option_give(&options, OPTION_PHASES, "write,write");
    option_give(&options, OPTION_FSYNC, "end");
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_string_equal(options.run.phases, "write,write");
    assert_int_equal(options.common.fsync, FSYNC_END);
    options_release(&options);
    capacity = machine(8, 1024 * MIB, 0, 1024);
    capacity.single_file = true;
    options_fresh(&options);
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.layout, LAYOUT_SHARED);
    options_release(&options);
    options_fresh(&options);
    option_give(&options, OPTION_LAYOUT, "writer"); /* refused later, in the plan */
    assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
    assert_int_equal(options.common.layout, LAYOUT_WRITER);
    options_release(&options);
}

static void test_size_and_seed(void **state)
{
    (void)state;
    static const enum option_id sizes[] = {OPTION_SIZE, OPTION_SIZE_PER_RANK, OPTION_SIZE_PER_NODE,
                                           OPTION_TIME};
    static const char *const values[] = {"5m", "5m", "5m", "5s"};
    const struct capacity capacity = machine(8, 1024 * MIB, 0, 1024);
    for (size_t i = 0; i < 4; i++) {
        struct options options;
        options_fresh(&options);
        option_give(&options, sizes[i], values[i]);
        option_give(&options, OPTION_SEED, "0");
        assert_int_equal(options_fit(&options, &capacity, 1, NULL), 0);
        assert_int_equal(options.common.size_per_rank_bytes,
                         sizes[i] == OPTION_SIZE_PER_RANK ? 5 * MIB : 0);
        assert_int_equal(options.common.seed, 0);
        options_release(&options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bare_run_fits_any_machine),
        cmocka_unit_test(test_no_single_option_is_refused),
        cmocka_unit_test(test_given_values_stay),
        cmocka_unit_test(test_threads_by_cpus),
        cmocka_unit_test(test_the_pool_fits_the_cache),
        cmocka_unit_test(test_a_given_count_decides_the_depth),
        cmocka_unit_test(test_a_buffer_holds_the_block_to_repeat),
        cmocka_unit_test(test_each_given_writer_gets_a_buffer),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_dev_null_and_files),
        cmocka_unit_test(test_size_and_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
