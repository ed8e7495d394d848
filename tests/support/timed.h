/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time limits for tests: far more than a test needs; a test that hangs ends the program as a
 * failure. Include it after unit.h.
 */
#ifndef TIDEMILL_TESTS_TIMED_H
#define TIDEMILL_TESTS_TIMED_H

#include <signal.h>
#include <unistd.h>

enum { TIMED_LIMIT_S = 100 };

static inline void timed_out(int signal_number)
{
    static const char line[] = "a test hangs: aborted\n";
    ssize_t written = write(STDERR_FILENO, line, sizeof line - 1);
    (void)written;
    (void)signal_number;
    abort(); /* a core dump shows where it hangs */
}

static inline int timed_start(void **state)
{
    (void)state;
    signal(SIGALRM, timed_out);
    alarm(TIMED_LIMIT_S);
    return 0;
}

static inline int timed_end(void **state)
{
    (void)state;
    alarm(0);
    return 0;
}

#define timed_test(function) cmocka_unit_test_setup_teardown(function, timed_start, timed_end)

#endif
