/* SPDX-License-Identifier: Apache-2.0 */
#include "node_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct row {
    int64_t value;
    char node[16];
};

static void expect(struct node_rows *rows, const char *node, size_t begin, size_t end)
{
    node_rows_seek(rows, node);
    if (begin == end)
        assert_int_equal(rows->begin, rows->end);
    else
        assert_int_equal(rows->begin, begin);
    assert_int_equal(rows->end - rows->begin, end - begin);
}

static void rows_of_a_node_are_next_to_each_other(void **state)
{
    (void)state;
    const struct row table[] = {{1, "a"}, {2, "a"}, {3, "b"}, {4, "d"}, {5, "d"}, {6, "d"}};
    struct node_rows rows = NODE_ROWS(table, sizeof table / sizeof *table);
    for (int round = 0; round < 2; round++) { /* the second begins at the end */
        expect(&rows, "a", 0, 2);
        expect(&rows, "b", 2, 3);
        expect(&rows, "c", 0, 0);
        expect(&rows, "d", 3, 6);
        expect(&rows, "dd", 0, 0);
    }
    expect(&rows, "d", 3, 6);
    expect(&rows, "b", 2, 3);
    expect(&rows, "a", 0, 2);
}

static void nodes_may_have_numbers(void **state)
{
    (void)state;
    const struct {
        int64_t value;
        int64_t node;
    } table[] = {{1, -1}, {2, 0}, {3, 0}, {4, 2}};
    struct node_rows rows = NODE_ROWS(table, sizeof table / sizeof *table);
    const size_t expected[][2] = {{1, 3}, {4, 4}, {3, 4}, {4, 4}};
    for (int64_t node = 0; node < 4; node++) {
        node_rows_seek_number(&rows, node);
        assert_int_equal(rows.begin, expected[node][0]);
        assert_int_equal(rows.end, expected[node][1]);
    }
    node_rows_seek_number(&rows, -1);
    assert_int_equal(rows.end, 1);
}

static void a_table_may_be_empty(void **state)
{
    (void)state;
    const struct row *table = NULL;
    struct node_rows rows = NODE_ROWS(table, 0);
    expect(&rows, "a", 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_a_node_are_next_to_each_other),
        cmocka_unit_test(nodes_may_have_numbers),
        cmocka_unit_test(a_table_may_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
