/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a target by the type of its file system and its mount options. */
#include <stdbool.h>
#include <string.h>

#include "record/environment.h"
#include "unit.h"

static const struct {
    const char *type;
    const char *options;
    bool remote, hidden_caches, ignores_sync, compresses;
} cases[] = {
    {"ext4", "rw,relatime", false, false, false, false},
    {"nfs4", "rw,sync", true, true, false, false},
    {"fuse.glusterfs", "rw", true, true, false, false},
    {"fuse.mfs", "rw", false, true, false, false},
    {"fuse", "rw", false, true, false, false},
    {"fuseblk", "rw", false, true, false, false},
    {"virtiofs", "rw", false, true, false, false},
    {"zfs", "rw", false, true, false, true},
    {"gpfs", "rw", false, true, false, false},
    {"btrfs", "rw,compress=zstd:3", false, false, false, true},
    {"overlay", "rw,lowerdir=/a,upperdir=/b,workdir=/c", false, false, false, false},
    {"overlay", "rw,upperdir=/volatiles,workdir=/c", false, false, false, false},
    {"overlay", "rw,upperdir=/b,workdir=/c,volatile", false, false, true, false},
    {"overlay", "rw,upperdir=/b,fsync=volatile,workdir=/c", false, false, true, false},
    {"ext4", "rw,volatile", false, false, false, false},
};

static void type_and_options_classify(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record_target target = {0};
        strcpy(target.file_system, cases[i].type);
        strcpy(target.options, cases[i].options);
        record_classify_target(&target);
        if (target.remote != cases[i].remote || target.hidden_caches != cases[i].hidden_caches ||
            target.ignores_sync != cases[i].ignores_sync ||
            target.compresses != cases[i].compresses)
            fail_msg("%s (%s)", cases[i].type, cases[i].options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(type_and_options_classify)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
