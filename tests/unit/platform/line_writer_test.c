/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "folder.h"
#include "platform/clock.h"
#include "platform/line_writer.h"

static const int64_t long_ns = 60000000000; /* longer than any busy machine takes */

static struct folder folder;
static char path[FOLDER_PATH];

static int start(void **state)
{
    (void)state;
    folder_start(&folder);
    folder_file(&folder, "lines", path);
    return 0;
}

static int end(void **state)
{
    (void)state;
    folder_end(&folder);
    return 0;
}

static struct line_writer *opened(void)
{
    struct failure why = {0};
    struct line_writer *writer;
    assert_int_equal(line_writer_open(&writer, path, &why), 0);
    return writer;
}

static void put(struct line_writer *writer, const char *line)
{
    line_writer_put(writer, line, strlen(line));
}

static void check_content(const char *expected)
{
    char found[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, expected);
}

static void lines_are_appended(void **state)
{
    (void)state;
    struct failure why = {0};
    for (int i = 0; i < 2; i++) {
        struct line_writer *writer = opened();
        put(writer, "one\n");
        put(writer, "two\n");
        assert_false(line_writer_close(writer, long_ns, &why));
    }
    check_content("one\ntwo\none\ntwo\n");
}

static void a_file_of_something_else_is_refused(void **state)
{
    (void)state;
    struct failure why = {0};
    assert_int_equal(line_writer_check(path, "{\"", &why), 0);
    assert_int_equal(access(path, F_OK), -1);
    struct line_writer *writer = opened();
    put(writer, "{\"a\":1}\n");
    line_writer_close(writer, long_ns, &why);
    assert_int_equal(line_writer_check(path, "{\"", &why), 0);
    assert_int_equal(line_writer_check(path, "{\"time\"", &why), -EEXIST);
    check_content("{\"a\":1}\n");
    why = (struct failure){0};
    assert_int_equal(line_writer_check(folder.path, "{", &why), -EISDIR);
    why = (struct failure){0};
    assert_int_equal(line_writer_check("/nowhere/at/all", "{", &why), -ENOENT);
    assert_true(line_writer_is_stdout("-"));
    assert_false(line_writer_is_stdout(path));
}

/* Reads one line of four bytes. */
static void expect_line(int fd, const char *line)
{
    char found[5] = "";
    assert_int_equal(read(fd, found, 4), 4);
    assert_string_equal(found, line);
}

static void await_trouble(struct line_writer *writer, int code)
{
    struct failure why = {0};
    const int64_t until_ns = clock_now_ns() + long_ns;
    while (!line_writer_trouble(writer, &why) && clock_now_ns() < until_ns) {
        put(writer, "nil\n");
        clock_sleep_ns(1000000);
    }
    assert_int_equal(why.code, code);
    assert_false(line_writer_trouble(writer, &why));
}

static void the_next_reader_of_a_fifo_gets_lines_again(void **state)
{
    (void)state;
    struct failure why = {0};
    char found[4];
    assert_int_equal(mkfifo(path, 0600), 0);
    struct line_writer *writer = opened();
    put(writer, "one\n");
    int fd = open(path, O_RDONLY);
    expect_line(fd, "one\n");
    close(fd);
    await_trouble(writer, -EPIPE);
    put(writer, "two\n"); /* the path is opened for it */
    fd = open(path, O_RDONLY);
    do { /* lines that were queued before come first */
        assert_int_equal(read(fd, found, 4), 4);
    } while (memcmp(found, "two\n", 4) != 0);
    assert_false(line_writer_close(writer, long_ns, &why));
    close(fd);
}

static void a_reader_that_never_comes_holds_up_nothing(void **state)
{
    (void)state;
    struct failure why = {0};
    assert_int_equal(mkfifo(path, 0600), 0);
    struct line_writer *writer = opened();
    await_trouble(writer, -EAGAIN); /* the queue is full */
    assert_false(line_writer_close(writer, 1000000, &why));
    const int fd = open(path, O_RDONLY); /* the thread that was left behind ends */
    while (read(fd, path, 1) > 0) {
    }
    close(fd);
}

static void a_full_disk_is_reported_once(void **state)
{
    (void)state;
    struct failure why = {0};
    struct line_writer *writer;
    if (access("/dev/full", W_OK)) {
        print_message("skipped: no /dev/full\n");
        skip();
    }
    assert_int_equal(line_writer_open(&writer, "/dev/full", &why), 0);
    await_trouble(writer, -ENOSPC);
    put(writer, "more");
    assert_false(line_writer_close(writer, long_ns, &why));
    line_writer_put(NULL, "", 0);
    assert_false(line_writer_close(NULL, 0, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_appended, start, end),
        cmocka_unit_test_setup_teardown(a_file_of_something_else_is_refused, start, end),
        cmocka_unit_test_setup_teardown(the_next_reader_of_a_fifo_gets_lines_again, start, end),
        cmocka_unit_test_setup_teardown(a_reader_that_never_comes_holds_up_nothing, start, end),
        cmocka_unit_test(a_full_disk_is_reported_once),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("line_writer", tests, NULL, NULL);
}
