/* SPDX-License-Identifier: Apache-2.0 */
/* Engine 'uring' when the kernel refuses a feature. Each case runs in a child process. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../platform/scratch.h"
#include "engines/engine.h"
#include "unit.h"

enum { GOOD = 0, BAD = 1, SKIPPED = 2 };

/* From here on this process and its children get 'error' from one system call. */
static void forbid(long call, int error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = 4, .filter = rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(SKIPPED);
}

/* available and open fail with the same error, and the message contains this text. */
static int refused_with(int error, const char *text)
{
    const struct engine_kind *uring = engine_kind_of(ENGINE_URING);
    struct failure why = {0}, opening = {0};
    struct engine engine;
    const int fd = 0;
    const struct engine_setup setup = {.fds = &fd, .fd_count = 1, .depth = 32};
    const int available = uring->available(&why);
    const int opened = engine_open(&engine, uring, &setup, &opening);
    printf("%s\n", why.text);
    fflush(stdout);
    return available == -error && opened == -error && strstr(why.text, text) &&
                   strstr(why.text, "--engine pwrite") && strcmp(why.text, opening.text) == 0 &&
                   !engine.kind
               ? GOOD
               : BAD;
}

static int without_io_uring(void)
{
    forbid(SYS_io_uring_setup, ENOSYS);
    return refused_with(ENOSYS, "older than 5.1");
}

static int under_seccomp(void)
{
    forbid(SYS_io_uring_setup, EPERM);
    return refused_with(EPERM, "io_uring is");
}

static int out_of_descriptors(void)
{
    const struct rlimit few = {3, 3};
    struct failure why = {0};
    setrlimit(RLIMIT_NOFILE, &few);
    return engine_kind_of(ENGINE_URING)->available(&why) == -EMFILE && strstr(why.text, "ulimit -n")
               ? GOOD
               : BAD;
}

static int without_locked_memory(void)
{
    const struct rlimit none = {0, 0};
    struct failure why = {0};
    setrlimit(RLIMIT_MEMLOCK, &none);
    if (geteuid() == 0 && setresuid(65534, 65534, 65534))
        return SKIPPED;
    if (engine_kind_of(ENGINE_URING)->available(&why) == 0) {
        printf("this kernel does not charge rings to the limit of locked memory\n");
        fflush(stdout);
        return SKIPPED;
    }
    return refused_with(ENOMEM, "ulimit -l, 0 bytes");
}

/* The engine also works without registered files and rings, and reports that. */
static int without_registration(void)
{
    const struct engine_kind *uring = engine_kind_of(ENGINE_URING);
    struct failure why = {0};
    struct engine engine;
    struct engine_request *done;
    char back[4];
    const int fd = fileno(tmpfile());
    const struct engine_setup setup = {.fds = &fd, .fd_count = 1, .depth = 2};
    struct engine_request request = {.memory = back, .length = 4, .direction = ENGINE_WRITE};
    memcpy(back, "data", 4);
    forbid(SYS_io_uring_register, EPERM);
    if (engine_open(&engine, uring, &setup, &why))
        return BAD;
    printf("%s\n", engine.reason);
    fflush(stdout);
    if (!strstr(engine.reason, "files not registered: Operation not permitted") ||
        uring->submit(&engine, &request) || uring->reap(&engine, &done, 1, 1, -1) != 1 ||
        request.result != 4)
        return BAD;
    engine_close(&engine);
    return pread(fd, back, 4, 0) == 4 && memcmp(back, "data", 4) == 0 ? GOOD : BAD;
}

/* The limit of locked memory is enough for a ring, but not for the buffers. */
static int buffers_beyond_the_limit(void)
{
    const struct engine_kind *uring = engine_kind_of(ENGINE_URING);
    const struct rlimit small = {1 << 20, 1 << 20};
    struct failure why = {0};
    struct engine engine;
    const int fd = fileno(tmpfile());
    struct engine_setup setup = {.fds = &fd,
                                 .fd_count = 1,
                                 .depth = 2,
                                 .memory = calloc(1, 8 << 20),
                                 .memory_bytes = 8 << 20,
                                 .mode.fixed_buffers = PREFER};
    setrlimit(RLIMIT_MEMLOCK, &small);
    if (geteuid() == 0 && setresuid(65534, 65534, 65534))
        return SKIPPED;
    if (engine_open(&engine, uring, &setup, &why))
        return BAD;
    printf("%s\n", engine.reason);
    fflush(stdout);
    if (!strstr(engine.reason, "buffers not fixed"))
        return BAD;
    engine_close(&engine);
    setup.mode.fixed_buffers = REQUIRE;
    const int error = engine_open(&engine, uring, &setup, &why);
    free(setup.memory);
    return error == -ENOMEM && strstr(why.text, "use fewer or smaller buffers") && !engine.kind
               ? GOOD
               : BAD;
}

static void run_in_child(int (*body)(void))
{
    struct failure why = {0};
    int status;
    if (engine_kind_of(ENGINE_URING)->available(&why))
        skip_because("engine is not available here: %s", why.text);
    fflush(stdout);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(body());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED)
        skip_because("cannot be arranged here");
    assert_int_equal(WEXITSTATUS(status), GOOD);
}

static void a_kernel_without_it_is_named(void **state)
{
    (void)state;
    run_in_child(without_io_uring);
}

static void a_sandbox_is_named(void **state)
{
    (void)state;
    run_in_child(under_seccomp);
}

static void descriptors_used_up_are_named(void **state)
{
    (void)state;
    run_in_child(out_of_descriptors);
}

static void locked_memory_is_named(void **state)
{
    (void)state;
    run_in_child(without_locked_memory);
}

static void works_without_registration_and_reports_it(void **state)
{
    (void)state;
    run_in_child(without_registration);
}

static void buffers_that_cannot_be_fixed_are_reported(void **state)
{
    (void)state;
    run_in_child(buffers_beyond_the_limit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_without_it_is_named),
        cmocka_unit_test(a_sandbox_is_named),
        cmocka_unit_test(descriptors_used_up_are_named),
        cmocka_unit_test(locked_memory_is_named),
        cmocka_unit_test(buffers_that_cannot_be_fixed_are_reported),
        cmocka_unit_test(works_without_registration_and_reports_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
