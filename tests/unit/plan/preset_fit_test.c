/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>

#include "property.h"
#include "resolved.h"

static const uint64_t MIB = 1 << 20;

static void give_preset(struct options *options, enum option_id id, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    assert_int_equal(options_set(options, id, text, SOURCE_PRESET, NULL), 0);
}

/* One option of the command line, or none, that any of these machines can have. */
static void give_one(struct property *property, struct options *options)
{
    static const enum option_id ids[] = {OPTION_BUFFER_SIZE, OPTION_BUFFER_COUNT, OPTION_PRODUCERS,
                                         OPTION_WRITERS};
    char text[32];
    const uint64_t which = property_below(property, 5);
    const uint64_t most = which == 0 ? 32 * MIB : 4096;
    if (which == 4)
        return;
    snprintf(
        text, sizeof text, "%llu",
        (unsigned long long)(1 + (property_next(property) >> property_below(property, 64)) % most));
    option_give(options, ids[which], text);
}

/* Like a default, what a preset gives fits every machine, next to any option. */
static void test_a_preset_fits_any_machine(void **state)
{
    (void)state;
    struct property property = property_start("presets");
    for (int i = 0; i < 20000; i++) {
        struct options options;
        struct failure failure = {0};
        const struct capacity capacity = {
            .cpus = 1 + (uint32_t)property_below(&property, 256),
            .memory_bytes =
                64 * MIB + property_next(&property) % (64 * MIB << property_below(&property, 15)),
            .depth_max = property_below(&property, 3) ? 32768 : 1,
            .node_ranks = 1 + (uint32_t)property_below(&property, 64),
        };
        options_fresh(&options);
        give_preset(&options, OPTION_BUFFER_SIZE, MIB << property_below(&property, 6));
        give_preset(&options, OPTION_BUFFER_COUNT, 1 + property_below(&property, 1024));
        give_preset(&options, OPTION_WRITERS, 1 + property_below(&property, 32));
        give_one(&property, &options);
        if (options_fit(&options, &capacity, 9, &failure))
            fail_msg("%s", failure.text);
        const struct settings *fitted = &options.common;
        assert_true(fitted->writers >= 1 && fitted->producers >= 1 && fitted->depth >= 1);
        assert_true(fitted->buffer_count >= fitted->writers);
        assert_true(fitted->buffer_count * fitted->buffer_size_bytes <= capacity.memory_bytes);
        options_release(&options);
    }
}

static void check_division(uint32_t ranks, uint64_t memory, uint64_t writers, uint64_t buffers)
{
    struct options options;
    const struct capacity capacity = {
        .cpus = 32, .memory_bytes = memory, .depth_max = 1024, .node_ranks = ranks};
    options_fresh(&options);
    give_preset(&options, OPTION_BUFFER_SIZE, 8 * MIB);
    give_preset(&options, OPTION_BUFFER_COUNT, 256);
    give_preset(&options, OPTION_WRITERS, 8);
    assert_int_equal(options_fit(&options, &capacity, 9, NULL), 0);
    assert_int_equal(options.common.writers, writers);
    assert_int_equal(options.common.buffer_count, buffers);
    assert_int_equal(options.common.buffer_size_bytes, 8 * MIB);
    options_release(&options);
}

static void test_ranks_of_a_node_divide_a_preset(void **state)
{
    (void)state;
    check_division(0, 65536 * MIB, 8, 256);
    check_division(1, 65536 * MIB, 8, 256);
    check_division(2, 65536 * MIB, 4, 128);
    check_division(3, 65536 * MIB, 2, 85);
    check_division(16, 65536 * MIB, 1, 16);
    check_division(1, 1024 * MIB, 8, 32); /* a quarter of the memory */
    check_division(4, 1024 * MIB, 2, 32);
    check_division(1, 128 * MIB, 4, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_preset_fits_any_machine),
        cmocka_unit_test(test_ranks_of_a_node_divide_a_preset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
