/* SPDX-License-Identifier: Apache-2.0 */
#include "record/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void only_the_owner_may_write_a_result(void **state)
{
    (void)state;
    char folder[] = "/tmp/tidemill-mode-XXXXXX";
    char path[64];
    struct record record = {.schema_version = RECORD_SCHEMA, .schema_revision = RECORD_REVISION};
    struct stat facts;
    mode_t before = umask(0);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.h5", folder);
    assert_int_equal(store_save(path, &record, NULL, NULL), 0);
    umask(before);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0644);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_owner_may_write_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
