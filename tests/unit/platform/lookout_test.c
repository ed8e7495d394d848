#include "platform/lookout.h"

#include <string.h>

#include "platform/clock.h"
#include "unit.h"

static void an_operation_is_seen_until_it_ends(void **state)
{
    (void)state;
    struct lookout lookout;
    const char *what = NULL;
    char path[LOOKOUT_PATH];
    lookout_init(&lookout);
    assert_int_equal(lookout_look(&lookout, &what, path), 0);
    lookout_begin(&lookout, "opening", "/pfs/r7");
    clock_sleep_ns(2000000);
    assert_true(lookout_look(&lookout, &what, path) >= 2000000);
    assert_string_equal(what, "opening");
    assert_string_equal(path, "/pfs/r7");
    lookout_end(&lookout);
    assert_int_equal(lookout_look(&lookout, &what, path), 0);
}

static void each_operation_starts_from_zero_and_long_paths_fit(void **state)
{
    (void)state;
    struct lookout lookout;
    const char *what = NULL;
    char path[LOOKOUT_PATH];
    char long_path[2000];
    memset(long_path, 'a', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    lookout_init(&lookout);
    lookout_begin(&lookout, "opening", "/a");
    clock_sleep_ns(300000000); /* longer than a busy machine delays this thread */
    int64_t first_ns = lookout_look(&lookout, &what, path);
    lookout_begin(&lookout, "removal", long_path);
    assert_true(lookout_look(&lookout, &what, path) < first_ns);
    assert_string_equal(what, "removal");
    assert_true(strlen(path) < sizeof path);
}

static void null_is_accepted(void **state)
{
    (void)state;
    lookout_begin(NULL, "opening", "/a");
    lookout_end(NULL);
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
