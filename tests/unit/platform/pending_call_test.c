/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/pending_call.h"

#include <string.h>

#include "platform/clock.h"
#include "unit.h"

static void an_operation_is_seen_until_it_ends(void **state)
{
    (void)state;
    struct pending_call pending_call;
    const char *what = NULL;
    char path[PENDING_CALL_PATH];
    pending_call_init(&pending_call);
    assert_int_equal(pending_call_read(&pending_call, &what, path), 0);
    pending_call_begin(&pending_call, "opening", "/pfs/r7");
    clock_sleep_ns(2000000);
    assert_true(pending_call_read(&pending_call, &what, path) >= 2000000);
    assert_string_equal(what, "opening");
    assert_string_equal(path, "/pfs/r7");
    pending_call_end(&pending_call);
    assert_int_equal(pending_call_read(&pending_call, &what, path), 0);
}

static void each_operation_starts_from_zero_and_long_paths_fit(void **state)
{
    (void)state;
    struct pending_call pending_call;
    const char *what = NULL;
    char path[PENDING_CALL_PATH];
    char long_path[2000];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    pending_call_init(&pending_call);
    pending_call_begin(&pending_call, "opening", "/a");
    clock_sleep_ns(300000000); /* longer than a busy machine delays this thread */
    int64_t first_ns = pending_call_read(&pending_call, &what, path);
    pending_call_begin(&pending_call, "removal", long_path);
    assert_true(pending_call_read(&pending_call, &what, path) < first_ns);
    assert_string_equal(what, "removal");
    assert_true(strlen(path) < sizeof path);
}

static void null_is_accepted(void **state)
{
    (void)state;
    pending_call_begin(NULL, "opening", "/a");
    pending_call_end(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_operation_is_seen_until_it_ends),
        cmocka_unit_test(each_operation_starts_from_zero_and_long_paths_fit),
        cmocka_unit_test(null_is_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
