/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "option_table.h"
#include "options/help.h"
#include "unit.h"

static void names_every_row_with_its_argument_and_default(void **state)
{
    (void)state;
    struct text page = {0};
    help_run(&page);
    assert_false(page.failed);
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = &option_table[id];
        char heading[128];
        snprintf(heading, sizeof heading, "\n  --%s%s%s", row->name, *row->argument ? " " : "",
                 row->argument);
        const char *at = strstr(text_string(&page), heading);
        if (!at || (at[strlen(heading)] != ' ' && at[strlen(heading)] != '\n'))
            fail_msg("no line for --%s", row->name);
        if (*row->fallback == '\0' || row->kind == KIND_FLAG)
            continue;
        char fallback[64];
        snprintf(fallback, sizeof fallback, "[%s]", row->fallback);
        const char *next = strstr(at + 3, "\n  --");
        const char *found = strstr(at, fallback);
        if (!found || (next && found > next))
            fail_msg("no default for --%s", row->name);
    }
    for (size_t i = 0; i < OPTION_ALIASES; i++)
        assert_non_null(strstr(text_string(&page), option_aliases[i].name));
    text_release(&page);
}

static void every_row_has_words(void **state)
{
    (void)state;
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        assert_true(strlen(option_table[id].help) > 10);
        if (option_table[id].kind != KIND_FLAG)
            assert_true(*option_table[id].argument != '\0');
    }
}

static void assert_fits(const char *page)
{
    const char *line = page;
    while (*line) {
        size_t length = strcspn(line, "\n");
        if (length > 80 || (length > 0 && line[length - 1] == ' '))
            fail_msg("'%.*s'", (int)length, line);
        line += length + (line[length] == '\n');
    }
    assert_true(line > page && line[-1] == '\n');
}

static void lines_fit_a_terminal(void **state)
{
    (void)state;
    void (*const pages[])(struct text *) = {help_overview, help_run};
    for (size_t i = 0; i < 2; i++) {
        struct text page = {0};
        pages[i](&page);
        assert_fits(text_string(&page));
        text_release(&page);
    }
}

/* Each topic of the list has a page that begins with its command line. */
static void topics_have_pages_that_fit(void **state)
{
    (void)state;
    struct text list = {0};
    char name[32];
    int topics = 0;
    help_topics(&list);
    for (const char *at = text_string(&list); sscanf(at, "  tidemill help %31s", name) == 1;
         at = strchr(at, '\n') + 1, topics++) {
        const char *page = help_topic(name);
        assert_non_null(page);
        assert_int_equal(strncmp(page, "tidemill help ", 14), 0);
        assert_int_equal(strncmp(page + 14, name, strlen(name)), 0);
        assert_fits(page);
    }
    assert_true(topics >= 7);
    assert_null(help_topic("nothing"));
    text_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_row_with_its_argument_and_default),
        cmocka_unit_test(every_row_has_words),
        cmocka_unit_test(lines_fit_a_terminal),
        cmocka_unit_test(topics_have_pages_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
