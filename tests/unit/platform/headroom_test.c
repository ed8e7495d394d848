/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/headroom.h"

#include <errno.h>

#include "fake_host.h"
#include "unit.h"

enum { MIB = 1 << 20 };

static const struct headroom_need small = {.buffer_bytes = 8 * MIB, .threads = 2, .processes = 2};

/* No limit at all. */
static struct headroom unlimited(void)
{
    return (struct headroom){
        .address_limit = -1,
        .data_limit = -1,
        .files_limit = -1,
        .available = -1,
        .groups = {.memory = {.value = -1, .free = -1}, .tasks = {.value = -1, .free = -1}},
    };
}

static void assert_refused(const struct headroom *headroom, const struct headroom_need *need,
                           const char *words)
{
    struct failure why = {0};
    assert_int_equal(headroom_check(headroom, need, &why), -ENOMEM);
    if (!strstr(why.text, words))
        fail_msg("'%s' is not in '%s'", words, why.text);
}

static void each_limit_is_named(void **state)
{
    (void)state;
    struct headroom headroom = unlimited();
    assert_int_equal(headroom_check(&headroom, &small, NULL), 0);
    headroom.address_limit = 100 * MIB;
    headroom.address_used = 90 * MIB;
    assert_refused(&headroom, &small,
                   "address space (ulimit -v) is 100 MiB, of which 90.0 MiB are in");
    headroom = unlimited();
    headroom.data_limit = 20 * MIB;
    assert_refused(&headroom, &small, "private memory (ulimit -d)");
    headroom = unlimited();
    headroom.groups.memory.free = 50 * MIB;
    strcpy(headroom.groups.memory.group, "/job");
    assert_refused(&headroom, &small,
                   "the memory limit of control group '/job' leaves 50.0 MiB, and 2 ranks");
    headroom = unlimited();
    headroom.available = 50 * MIB;
    assert_refused(&headroom, &small, "50.0 MiB of memory are available, and 2 ranks");
    headroom = unlimited();
    headroom.groups.tasks.free = 3;
    strcpy(headroom.groups.tasks.group, "/few");
    assert_refused(&headroom, &small,
                   "control group '/few' allows 3 more threads (pids.max), and 2 ranks of this "
                   "node need 4");
    headroom.groups.tasks.free = 4;
    assert_int_equal(headroom_check(&headroom, &small, NULL), 0);
}

static void files_that_cannot_be_opened_are_refused(void **state)
{
    (void)state;
    struct headroom headroom = unlimited();
    struct headroom_need need = small;
    need.files = 192;
    assert_int_equal(headroom_check(&headroom, &need, NULL), 0);
    headroom.files_used = 20;
    headroom.files_limit = 220;
    assert_int_equal(headroom_check(&headroom, &need, NULL), 0);
    headroom.files_limit = 219;
    assert_refused(&headroom, &need,
                   "the limit of open files (ulimit -Hn) is 219, of which 20 are in use and 200 "
                   "more are needed: raise it, or use fewer --writers");
    need.files = 0;
    assert_int_equal(headroom_check(&headroom, &need, NULL), 0);
}

static void files_in_memory_and_page_cache_count(void **state)
{
    (void)state;
    struct headroom headroom = unlimited();
    struct headroom_need need = small;
    headroom.groups.memory.free = 70 * MIB;
    assert_int_equal(headroom_check(&headroom, &need, NULL), 0);
    need.stored_bytes = 20 * MIB;
    assert_refused(&headroom, &need, "control group");
    need.stored_bytes = 0;
    need.cache_bytes = 10 * MIB;
    assert_refused(&headroom, &need, "control group");
    need.cache_bytes = UINT64_MAX;
    assert_refused(&headroom, &need, "control group");
}

static void what_refuses_a_thread_is_found(void **state)
{
    (void)state;
    struct text line = {0};
    struct headroom headroom = unlimited();
    headroom.address_limit = headroom.address_used = MIB;
    headroom_explain_threads(&headroom, &line);
    assert_non_null(strstr(text_string(&line), "ulimit -v"));
    text_clear(&line);
    headroom.groups.tasks.free = 0;
    strcpy(headroom.groups.tasks.group, "/few");
    headroom_explain_threads(&headroom, &line);
    assert_string_equal(text_string(&line),
                        "control group '/few' allows no more threads (pids.max)");
    text_clear(&line);
    headroom = unlimited();
    headroom.data_limit = 2 * MIB;
    headroom_explain_mapping(&headroom, 3 * MIB, &line);
    assert_non_null(strstr(text_string(&line), "ulimit -d"));
    text_release(&line);
}

static void free_huge_pages_are_available_memory(void **state)
{
    (void)state;
    struct headroom headroom;
    fake_file("proc/self/status", "VmSize:\t  2048 kB\nVmData:\t 1024 kB\n");
    fake_file("proc/meminfo",
              "MemAvailable:  1024 kB\nHugePages_Free:  3\nHugepagesize: 2048 kB\n");
    fake_file("proc/self/fd/0", "");
    fake_file("proc/self/fd/17", "");
    headroom_detect(fake_root, &headroom);
    assert_int_equal(headroom.files_used, 2);
    assert_int_equal(headroom.address_used, 2 * MIB);
    assert_int_equal(headroom.data_used, MIB);
    assert_int_equal(headroom.available, 7 * MIB);
    headroom_detect("/nowhere", &headroom);
    assert_int_equal(headroom.available, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_is_named),
        cmocka_unit_test(files_that_cannot_be_opened_are_refused),
        cmocka_unit_test(files_in_memory_and_page_cache_count),
        cmocka_unit_test(what_refuses_a_thread_is_found),
        cmocka_unit_test_setup_teardown(free_huge_pages_are_available_memory, fake_host_begin,
                                        fake_host_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
