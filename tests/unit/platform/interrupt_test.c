/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "unit.h"

enum { NONE = 0, FAILED = 99 };

/* Each case runs in a child process, because signals change a process for good. */
static int exit_code_of(int (*body)(int), int argument)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(body(argument));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int one_signal(int signal_number)
{
    signal(signal_number, SIG_IGN); /* as a shell does for background jobs */
    interrupt_install();
    if (interrupt_signal() != NONE)
        return FAILED;
    raise(signal_number);
    return interrupt_signal();
}

static void the_first_signal_is_recorded(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(one_signal, SIGINT), SIGINT);
    assert_int_equal(exit_code_of(one_signal, SIGTERM), SIGTERM);
    assert_int_equal(exit_code_of(one_signal, SIGUSR1), SIGTERM);
    assert_int_equal(exit_code_of(one_signal, SIGUSR2), SIGTERM);
    assert_int_equal(exit_code_of(one_signal, SIGXCPU), SIGTERM);
}

static void busy(void *context)
{
    (void)context;
    clock_sleep_ns(40000000);
}

/* The guard is busy most of the time: the kernel must not keep the signal until it is not. */
static int ignored_hangup(int unused)
{
    (void)unused;
    signal(SIGHUP, SIG_IGN);
    interrupt_install();
    if (interrupt_start_guard(NULL))
        return FAILED;
    interrupt_set_tick(busy, NULL);
    for (int i = 0; i < 100; i++) {
        clock_sleep_ns(5000000);
        kill(getpid(), SIGHUP);
    }
    clock_sleep_ns(200000000);
    return interrupt_signal();
}

static void a_hangup_that_nohup_ignores_stays_ignored(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(ignored_hangup, 0), NONE);
}

static int duplicate(int signal_number)
{
    interrupt_install();
    raise(signal_number);
    raise(signal_number);
    raise(SIGTERM);
    return 10 + interrupt_signal();
}

static void a_duplicate_does_not_end_the_process(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(duplicate, SIGINT), 10 + SIGINT);
    assert_int_equal(exit_code_of(duplicate, SIGUSR1), 10 + SIGTERM);
}

static int second(int signal_number)
{
    interrupt_install();
    raise(signal_number);
    clock_sleep_ns(350000000);
    raise(SIGTERM);
    return FAILED;
}

static void a_second_signal_ends_with_the_code_of_the_first(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(second, SIGINT), 130);
    assert_int_equal(exit_code_of(second, SIGUSR2), 143);
}

/* As the kernel sends it, once a second. */
static int repeated(int signal_number)
{
    interrupt_install();
    raise(signal_number);
    clock_sleep_ns(350000000);
    raise(signal_number);
    return 10 + interrupt_signal();
}

static void a_repeated_cpu_limit_is_one_signal(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(repeated, SIGXCPU), 10 + SIGTERM);
}

static int broken_pipe(int unused)
{
    (void)unused;
    int ends[2];
    interrupt_install();
    if (pipe(ends))
        return FAILED;
    close(ends[0]);
    return write(ends[1], "x", 1) == -1 ? 0 : FAILED;
}

static void a_broken_pipe_is_an_error_of_the_call(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(broken_pipe, 0), 0);
}

static void leave_with_7(void *context)
{
    (void)context;
    _exit(7);
}

/* The main thread does nothing: only the guard reacts. */
static int guarded(int signal_number)
{
    interrupt_install();
    if (interrupt_start_guard(NULL))
        return FAILED;
    interrupt_set_last_action(leave_with_7, NULL);
    kill(getpid(), signal_number);
    clock_sleep_ns(10000000000);
    return FAILED;
}

static void hang(void *context)
{
    (void)context;
    for (;;)
        clock_sleep_ns(10000000000);
}

/* Neither a blocked main thread nor a blocked last action keeps the process alive. */
static int second_while_blocked(int signal_number)
{
    interrupt_install();
    if (interrupt_start_guard(NULL))
        return FAILED;
    interrupt_set_last_action(hang, NULL);
    kill(getpid(), signal_number);
    for (int i = 0; i < 25; i++) { /* on a busy machine the first signal may arrive so late that the
                                      next one counts as a duplicate */
        clock_sleep_ns(400000000);
        kill(getpid(), SIGTERM);
    }
    return FAILED;
}

static int farewell(int signal_number)
{
    interrupt_install();
    if (interrupt_start_guard(NULL))
        return FAILED;
    interrupt_set_farewell(leave_with_7, NULL);
    kill(getpid(), signal_number);
    clock_sleep_ns(600000000); /* not at the first signal */
    if (interrupt_signal() != signal_number)
        return FAILED;
    for (int i = 0; i < 25; i++) {
        kill(getpid(), SIGTERM);
        clock_sleep_ns(400000000);
    }
    return FAILED;
}

static int cancelled(int signal_number)
{
    interrupt_install();
    if (interrupt_start_guard(NULL))
        return FAILED;
    interrupt_set_last_action(leave_with_7, NULL);
    interrupt_set_last_action(NULL, NULL);
    kill(getpid(), signal_number);
    clock_sleep_ns(600000000);
    return 10 + interrupt_signal();
}

static void the_guard_acts_if_the_main_thread_does_not(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(guarded, SIGTERM), 7);
    assert_int_equal(exit_code_of(guarded, SIGUSR2), 7);
    assert_int_equal(exit_code_of(cancelled, SIGINT), 10 + SIGINT);
}

static void a_second_signal_ends_a_blocked_process(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(second_while_blocked, SIGINT), 130);
    assert_int_equal(exit_code_of(second_while_blocked, SIGTERM), 143);
    assert_int_equal(exit_code_of(farewell, SIGINT), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_signal_is_recorded),
        cmocka_unit_test(a_hangup_that_nohup_ignores_stays_ignored),
        cmocka_unit_test(a_duplicate_does_not_end_the_process),
        cmocka_unit_test(a_repeated_cpu_limit_is_one_signal),
        cmocka_unit_test(a_second_signal_ends_with_the_code_of_the_first),
        cmocka_unit_test(a_broken_pipe_is_an_error_of_the_call),
        cmocka_unit_test(the_guard_acts_if_the_main_thread_does_not),
        cmocka_unit_test(a_repeated_cpu_limit_is_one_signal),
        cmocka_unit_test(a_second_signal_ends_a_blocked_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
