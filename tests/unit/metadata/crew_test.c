/* SPDX-License-Identifier: Apache-2.0 */
/* A crew on a directory: what it creates is what it visits, failures are counted and named, nothing
 * foreign is touched and nothing is left. */
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "crew_rig.h"
#include "engines/engine.h"
#include "ring_threads.h"

static void each_operation_is_done_once_in_each_layout(void **state)
{
    (void)state;
    static const enum phase_id phases[] = {PHASE_CREATE, PHASE_READDIR, PHASE_FIND, PHASE_RENAME,
                                           PHASE_STAT,   PHASE_READDIR, PHASE_FIND, PHASE_OPEN,
                                           PHASE_RENAME, PHASE_READDIR, PHASE_FIND, PHASE_REMOVE};
    for (unsigned variant = 0; variant < 24; variant++) {
        struct rig rig;
        const struct object_layout layout = {.ranks = 1,
                                             .threads = variant & 1 ? THREADS : 1,
                                             .fan_out = variant & 2 ? 4 : 0,
                                             .levels = variant & 16 ? 2 : 0,
                                             .shared = variant & 4};
        rig_start(&rig, &layout, variant & 8);
        rig.setup.sync_end = true;
        for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
            rig_run(&rig, phases[i]);
            assert_string_equal(rig.failure.text, "");
            assert_int_equal(rig.done, rig.setup.objects);
            assert_int_equal(rig.failed, 0);
        }
        object_tree_set_empty(&rig.tree);
        rig_end(&rig);
    }
}

/* The kernel reads attributes in threads of its own. */
static void the_rings_threads_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 1};
    rig_start(&rig, &layout, false);
    rig_run(&rig, PHASE_CREATE);
    rig_run(&rig, PHASE_STAT);
    assert_int_equal(rig.ring_cpu_ns > 0, depth > 0 && ring_threads_have_known_names());
    rig_end(&rig);
}

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void all_directories_are_closed(void **state)
{
    (void)state;
    const struct object_layout layout = {.ranks = 1, .threads = THREADS, .fan_out = 4};
    const int before = count_descriptors();
    struct rig rig;
    rig_start(&rig, &layout, false);
    rig_run(&rig, PHASE_CREATE);
    rig_run(&rig, PHASE_FIND);
    rig_run(&rig, PHASE_STAT);
    rig_end(&rig);
    assert_int_equal(count_descriptors(), before);
}

static void objects_that_remain_are_removed_at_the_end(void **state)
{
    (void)state;
    for (unsigned variant = 0; variant < 4; variant++) {
        struct rig rig;
        const struct object_layout layout = {
            .ranks = 1, .threads = THREADS, .fan_out = variant & 1 ? 4 : 0, .shared = variant & 2};
        rig_start(&rig, &layout, false);
        rig.setup.operation.sync_each = true;
        rig_run(&rig, PHASE_CREATE);
        assert_int_equal(rig.done, rig.setup.objects);
        rig_end(&rig);
    }
}

static void a_foreign_object_is_a_failure_and_stays(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 2};
    char path[FOLDER_PATH];
    char content[16] = {0};
    rig_start(&rig, &layout, false);
    path_of(&rig, 1, 7, path);
    write_file(path, "precious");
    rig_run(&rig, PHASE_CREATE);
    assert_int_equal(rig.done, rig.setup.objects - 1);
    assert_int_equal(rig.failed, 1);
    assert_int_equal(rig.failure.code, -EEXIST);
    assert_non_null(strstr(rig.failure.text, "another process created it"));
    assert_non_null(strstr(rig.failure.text, path));
    rig_run(&rig, PHASE_OPEN); /* it is not this run's object */
    assert_int_equal(rig.done, rig.setup.objects - 1);
    assert_int_equal(rig.failed, 0);
    rig_run(&rig, PHASE_REMOVE);
    assert_int_equal(rig.done, rig.setup.objects - 1);
    const int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, content, sizeof content - 1), 8);
    close(fd);
    assert_string_equal(content, "precious");
    unlink(path);
    rig_end(&rig);
}

static void objects_that_vanished_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 2};
    char path[FOLDER_PATH];
    rig_start(&rig, &layout, false);
    rig_run(&rig, PHASE_CREATE);
    for (uint64_t place = 3; place < 6; place++) {
        path_of(&rig, 0, place, path);
        assert_int_equal(unlink(path), 0);
    }
    rig_run(&rig, PHASE_STAT);
    assert_int_equal(rig.done, rig.setup.objects - 3);
    assert_int_equal(rig.failed, 3);
    assert_non_null(strstr(rig.failure.text, "another process removed it"));
    rig_end(&rig);
}

/* More kinds than there are places: the last one counts the rest. */
static void failures_are_counted_by_error(void **state)
{
    (void)state;
    struct crew_error sum[CREW_ERRORS] = {0};
    struct crew_error both[CREW_ERRORS] = {0};
    uint64_t all = 0;
    for (int round = 0; round < 2; round++)
        for (int i = 1; i <= 2 * CREW_ERRORS; i++) {
            const struct crew_error one = {
                .error = i, .count = 1, .first = {.place = (uint64_t)(100 * round)}};
            crew_add_errors(sum, &one);
        }
    for (int i = 0; i < CREW_ERRORS - 1; i++) {
        assert_int_equal(sum[i].error, i + 1);
        assert_int_equal(sum[i].count, 2);
        assert_int_equal(sum[i].first.place, 0);
    }
    assert_int_equal(sum[CREW_ERRORS - 1].error, 0);
    assert_int_equal(sum[CREW_ERRORS - 1].count, 2 * (CREW_ERRORS + 1));
    crew_add_errors(both, &sum[CREW_ERRORS - 1]);
    for (int i = 0; i < CREW_ERRORS; i++)
        crew_add_errors(both, &sum[i]);
    for (int i = 0; i < CREW_ERRORS; i++)
        all += both[i].count;
    assert_int_equal(both[0].error, 1);
    assert_int_equal(all, 4 * CREW_ERRORS + 2 * (CREW_ERRORS + 1));
}

static void wrong_data_are_found_with_their_place(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 1};
    char path[FOLDER_PATH];
    rig_start(&rig, &layout, false);
    rig_run(&rig, PHASE_CREATE);
    path_of(&rig, 0, 9, path);
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, "wrong", 5, 100), 5);
    close(fd);
    path_of(&rig, 0, 10, path);
    assert_int_equal(truncate(path, 50), 0);
    path_of(&rig, 0, 11, path);
    assert_int_equal(truncate(path, SIZE + 1), 0);
    rig_run(&rig, PHASE_OPEN);
    assert_int_equal(rig.done, rig.setup.objects - 3);
    assert_int_equal(rig.bad_blocks, 3);
    assert_int_equal(rig.failure.code, 0); /* the places are the message */
    rig_run(&rig, PHASE_STAT);
    assert_int_equal(rig.failed, 2);
    assert_non_null(strstr(rig.failure.text, "type and size"));
    rig_end(&rig);
}

/* RLIMIT_FSIZE makes each write fail with EFBIG. */
static void a_failed_write_leaves_no_object_and_ends_the_thread(void **state)
{
    (void)state;
    struct rig rig;
    struct rlimit before;
    const struct object_layout layout = {.ranks = 1, .threads = 1, .fan_out = 4};
    rig_start(&rig, &layout, false);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {SIZE - 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    rig_run(&rig, PHASE_CREATE);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rig.done, 0);
    assert_int_equal(rig.failed, depth ? depth : 1); /* all that were in flight */
    assert_int_equal(rig.failure.code, -EFBIG);
    assert_int_equal(acknowledged_count(&rig.tree.created[0]), 0);
    rig_end(&rig);
}

static void objects_without_a_directory_are_counted(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 1, .fan_out = 10};
    char path[FOLDER_PATH];
    rig_start(&rig, &layout, false);
    snprintf(path, sizeof path, "%.400s/r0/d2", rig.tree.top);
    write_file(path, "precious"); /* where the third directory would be */
    rig_run(&rig, PHASE_CREATE);
    assert_int_equal(rig.done, rig.setup.objects - 10);
    assert_int_equal(rig.failed, 10);
    assert_int_equal(rig.failure.code, -ENOTDIR);
    unlink(path);
    rig_end(&rig);
}

/* --equalise: the test is the main thread, so nothing but the first count depends on time. */
static void all_threads_continue_to_the_goal(void **state)
{
    (void)state;
    enum { MORE = 5, NAP_NS = 1000 * 1000 };
    struct rig rig;
    struct failure why = {0};
    struct crew_state seen;
    const struct object_layout layout = {.ranks = 1, .threads = THREADS};
    uint64_t most = 0;
    rig_start(&rig, &layout, false);
    rig.setup.objects = 0; /* until the deadline */
    rig.setup.kind = operation_kind_of(PHASE_CREATE);
    rig.setup.limits = (struct limits){.deadline_ns = 5 * NAP_NS, .equalise = true};
    if (crew_open(&rig.crew, &rig.setup, &why))
        fail_msg("%s", why.text);
    crew_go_at(rig.crew, clock_now_ns());
    while (!crew_reports(rig.crew, &most))
        clock_sleep_ns(NAP_NS);
    const uint64_t goal = most + MORE;
    crew_set_goal(rig.crew, goal, false);
    for (crew_peek(rig.crew, &seen); seen.done < THREADS * goal; crew_peek(rig.crew, &seen))
        clock_sleep_ns(NAP_NS);
    assert_false(crew_wait(rig.crew, NAP_NS)); /* the goal may grow */
    crew_set_goal(rig.crew, goal, true);
    while (!crew_wait(rig.crew, LONG_NS))
        ;
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(crew_outcome(rig.crew, i)->counters.operations, goal);
        assert_int_equal(crew_outcome(rig.crew, i)->counters.threads_behind, 0);
        assert_true(crew_outcome(rig.crew, i)->counters.deadline_operations <= (int64_t)goal);
    }
    rig_sum(&rig);
    crew_close(rig.crew);
    rig.setup.limits = (struct limits){0};
    rig_run(&rig, PHASE_STAT); /* exactly these */
    assert_int_equal(rig.done, THREADS * goal);
    rig_run(&rig, PHASE_REMOVE);
    assert_int_equal(rig.done, THREADS * goal);
    object_tree_set_empty(&rig.tree);
    rig_end(&rig);
}

static void the_tail_of_operations_is_limited(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 1};
    rig_start(&rig, &layout, false);
    rig.setup.objects = 0;
    rig.setup.limits =
        (struct limits){.deadline_ns = 1000 * 1000, .equalise = true, .tail_ns = 1000 * 1000};
    rig.setup.kind = operation_kind_of(PHASE_CREATE);
    rig_run(&rig, PHASE_CREATE); /* without a goal */
    assert_string_equal(rig.failure.text, "");
    assert_int_equal(rig.behind, 1);
    rig_end(&rig);
}

static void a_deadline_ends_the_creation_and_the_rest_follows_it(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 2, .fan_out = 100};
    rig_start(&rig, &layout, false);
    rig.setup.objects = 0; /* until the deadline */
    rig.setup.limits.deadline_ns = 20 * 1000 * 1000;
    rig_run(&rig, PHASE_CREATE);
    const uint64_t created = rig.done;
    rig.setup.limits.deadline_ns = 0;
    rig.setup.threads = 3;
    rig_run(&rig, PHASE_OPEN);
    assert_int_equal(rig.done, created);
    rig_run(&rig, PHASE_REMOVE);
    assert_int_equal(rig.done, created);
    rig_end(&rig);
}

static void a_rate_is_not_exceeded(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 1};
    rig_start(&rig, &layout, false);
    rig.setup.limits.writer_rate = 1000;
    rig_run(&rig, PHASE_CREATE);
    assert_int_equal(rig.done, rig.setup.objects);
    assert_int_equal(rig.intended, rig.setup.objects);
    assert_true(rig.last_ns >= (int64_t)rig.setup.objects * 1000 * 1000);
    rig.setup.limits.deadline_ns = 20 * 1000 * 1000; /* while it waits */
    rig_run(&rig, PHASE_STAT);
    assert_true(rig.done < rig.setup.objects);
    rig_end(&rig);
}

static void a_stop_ends_all_threads(void **state)
{
    (void)state;
    struct rig rig;
    struct failure why = {0};
    struct crew_state seen = {0};
    const struct object_layout layout = {.ranks = 1, .threads = 2, .fan_out = 100};
    rig_start(&rig, &layout, false);
    rig.setup.objects = 0;
    rig.setup.kind = operation_kind_of(PHASE_CREATE);
    assert_int_equal(crew_open(&rig.crew, &rig.setup, &why), 0);
    crew_go_at(rig.crew, clock_now_ns());
    while (seen.done < 10)
        crew_peek(rig.crew, &seen);
    crew_stop(rig.crew, true);
    while (!crew_wait(rig.crew, LONG_NS))
        ;
    rig_sum(&rig);
    crew_peek(rig.crew, &seen);
    assert_int_equal(seen.done, rig.done);
    assert_false(seen.failed);
    crew_close(rig.crew);
    rig_end(&rig);
}

static int run_at(uint32_t number)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_is_done_once_in_each_layout),
        cmocka_unit_test(objects_that_remain_are_removed_at_the_end),
        cmocka_unit_test(the_rings_threads_are_counted),
        cmocka_unit_test(all_directories_are_closed),
        cmocka_unit_test(a_foreign_object_is_a_failure_and_stays),
        cmocka_unit_test(objects_that_vanished_are_counted),
        cmocka_unit_test(failures_are_counted_by_error),
        cmocka_unit_test(wrong_data_are_found_with_their_place),
        cmocka_unit_test(a_failed_write_leaves_no_object_and_ends_the_thread),
        cmocka_unit_test(objects_without_a_directory_are_counted),
        cmocka_unit_test(a_deadline_ends_the_creation_and_the_rest_follows_it),
        cmocka_unit_test(all_threads_continue_to_the_goal),
        cmocka_unit_test(the_tail_of_operations_is_limited),
        cmocka_unit_test(a_rate_is_not_exceeded),
        cmocka_unit_test(a_stop_ends_all_threads),
    };
    depth = number;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    struct failure why = {0};
    const int failed = run_at(0);
    if (failed || !engine_kind_of(ENGINE_URING)->available(&why))
        return failed || run_at(1) || run_at(8);
    fprintf(stderr, "only plain calls: %s\n", why.text);
    return 0;
}
