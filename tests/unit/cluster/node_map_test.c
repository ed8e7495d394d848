/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node_map.h"
#include "property.h"

static void the_key_depends_on_name_and_boot_id(void **state)
{
    (void)state;
    const struct host_identity identity = {.hostname = "n01", .boot_id = "abc"};
    struct host_identity other = identity;
    assert_true(node_map_key(&identity) == node_map_key(&other));
    strcpy(other.boot_id, "abd");
    assert_true(node_map_key(&identity) != node_map_key(&other));
    other = (struct host_identity){.hostname = "n01a", .boot_id = "bc"};
    assert_true(node_map_key(&identity) != node_map_key(&other));
}

/* Bytes after the NUL must not matter. */
static void the_key_ignores_bytes_after_the_text(void **state)
{
    (void)state;
    struct host_identity clean = {.hostname = "n01", .boot_id = "abc"};
    struct host_identity dirty = clean;
    memset(dirty.hostname + 4, 'x', sizeof dirty.hostname - 5);
    assert_true(node_map_key(&clean) == node_map_key(&dirty));
}

/* The simplest numbering: the first rank with the same key defines the number. */
static uint32_t plain_numbers(const uint64_t *keys, uint32_t count, uint32_t *numbers)
{
    uint32_t nodes = 0;
    for (uint32_t rank = 0; rank < count; rank++) {
        uint32_t first = 0;
        while (keys[first] != keys[rank])
            first++;
        numbers[rank] = first == rank ? nodes++ : numbers[first];
    }
    return nodes;
}

static void nodes_are_numbered_by_their_lowest_rank(void **state)
{
    (void)state;
    struct property property = property_start("node_map");
    for (int round = 0; round < 300; round++) {
        uint64_t keys[200];
        uint32_t numbers[200];
        uint32_t expected[200];
        uint32_t count = 1 + (uint32_t)property_below(&property, 200);
        uint64_t hosts = 1 + property_below(&property, 40);
        for (uint32_t rank = 0; rank < count; rank++)
            keys[rank] = property_below(&property, hosts) << (round % 60);
        uint32_t nodes = 0;
        assert_int_equal(node_map_number(keys, count, numbers, &nodes), 0);
        assert_int_equal(nodes, plain_numbers(keys, count, expected));
        assert_memory_equal(numbers, expected, count * sizeof *numbers);
    }
}

/* A hundred thousand ranks on as many nodes: with a poor hash this would take minutes. */
static void many_ranks_are_numbered_quickly(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    uint64_t *keys = calloc(COUNT, sizeof *keys);
    uint32_t *numbers = calloc(COUNT, sizeof *numbers);
    for (uint32_t rank = 0; rank < COUNT; rank++)
        keys[rank] = (uint64_t)rank << 20;
    uint32_t nodes = 0;
    assert_int_equal(node_map_number(keys, COUNT, numbers, &nodes), 0);
    assert_int_equal(nodes, COUNT);
    assert_int_equal(numbers[COUNT - 1], COUNT - 1);
    free(keys);
    free(numbers);
}

static void equal_names_get_a_number(void **state)
{
    (void)state;
    char names[6][RECORD_NAME] = {"b", "a", "b", "c", "b", "a"};
    assert_int_equal(node_map_make_names_unique(names, 6), 0);
    assert_string_equal(names[0], "b");
    assert_string_equal(names[1], "a");
    assert_string_equal(names[2], "b#2");
    assert_string_equal(names[3], "c");
    assert_string_equal(names[4], "b#3");
    assert_string_equal(names[5], "a#2");
}

static void long_names_keep_both_ends(void **state)
{
    (void)state;
    char names[3][RECORD_NAME];
    char host[65];
    for (int i = 0; i < 3; i++) {
        snprintf(host, sizeof host, "%c%062d%c", i < 2 ? 'a' : 'b', 0, i ? '1' : '2');
        assert_int_equal(strlen(host), 64);
        node_map_short_name(host, names[i]);
        assert_int_equal(strlen(names[i]), NODE_NAME_MOST);
    }
    assert_string_equal(names[0], "a000000000000000000..0000000000000000002");
    assert_string_not_equal(names[0], names[1]);
    assert_string_not_equal(names[1], names[2]);
    node_map_short_name("n1.example.org", names[0]);
    assert_string_equal(names[0], "n1.example.org");
}

static void long_names_are_cut_for_the_number(void **state)
{
    (void)state;
    char names[2][RECORD_NAME];
    memset(names, 'n', sizeof names);
    names[0][RECORD_NAME - 1] = names[1][RECORD_NAME - 1] = '\0';
    assert_int_equal(node_map_make_names_unique(names, 2), 0);
    assert_int_equal(strlen(names[0]), RECORD_NAME - 1);
    assert_int_equal(strlen(names[1]), RECORD_NAME - 1);
    assert_string_equal(names[1] + RECORD_NAME - 4, "n#2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_depends_on_name_and_boot_id),
        cmocka_unit_test(the_key_ignores_bytes_after_the_text),
        cmocka_unit_test(nodes_are_numbered_by_their_lowest_rank),
        cmocka_unit_test(many_ranks_are_numbered_quickly),
        cmocka_unit_test(equal_names_get_a_number),
        cmocka_unit_test(long_names_keep_both_ends),
        cmocka_unit_test(long_names_are_cut_for_the_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
