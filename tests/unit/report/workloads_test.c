/* SPDX-License-Identifier: Apache-2.0 */
/* Sections that were requested to do the same share a line of the page. */
#include "workloads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST = 12 };

struct row {
    const char *section;
    const char *data;
    const char *what;
};

/* Writes the lines of rows; those with data were read by "its writer". */
static void write_rows(const struct row *rows, size_t count, bool verbose, struct text *out)
{
    struct workload list[MOST] = {{0}};
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct workload){.section = rows[i].section, .data = rows[i].data, .seed = i};
        text_add(&list[i].what, "%s", rows[i].what);
        text_add(&list[i].reader, "%s", *rows[i].data ? "read by its writer" : "");
    }
    workloads_write(list, count, verbose, out);
    for (size_t i = 0; i < count; i++) {
        text_release(&list[i].what);
        text_release(&list[i].reader);
    }
}

static void expect(const struct row *rows, size_t count, bool verbose, const char *lines)
{
    struct text out = {0};
    write_rows(rows, count, verbose, &out);
    assert_false(out.failed);
    assert_string_equal(text_string(&out), lines);
    text_release(&out);
}

static void equal_sections_share_a_line(void **state)
{
    (void)state;
    static const struct row rows[] = {{"dump", "", "1 GiB"},  {"check", "dump", "1 GiB"},
                                      {"other", "", "1 GiB"}, {"small", "", "4 KiB"},
                                      {"more", "", "1 GiB"},  {"again", "dump", "1 GiB"}};
    expect(rows, 6, false,
           "  workload  dump, other and more: 1 GiB\n"
           "            check and again: 1 GiB; data of 'dump' read by its writer\n"
           "            small: 4 KiB\n");
    expect(rows, 4, true,
           "  workload  dump and other: 1 GiB; seeds 0, 2\n"
           "            check: 1 GiB; data of 'dump' read by its writer; seed 1\n"
           "            small: 4 KiB; seed 3\n");
}

static void numbered_sections_are_a_range(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"save-08", "", "1 GiB"},   {"save-09", "", "1 GiB"},   {"save-10", "", "1 GiB"},
        {"save-12", "", "1 GiB"},   {"x7", "save-08", "1 GiB"}, {"x8", "save-09", "1 GiB"},
        {"x9", "save-10", "1 GiB"}, {"a1", "", "2 GiB"},        {"a2", "", "2 GiB"}};
    expect(rows, 9, false,
           "  workload  save-08 to save-10 and save-12: 1 GiB\n"
           "            x7 to x9: 1 GiB; data of 'save-08' to 'save-10' read by its writer\n"
           "            a1 and a2: 2 GiB\n");
}

static void a_run_without_sections_has_one(void **state)
{
    (void)state;
    static const struct row row = {"", "", "1 GiB"};
    expect(&row, 1, false, "  workload  1 GiB\n");
    expect(&row, 1, true, "  workload  1 GiB; seed 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sections_share_a_line),
        cmocka_unit_test(numbered_sections_are_a_range),
        cmocka_unit_test(a_run_without_sections_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
