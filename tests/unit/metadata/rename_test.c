/* SPDX-License-Identifier: Apache-2.0 */
/* Renames never replace a file, and later phases find each object by the name that it has. */
#include "unit.h"

#include <errno.h>

#include "crew_rig.h"
#include "engines/engine.h"

static void a_rename_replaces_nothing_and_what_it_did_not_reach_keeps_its_name(void **state)
{
    (void)state;
    struct rig rig;
    const struct object_layout layout = {.ranks = 1, .threads = 2, .fan_out = 4};
    char path[FOLDER_PATH];
    struct failure why = {0};
    rig_start(&rig, &layout, false);
    const uint64_t objects = rig.setup.objects;
    rig_run(&rig, PHASE_CREATE);
    path_of(&rig, 1, 7, path);
    memcpy(strrchr(path, '/'), "/tm.renamed", strlen("/tm.renamed"));
    write_file(path, "precious");
    rig_run(&rig, PHASE_RENAME);
    assert_int_equal(rig.done, objects - 1);
    assert_int_equal(rig.failed, 1);
    assert_int_equal(rig.failure.code, -EEXIST);
    assert_non_null(strstr(rig.failure.text, "file of its new name"));
    rig.setup.threads = 3;
    rig_run(&rig, PHASE_STAT);
    assert_int_equal(rig.done, objects);
    object_tree_finish_rename(&rig.tree, &why);
    assert_int_equal(why.code, -EEXIST);
    assert_int_equal(access(path, F_OK), 0);
    rig_run(&rig, PHASE_STAT); /* each object has the name that it had */
    assert_int_equal(rig.done, objects);
    why = (struct failure){0};
    assert_int_equal(unlink(path), 0); /* it was not replaced, and is not an object */
    object_tree_finish_rename(&rig.tree, &why);
    assert_int_equal(why.code, 0);
    rig.setup.limits.writer_rate = 100;
    rig.setup.limits.deadline_ns = 50 * 1000 * 1000; /* so it reaches a part of them */
    rig_run(&rig, PHASE_RENAME);
    assert_true(rig.done < objects);
    rig.setup.limits.writer_rate = 0;
    rig.setup.limits.deadline_ns = 0;
    rig.setup.threads = 2;
    rig_run(&rig, PHASE_OPEN);
    assert_int_equal(rig.done, objects);
    rig_end(&rig); /* removes objects with either name */
}

static void a_new_name_is_checked_where_the_kernel_cannot_refuse_to_replace(void **state)
{
    (void)state;
    struct folder folder;
    char path[FOLDER_PATH];
    const struct operation_kind *kind = operation_kind_of(PHASE_RENAME);
    const struct operation_setup setup = {0};
    struct operation operation = {.setup = &setup, .name = "tm.created.r0.1"};
    folder_start(&folder);
    operation.folder = open(folder.path, O_RDONLY | O_DIRECTORY);
    assert_false(operation_may_replace(&operation, -EEXIST));
    assert_true(operation_may_replace(&operation, -EINVAL));
    assert_true(operation_may_replace(&operation, 0)); /* from then on */
    assert_int_equal(operation_carry_out(kind, &operation), -ENOENT);
    snprintf(path, sizeof path, "%.400s/tm.created.r0.1", folder.path);
    write_file(path, "object");
    assert_int_equal(operation_carry_out(kind, &operation), 0);
    write_file(path, "another");
    assert_int_equal(operation_carry_out(kind, &operation), -EEXIST);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%.400s/tm.renamed.r0.1", folder.path);
    assert_int_equal(unlink(path), 0);
    close(operation.folder);
    assert_int_equal(rmdir(folder.path), 0);
}

static int run_at(uint32_t number)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rename_replaces_nothing_and_what_it_did_not_reach_keeps_its_name),
        cmocka_unit_test(a_new_name_is_checked_where_the_kernel_cannot_refuse_to_replace),
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
