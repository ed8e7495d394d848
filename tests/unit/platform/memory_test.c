/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/memory.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

static size_t resident_pages(const struct arena *arena)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char map[64];
    size_t resident = 0;
    assert_true(arena->bytes / page <= sizeof map);
    assert_int_equal(mincore(arena->memory, arena->bytes, map), 0);
    for (size_t i = 0; i < arena->bytes / page; i++)
        resident += map[i] & 1;
    return resident;
}

static void mappings_are_whole_aligned_pages(void **state)
{
    (void)state;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t sizes[] = {0, 1, page - 1, page, page + 1, 5 * page};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct arena arena;
        assert_int_equal(arena_map(&arena, sizes[i], NEVER, NULL), 0);
        assert_int_equal((uintptr_t)arena.memory % page, 0);
        assert_int_equal(arena.bytes % page, 0);
        assert_true(arena.bytes >= sizes[i] && arena.bytes > 0);
        memset(arena.memory, 0xa5, arena.bytes);
        arena_unmap(&arena);
        assert_null(arena.memory);
    }
}

static void touching_allocates_pages_and_keeps_bytes(void **state)
{
    (void)state;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct arena arena;
    assert_int_equal(arena_map(&arena, 16 * page, PREFER, NULL), 0);
    assert_int_equal(resident_pages(&arena), 0);
    char *bytes = arena.memory;
    arena_touch(bytes, 0);
    assert_int_equal(resident_pages(&arena), 0);
    /* from the middle of one page to the middle of another: three pages */
    arena_touch(bytes + page / 2, 2 * page);
    assert_int_equal(resident_pages(&arena), 3);
    memset(bytes, 7, arena.bytes);
    arena_touch(bytes, arena.bytes);
    for (size_t i = 0; i < arena.bytes; i++)
        assert_int_equal(bytes[i], 7);
    arena_unmap(&arena);
}

static void too_much_memory_is_refused_with_the_size(void **state)
{
    (void)state;
    const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 4095, (size_t)1 << 60};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct arena arena = {.memory = &arena, .start = &arena};
        struct failure why = {0};
        assert_int_equal(arena_map(&arena, sizes[i], PREFER, &why), -ENOMEM);
        assert_int_equal(why.code, -ENOMEM);
        assert_non_null(strstr(why.text, "bytes of memory"));
        assert_null(arena.memory);
        arena_unmap(&arena);
    }
}

/* Kernels before 5.14 do not know MADV_POPULATE_WRITE; false if they cannot be simulated. */
static bool forget_populate(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 23, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* A mapping of two pages of which the file has one: a store into the other is a SIGBUS. */
static int touch_a_missing_page(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const int fd = memfd_create("short", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)page))
        return 1;
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return 1;
    memory[3] = 'x';
    if (arena_touch(memory, page) || arena_touch(memory + 2, 8) || memory[3] != 'x')
        return 2;
    return arena_touch(memory, 2 * page) == -EFAULT ? 0 : 3;
}

static void a_page_that_cannot_be_allocated_is_reported(void **state)
{
    (void)state;
    assert_int_equal(touch_a_missing_page(), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(forget_populate() ? touch_a_missing_page() : 77);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip_because("system calls cannot be filtered here");
    assert_int_equal(status, 0);
}

enum { HUGE = 2 << 20 };

static void each_page_is_counted_once(void **state)
{
    (void)state;
    static const enum preference preferences[] = {NEVER, PREFER, REQUIRE};
    for (size_t i = 0; i < sizeof preferences / sizeof *preferences; i++) {
        struct arena arena;
        struct arena_pages pages;
        assert_int_equal(arena_map(&arena, 5 * HUGE + 1, preferences[i], NULL), 0);
        assert_int_equal(arena.bytes, arena_whole_bytes(5 * HUGE + 1, preferences[i]));
        arena_count(&arena, &pages);
        assert_int_equal(pages.transparent_bytes + pages.small_bytes, 0);
        arena_touch(arena.memory, arena.bytes);
        arena_count(&arena, &pages);
        const uint64_t all = pages.hugetlb_bytes + pages.transparent_bytes + pages.small_bytes;
        if (all == 0)
            skip_because("/proc/self/smaps does not report pages");
        assert_int_equal(all, arena.bytes);
        if (preferences[i] == NEVER)
            assert_int_equal(pages.small_bytes, arena.bytes);
        else
            assert_int_equal((uintptr_t)arena.memory % HUGE, 0);
        assert_true(pages.hugetlb_bytes == 0 || pages.hugetlb_bytes == arena.bytes);
        print_message("note: preference %d: %llu explicit, %llu transparent, %llu ordinary\n",
                      (int)preferences[i], (unsigned long long)pages.hugetlb_bytes,
                      (unsigned long long)pages.transparent_bytes,
                      (unsigned long long)pages.small_bytes);
        arena_unmap(&arena);
    }
}

static void pages_are_checked(void **state)
{
    (void)state;
    struct failure why = {0};
    const struct arena_pages good[] = {{.hugetlb_bytes = HUGE},
                                       {.transparent_bytes = 4 * HUGE, .small_bytes = HUGE - 4096}};
    const struct arena_pages bad[] = {{0}, {.small_bytes = HUGE}, {HUGE, HUGE, HUGE}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(arena_check_huge(&good[i], NULL), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why = (struct failure){0};
        assert_int_equal(arena_check_huge(&bad[i], &why), -ENOMEM);
    }
    assert_non_null(strstr(why.text, "2097152 bytes"));
    assert_non_null(strstr(why.text, "vm.nr_hugepages"));
}

/* Without any huge page: a child process for which they are disabled. */
static void missing_huge_pages_are_reported(void **state)
{
    (void)state;
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct arena arena;
        struct failure why = {0};
        if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
            _exit(77);
        const int result = arena_try_huge(&arena, 3 * HUGE, &why);
        printf("%d %s\n", result, why.text);
        fflush(stdout);
        /* explicit huge pages may be reserved on this machine */
        _exit(result == 0 || strstr(why.text, "not in huge pages") ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WEXITSTATUS(status) == 77)
        skip_because("the kernel cannot disable huge pages for a process");
    assert_int_equal(status, 0);
}

/* Pages that one pool has allocated serve the next one. */
static void a_reserve_outlives_its_arenas(void **state)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    struct arena_reserve reserve = {0};
    struct arena arena;
    (void)state;
    assert_int_equal(arena_take(&arena, &reserve, 8 * page, NEVER, NULL), 0);
    arena_touch(arena.memory, arena.bytes);
    arena_unmap(&arena);
    assert_int_equal(arena_take(&arena, &reserve, 4 * page - 1, NEVER, NULL), 0);
    assert_int_equal(arena.bytes, 4 * page);
    assert_int_equal(resident_pages(&arena), 4);
    arena_unmap(&arena);
    assert_int_equal(arena_take(&arena, &reserve, 16 * page, NEVER, NULL), 0);
    assert_true(arena.bytes >= 16 * page);
    assert_int_equal(resident_pages(&arena), 0);
    assert_int_equal(arena_take(&arena, &reserve, 8 * page, PREFER, NULL), 0);
    assert_int_equal(reserve.huge, PREFER);
    arena_unmap(&reserve.whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings_are_whole_aligned_pages),
        cmocka_unit_test(touching_allocates_pages_and_keeps_bytes),
        cmocka_unit_test(too_much_memory_is_refused_with_the_size),
        cmocka_unit_test(a_page_that_cannot_be_allocated_is_reported),
        cmocka_unit_test(each_page_is_counted_once),
        cmocka_unit_test(pages_are_checked),
        cmocka_unit_test(a_reserve_outlives_its_arenas),
        cmocka_unit_test(missing_huge_pages_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
