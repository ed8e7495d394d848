/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "unit.h"

static void set_locale(const char *all, const char *ctype, const char *lang)
{
    setenv("LC_ALL", all, 1);
    setenv("LC_CTYPE", ctype, 1);
    setenv("LANG", lang, 1);
}

static void utf8_by_the_first_variable_that_is_set(void **state)
{
    (void)state;
    set_locale("", "", "");
    assert_false(terminal_utf8());
    set_locale("", "", "en_US.UTF-8");
    assert_true(terminal_utf8());
    set_locale("", "", "C.utf8");
    assert_true(terminal_utf8());
    set_locale("C", "", "en_US.UTF-8");
    assert_false(terminal_utf8());
    set_locale("", "de_DE.UTF-8", "C");
    assert_true(terminal_utf8());
    set_locale("", "de_DE.ISO-8859-1", "en_US.UTF-8");
    assert_false(terminal_utf8());
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    unsetenv("LANG");
    assert_false(terminal_utf8());
}

static void a_file_is_not_a_terminal(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_false(terminal_is(file));
    assert_int_equal(terminal_width(file), 80);
    fclose(file);
}

static void a_terminal_has_its_width(void **state)
{
    (void)state;
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master)) {
        print_message("skipped: no pseudo terminals available\n");
        skip();
    }
    FILE *terminal = fdopen(open(ptsname(master), O_RDWR | O_NOCTTY), "r+");
    assert_non_null(terminal);
    assert_true(terminal_is(terminal));
    assert_int_equal(terminal_width(terminal), 80); /* a size of 0 is unknown */
    struct winsize size = {.ws_col = 133, .ws_row = 40};
    assert_int_equal(ioctl(master, TIOCSWINSZ, &size), 0);
    assert_int_equal(terminal_width(terminal), 133);
    fclose(terminal);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_by_the_first_variable_that_is_set),
        cmocka_unit_test(a_file_is_not_a_terminal),
        cmocka_unit_test(a_terminal_has_its_width),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
