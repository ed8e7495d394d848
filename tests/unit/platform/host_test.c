/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/host.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static void this_host_has_a_name_and_a_boot_id(void **state)
{
    (void)state;
    struct host_identity one, two;
    char name[RECORD_NAME] = "";
    assert_int_equal(host_identify(&one, NULL), 0);
    assert_int_equal(host_identify(&two, NULL), 0);
    assert_memory_equal(&one, &two, sizeof one);
    gethostname(name, sizeof name - 1);
    assert_string_equal(one.hostname, name);
    if (access("/proc/sys/kernel/random/boot_id", R_OK) == 0)
        assert_int_equal(strlen(one.boot_id), 36);
}

static void all_facts_of_a_node_are_set(void **state)
{
    (void)state;
    struct topology topology;
    struct record_node node;
    assert_int_equal(topology_detect(&topology, NULL), 0);
    assert_int_equal(host_detect(&node, &topology, NULL), 0);
    assert_true(node.hostname[0] && node.kernel[0] && node.cpu[0] && node.allowed_cpus[0]);
    assert_true(node.sockets >= 1 && node.cores >= node.sockets && node.cpus >= node.cores);
    assert_true(node.numa_nodes >= 1);
    assert_true(node.memory_bytes > 0 && node.memory_limit_bytes > 0);
    assert_true(node.memory_limit_bytes <= node.memory_bytes);
    assert_string_equal(node.mpi_library, "");
    assert_int_equal(node.ranks, 0);
    printf("note: %s, %s, kernel %s, cpus %s\n", node.hostname, node.cpu, node.kernel,
           node.allowed_cpus);
}

static void the_soft_limit_of_locked_memory_is_used(void **state)
{
    (void)state;
    struct rlimit before, limit;
    getrlimit(RLIMIT_MEMLOCK, &before);
    limit = before;
    limit.rlim_cur = 65536;
    assert_int_equal(setrlimit(RLIMIT_MEMLOCK, &limit), 0);
    assert_int_equal(host_memlock_bytes(), 65536);
    setrlimit(RLIMIT_MEMLOCK, &before);
}

/* The capability depends on the user; a child process, because it cannot be regained. */
static void the_capability_to_lock_memory_is_detected(void **state)
{
    (void)state;
    if (geteuid() != 0)
        assert_false(host_can_lock_memory());
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(geteuid() == 0 && setresuid(65534, 65534, 65534) ? 77 : host_can_lock_memory());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) != 77)
        assert_int_equal(WEXITSTATUS(status), 0);
}

/* Direct writes are counted byte for byte. */
static void traffic_is_counted(void **state)
{
    (void)state;
    enum { BYTES = 1 << 20 };
    struct host_traffic before, after;
    char name[] = "/var/tmp/tidemill-test-XXXXXX";
    const int fd = mkostemp(name, O_DIRECT);
    void *memory = aligned_alloc(4096, BYTES);
    memset(memory, 7, BYTES);
    host_read_traffic(&before);
    const bool written = fd >= 0 && pwrite(fd, memory, BYTES, 0) == BYTES;
    host_read_traffic(&after);
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    free(memory);
    assert_true(after.written_bytes >= before.written_bytes);
    if (!written || after.written_bytes == before.written_bytes)
        print_message("note: no direct I/O below /var/tmp, or the kernel does not count I/O\n");
    else
        assert_true(after.written_bytes - before.written_bytes >= BYTES);
}

static void random_bits_differ(void **state)
{
    (void)state;
    uint64_t every = UINT64_MAX, any = 0;
    for (int i = 0; i < 200; i++) {
        const uint64_t bits = host_random();
        assert_int_not_equal(bits, host_random());
        every &= bits;
        any |= bits;
    }
    assert_int_equal(every, 0);
    assert_true(any == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_host_has_a_name_and_a_boot_id),
        cmocka_unit_test(all_facts_of_a_node_are_set),
        cmocka_unit_test(the_soft_limit_of_locked_memory_is_used),
        cmocka_unit_test(the_capability_to_lock_memory_is_detected),
        cmocka_unit_test(traffic_is_counted),
        cmocka_unit_test(random_bits_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
