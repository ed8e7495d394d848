#include "platform/interrupt.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock.h"
#include "unit.h"

enum { NONE = 0, FAILED = 99 };

/* Each case in a child: signals change the process for good. */
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
    signal(signal_number, SIG_IGN); /* as a shell leaves it for jobs in the background */
    interrupt_install();
    if (interrupt_signal() != NONE)
        return FAILED;
    raise(signal_number);
    return interrupt_exit_code(interrupt_signal());
}

static void the_first_is_noted(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(one_signal, SIGINT), 130);
    assert_int_equal(exit_code_of(one_signal, SIGTERM), 143);
    assert_int_equal(exit_code_of(one_signal, SIGUSR1), 143);
    assert_int_equal(exit_code_of(one_signal, SIGUSR2), 143);
}

static int echo(int signal_number)
{
    interrupt_install();
    raise(signal_number);
    raise(signal_number);
    raise(SIGTERM);
    return 10 + interrupt_signal();
}

static void an_echo_does_not_end_the_process(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(echo, SIGINT), 10 + SIGINT);
    assert_int_equal(exit_code_of(echo, SIGUSR1), 10 + SIGTERM);
}

static int second(int signal_number)
{
    interrupt_install();
    raise(signal_number);
    clock_sleep_ns(350000000);
    raise(SIGTERM);
    return FAILED;
}

static void the_second_ends_with_the_code_of_the_first(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(second, SIGINT), 130);
    assert_int_equal(exit_code_of(second, SIGUSR2), 143);
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
    assert_int_equal(interrupt_exit_code(NONE), 0);
}

static void leave_with_7(void *context)
{
    (void)context;
    _exit(7);
}

/* The main thread does nothing: the guard alone hears. */
static int guarded(int signal_number)
{
    interrupt_install();
    if (interrupt_guard(NULL))
        return FAILED;
    interrupt_last_act(leave_with_7, NULL);
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

/* Neither a main thread that is stuck nor a last act that is can keep the process. */
static int second_while_stuck(int signal_number)
{
    interrupt_install();
    if (interrupt_guard(NULL))
        return FAILED;
    interrupt_last_act(hang, NULL);
    kill(getpid(), signal_number);
    for (int i = 0; i < 25; i++) { /* on a busy machine the first may be heard so late that the
                                      next looks like its echo */
        clock_sleep_ns(400000000);
        kill(getpid(), SIGTERM);
    }
    return FAILED;
}

static int taken_back(int signal_number)
{
    interrupt_install();
    if (interrupt_guard(NULL))
        return FAILED;
    interrupt_last_act(leave_with_7, NULL);
    interrupt_last_act(NULL, NULL);
    kill(getpid(), signal_number);
    clock_sleep_ns(600000000);
    return 10 + interrupt_signal();
}

static void the_guard_acts_when_nobody_else_does(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(guarded, SIGTERM), 7);
    assert_int_equal(exit_code_of(guarded, SIGUSR2), 7);
    assert_int_equal(exit_code_of(taken_back, SIGINT), 10 + SIGINT);
}

static void the_second_ends_whatever_hangs(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(second_while_stuck, SIGINT), 130);
    assert_int_equal(exit_code_of(second_while_stuck, SIGTERM), 143);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_noted),
        cmocka_unit_test(an_echo_does_not_end_the_process),
        cmocka_unit_test(the_second_ends_with_the_code_of_the_first),
        cmocka_unit_test(a_broken_pipe_is_an_error_of_the_call),
        cmocka_unit_test(the_guard_acts_when_nobody_else_does),
        cmocka_unit_test(the_second_ends_whatever_hangs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
