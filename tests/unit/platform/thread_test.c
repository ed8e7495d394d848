/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

struct seen {
    char name[16];
    sigset_t mask;
    bool ran;
};

static void record_state(void *argument)
{
    struct seen *seen = argument;
    pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
    pthread_sigmask(SIG_SETMASK, NULL, &seen->mask);
    seen->ran = true;
}

static void a_thread_has_a_name_and_blocks_signals(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct thread thread;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(
        thread_start(&thread, "a-very-long-name-of-a-writer", record_state, &seen, NULL), 0);
    thread_join(&thread);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    assert_true(seen.ran);
    assert_string_equal(seen.name, "a-very-long-nam");
    assert_int_equal(sigismember(&seen.mask, SIGINT), 1);
    assert_int_equal(sigismember(&seen.mask, SIGTERM), 1);
    assert_int_equal(sigismember(&seen.mask, SIGRTMIN), 1);
    assert_int_equal(sigismember(&seen.mask, SIGSEGV), 0);
    for (int i = 1; i < SIGRTMAX; i++)
        assert_int_equal(sigismember(&before, i), sigismember(&after, i));
}

static void joining_twice_or_without_start_is_accepted(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct thread thread = {0};
    thread_join(&thread);
    assert_int_equal(thread_start(&thread, "once", record_state, &seen, NULL), 0);
    thread_join(&thread);
    thread_join(&thread);
}

/* Reads a byte and writes it back. */
static void reply(void *argument)
{
    const int *pipes = argument;
    char byte;
    if (read(pipes[0], &byte, 1) == 1 && write(pipes[3], &byte, 1) != 1)
        abort();
}

static void a_detached_thread_continues(void **state)
{
    (void)state;
    int pipes[4];
    char byte = 'x';
    static struct thread thread; /* must stay valid */
    thread_detach(&thread);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(pipe(pipes + 2), 0);
    assert_int_equal(thread_start(&thread, "detached", reply, pipes, NULL), 0);
    thread_detach(&thread);
    thread_join(&thread); /* does not wait: it would block forever */
    assert_int_equal(write(pipes[1], &byte, 1), 1);
    assert_int_equal(read(pipes[2], &byte, 1), 1);
    for (int i = 0; i < 4; i++)
        close(pipes[i]);
}

static void open_null(void *argument)
{
    thread_own_descriptors();
    *(int *)argument = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Containers may not allow it, and ThreadSanitizer does not know it. */
static bool may_own_descriptors(void)
{
#ifdef __SANITIZE_THREAD__
    return false;
#endif
    int status;
    const pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_FILES) ? 1 : 0);
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void descriptors_of_a_thread_end_with_it(void **state)
{
    (void)state;
    struct thread thread;
    int pipes[2];
    int fd;
    char byte;
    if (!may_own_descriptors())
        skip();
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(thread_start(&thread, "opens", open_null, &fd, NULL), 0);
    thread_join(&thread);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* no descriptor of this thread */
    close(pipes[1]);                          /* ... of which no copy is left */
    assert_int_equal(read(pipes[0], &byte, 1), 0);
    close(pipes[0]);
}

/* As an unprivileged user without free processes; in a child process, because it cannot be
 * undone. */
static int start_in_child(void)
{
    struct seen seen = {0};
    struct thread thread;
    struct failure why = {0};
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) || (geteuid() == 0 && setresuid(65534, 65534, 65534)))
        return 2;
    if (thread_start(&thread, "refused", record_state, &seen, &why) != -EAGAIN)
        return 3;
    thread_join(&thread);
    return strstr(why.text, "'refused'") && strstr(why.text, "ulimit -u") ? 0 : 4;
}

static void a_failed_start_suggests_a_remedy(void **state)
{
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(start_in_child());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_has_a_name_and_blocks_signals),
        cmocka_unit_test(joining_twice_or_without_start_is_accepted),
        cmocka_unit_test(descriptors_of_a_thread_end_with_it),
        cmocka_unit_test(a_detached_thread_continues),
        cmocka_unit_test(a_failed_start_suggests_a_remedy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
