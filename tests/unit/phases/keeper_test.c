/* SPDX-License-Identifier: Apache-2.0 */
#include "phases/keeper.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "platform/clock.h"
#include "platform/interrupt.h"
#include "record/store.h"
#include "unit.h"

enum { SECOND_NS = 1000000000 };

static struct folder folder;
static char path[FOLDER_PATH];
static char shown[FOLDER_PATH];

/* In memory where possible: a farewell waits two seconds at most for its save, and a disk that
 * other tests keep busy may take longer. */
static int start(void **state)
{
    (void)state;
    setenv("TMPDIR", "/dev/shm", 1);
    folder_start(&folder);
    folder_file(&folder, "r.h5", path);
    folder_file(&folder, "shown", shown);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_empty(&folder);
    return rmdir(folder.path);
}

static void add_phase(struct record *record, const char *name, enum record_status status)
{
    struct record_phase *phase = record_add_phase(record);
    snprintf(phase->name, sizeof phase->name, "%s", name);
    snprintf(phase->kind, sizeof phase->kind, "%s", name + 3);
    phase->status = status;
    phase->amount = status == RECORD_COMPLETE ? 4096 : 0;
    histogram_clear(&phase->latency);
}

/* One phase is over, the second is under way, and then 'ending' happens; in a process of its own,
 * since signals change it for good. */
static void in_the_middle(void (*ending)(struct keeper *keeper))
{
    const pid_t child = fork();
    if (child == 0) {
        struct record record = {.schema_version = RECORD_SCHEMA, .status = RECORD_RUNNING};
        struct keeper keeper;
        interrupt_install();
        interrupt_start_guard(NULL);
        add_phase(&record, "01_write", RECORD_COMPLETE);
        keeper_start(&keeper, path, &record, NULL);
        add_phase(&record, "02_verify", RECORD_RUNNING);
        if (keeper_save(&keeper, NULL))
            _exit(99);
        /* From here on the record is half filled in, as it is while numbers are gathered. */
        record.phases[1].node_count = 1000;
        ending(&keeper);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 99);
}

static void assert_found(enum record_status status, enum record_status second, const char *words,
                         int64_t bytes)
{
    struct record record = {0};
    struct failure why = {0};
    if (store_load(path, &record, &why))
        fail_msg("%s", why.text);
    assert_int_equal(record.status, status);
    assert_int_equal(record.phase_count, 2);
    assert_int_equal(record.phases[0].status, RECORD_COMPLETE);
    assert_int_equal(record.phases[0].amount, 4096);
    assert_int_equal(record.phases[1].status, second);
    assert_int_equal(record.phases[1].amount, bytes);
    if (words)
        assert_non_null(strstr(record.phases[1].failure, words));
    record_release(&record);
}

static void vanish(struct keeper *keeper)
{
    (void)keeper;
}

static ino_t file_in_place(void)
{
    struct stat status;
    return stat(path, &status) == 0 ? status.st_ino : 0;
}

/* Until the guard has replaced the result, which may take its time on a busy machine. */
static void hang(struct keeper *keeper)
{
    (void)keeper;
    const ino_t before = file_in_place();
    kill(getpid(), SIGTERM);
    for (int i = 0; i < 600 && file_in_place() == before; i++)
        clock_sleep_ns(SECOND_NS / 10);
}

/* Sends a signal and waits until the guard has received it, as it does before a run reacts. */
static void interrupt(int signal_number)
{
    kill(getpid(), signal_number);
    while (!interrupt_signal())
        clock_sleep_ns(SECOND_NS / 1000);
}

static void hear(struct keeper *keeper)
{
    interrupt(SIGINT);
    keeper_interrupted(keeper, "interrupted by SIGINT", 12345, SECOND_NS);
    clock_sleep_ns(SECOND_NS);
}

/* What is learned after the phase was begun: its modes, and then what a rank waits for. */
static void learn(struct keeper *keeper)
{
    keeper->record->phases[1].node_count = 0;
    keeper->record->phases[1].total.modes.direct_in_effect = TRUTH_YES;
    keeper_refresh(keeper);
    keeper->record->phases[1].node_count = 1000;
    keeper_interrupted(keeper, "interrupted by SIGINT", 12345, SECOND_NS);
    keeper_interrupted(keeper, "rank 3 on n07 waits", 12345, SECOND_NS);
}

static void give_up(struct keeper *keeper)
{
    keeper_give_up(keeper, "rank 3 on n07 has not come");
}

static void stop_before(struct keeper *keeper)
{
    keeper_stop(keeper);
    kill(getpid(), SIGTERM);
    clock_sleep_ns(3LL * SECOND_NS / 2);
}

static void show(void *context, struct record *record)
{
    FILE *file = fopen(context, "w");
    if (!file)
        return;
    fprintf(file, "%s; %s", record->phases[1].failure, record->removal_failure);
    fclose(file);
}

/* The guard ends the process after the second signal, which a busy machine may deliver late. */
static void hear_twice(struct keeper *keeper)
{
    keeper->removes = true;
    keeper->record->phases[1].node_count = 0;
    keeper_set_farewell(keeper, show, shown, false);
    interrupt(SIGTERM);
    keeper_interrupted(keeper, "interrupted by SIGTERM", 12345, SECOND_NS);
    keeper_interrupted(keeper, "rank 3 on n07 waits", 12345, SECOND_NS);
    for (int i = 0; i < 100; i++) {
        clock_sleep_ns(2LL * SECOND_NS / 5);
        kill(getpid(), SIGTERM);
    }
}

static void a_second_signal_shows_and_saves_what_is_known(void **state)
{
    (void)state;
    struct record record = {0};
    char page[256];
    in_the_middle(hear_twice);
    assert_found(RECORD_INTERRUPTED, RECORD_INTERRUPTED, "rank 3 on n07 waits", 12345);
    FILE *file = fopen(shown, "r");
    assert_non_null(file);
    const size_t length = fread(page, 1, sizeof page - 1, file);
    fclose(file);
    page[length] = 0;
    assert_string_equal(page, "rank 3 on n07 waits; a second signal ended the run before it had "
                              "removed its files");
    assert_int_equal(store_load(path, &record, NULL), 0);
    assert_int_equal(record.exit_code, 128 + SIGTERM);
    assert_int_equal(record.phases[1].ended_by, END_SIGNAL);
    record_release(&record);
}

static void a_run_that_vanishes_leaves_what_was_saved(void **state)
{
    (void)state;
    in_the_middle(vanish);
    assert_found(RECORD_RUNNING, RECORD_RUNNING, NULL, 0);
}

static void the_guard_saves_when_the_main_thread_hangs(void **state)
{
    (void)state;
    in_the_middle(hang);
    assert_found(RECORD_INTERRUPTED, RECORD_INTERRUPTED, "before its numbers were gathered", 0);
}

static void the_main_thread_knows_more_and_is_not_overruled(void **state)
{
    (void)state;
    in_the_middle(hear);
    assert_found(RECORD_INTERRUPTED, RECORD_INTERRUPTED, "interrupted by SIGINT", 12345);
}

static void what_becomes_known_later_is_saved_too(void **state)
{
    (void)state;
    struct record record = {0};
    in_the_middle(learn);
    assert_found(RECORD_INTERRUPTED, RECORD_INTERRUPTED, "rank 3 on n07 waits", 12345);
    assert_int_equal(store_load(path, &record, NULL), 0);
    assert_int_equal(record.phases[1].total.modes.direct_in_effect, TRUTH_YES);
    record_release(&record);
}

/* A kill at this point must not leave a result that is called running. */
static void save_after_signal(struct keeper *keeper)
{
    keeper_interrupted(keeper, "interrupted by SIGTERM", 12345, SECOND_NS);
    keeper->record->phases[1].node_count = 0;
    keeper->record->phases[1].status = RECORD_INTERRUPTED;
    if (keeper_save(keeper, NULL))
        _exit(99);
}

static void a_save_after_a_signal_does_not_take_it_back(void **state)
{
    (void)state;
    in_the_middle(save_after_signal);
    assert_found(RECORD_INTERRUPTED, RECORD_INTERRUPTED, NULL, 0);
}

static void a_run_that_gives_up_has_failed(void **state)
{
    (void)state;
    in_the_middle(give_up);
    assert_found(RECORD_FAILED, RECORD_FAILED, "rank 3 on n07 has not come", 0);
}

static void nothing_happens_behind_a_stopped_keeper(void **state)
{
    (void)state;
    in_the_middle(stop_before);
    assert_found(RECORD_RUNNING, RECORD_RUNNING, NULL, 0);
}

static void other_ranks_keep_nothing(void **state)
{
    (void)state;
    struct keeper keeper;
    keeper_start(&keeper, NULL, NULL, NULL);
    assert_int_equal(keeper_save(&keeper, NULL), 0);
    keeper_interrupted(&keeper, "no", 1, 1);
    keeper_give_up(&keeper, "no");
    keeper_stop(&keeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_that_vanishes_leaves_what_was_saved),
        cmocka_unit_test(the_guard_saves_when_the_main_thread_hangs),
        cmocka_unit_test(the_main_thread_knows_more_and_is_not_overruled),
        cmocka_unit_test(a_second_signal_shows_and_saves_what_is_known),
        cmocka_unit_test(what_becomes_known_later_is_saved_too),
        cmocka_unit_test(a_save_after_a_signal_does_not_take_it_back),
        cmocka_unit_test(a_run_that_gives_up_has_failed),
        cmocka_unit_test(nothing_happens_behind_a_stopped_keeper),
        cmocka_unit_test(other_ranks_keep_nothing),
    };
    return cmocka_run_group_tests(tests, start, end);
}
