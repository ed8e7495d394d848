/* SPDX-License-Identifier: Apache-2.0 */
/* What results of version 0.1.0 hold only as texts. */
#include "legacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct record_phase *add_phase(struct record *record, const char *kind)
{
    struct record_phase *phase = record_add_phase(record);
    strcpy(phase->kind, kind);
    return phase;
}

static void kinds_become_what_a_phase_did(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        const char *options;
        uint8_t writes, reads, checks;
    } cases[] = {
        {"write", "verify = yes\n", 1, 0, 0},
        {"read", "layout = rank\nverify = no\n", 0, 1, 0},
        {"read", "layout = rank\nverify = yes\nfsync = end\n", 0, 1, 1},
        {"read", "label = no-verify = yes\n", 0, 1, 0},
        {"read", NULL, 0, 1, 0},
        {"verify", "verify = no\n", 0, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record record = {0};
        const struct record_phase *phase = add_phase(&record, cases[i].kind);
        record.options = cases[i].options ? strdup(cases[i].options) : NULL;
        legacy_derive(&record);
        assert_int_equal(phase->writes, cases[i].writes);
        assert_int_equal(phase->reads, cases[i].reads);
        assert_int_equal(phase->checks, cases[i].checks);
        assert_int_equal(phase->discards, 0);
        record_release(&record);
    }
}

static void the_engine_that_drops_data_is_known(void **state)
{
    (void)state;
    struct record record = {0};
    struct record_phase *phase = add_phase(&record, "write");
    strcpy(phase->engine_used, "null");
    legacy_derive(&record);
    assert_int_equal(phase->discards, 1);
    record_release(&record);
}

static void lines_on_the_page_cache_become_facts(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum record_cache_state state;
        enum record_written_by written_by;
        int64_t shift, same_node_ranks;
    } cases[] = {
        {"", CACHE_NO_READS, WRITTEN_BY_NOBODY, 0, 0},
        {"read past the page cache of the nodes (O_DIRECT)", CACHE_BYPASSED, WRITTEN_BY_NOBODY, 0,
         0},
        {"cold: 3 of 8192 sampled pages were in the page cache before", CACHE_COLD,
         WRITTEN_BY_NOBODY, 0, 0},
        {"may be cached: the device below keeps its data in memory; 2 of 2 sampled pages were in "
         "the page cache before",
         CACHE_BELOW, WRITTEN_BY_NOBODY, 0, 0},
        {"written by an earlier run; 8192 of 8192 sampled pages were in the page cache before",
         CACHE_WARM, WRITTEN_BY_EARLIER_RUN, 0, 0},
        {"written by an earlier run", CACHE_NOT_SAMPLED, WRITTEN_BY_EARLIER_RUN, 0, 0},
        {"written by another node (shift 3); 1 of 9 sampled pages were in the page cache before",
         CACHE_WARM, WRITTEN_BY_OTHER_NODE, 3, 0},
        {"may be cached: 2 of 4 ranks read what their own node wrote", CACHE_NOT_SAMPLED,
         WRITTEN_BY_SAME_NODE, 0, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record record = {0};
        struct record_phase *phase = add_phase(&record, "read");
        strcpy(phase->cache, cases[i].line);
        legacy_derive(&record);
        assert_int_equal(phase->cache_state, cases[i].state);
        assert_int_equal(phase->written_by, cases[i].written_by);
        assert_int_equal(phase->shift, cases[i].shift);
        assert_int_equal(phase->same_node_ranks, cases[i].same_node_ranks);
        assert_string_equal(phase->cache, cases[i].line);
        record_release(&record);
    }
}

static void reasons_become_causes(void **state)
{
    (void)state;
    static const struct {
        const char *reason;
        enum record_direct_cause cause;
    } cases[] = {
        {"", DIRECT_NO_CAUSE},
        {"/dev/null stores nothing", DIRECT_NULL_TARGET},
        {"tmpfs is a RAM-backed file system, where O_DIRECT has no effect", DIRECT_IN_MEMORY},
        {"'zram0' below it lives in memory, where O_DIRECT has no effect", DIRECT_IN_MEMORY},
        {"ext4 does direct I/O on this file through the page cache (as ext4 does with "
         "data=journal)",
         DIRECT_FILE_SYSTEM},
        {"the loop device 'loop7' keeps its file in the page cache (losetup --direct-io=on)",
         DIRECT_CACHED_BELOW},
        {"requests of 512 bytes are not a multiple of 4096", DIRECT_REQUEST_SIZE},
        {"btrfs does not tell whether O_DIRECT bypasses its cache", DIRECT_NOT_REPORTED},
        {"FUSE refuses O_DIRECT", DIRECT_OPEN_REFUSED},
        {"the file system refused direct transfers with 'Invalid argument'",
         DIRECT_TRANSFER_REFUSED},
        {"512 of 4608 bytes were not aligned for direct transfers", DIRECT_UNALIGNED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record record = {0};
        struct record_phase *phase = add_phase(&record, "write");
        strcpy(phase->total.modes.direct_reason, cases[i].reason);
        strcpy(phase->engine_reason, i % 2 ? "the target is in memory, where plain calls are "
                                             "faster than io_uring"
                                           : "1 of 1 ranks: io_uring is disabled");
        legacy_derive(&record);
        assert_int_equal(phase->total.modes.direct_cause, cases[i].cause);
        assert_int_equal(phase->engine_cause, i % 2 ? ENGINE_TARGET_IN_MEMORY : ENGINE_UNAVAILABLE);
        record_release(&record);
    }
}

static void places_have_their_facts(void **state)
{
    (void)state;
    struct record_block_device devices[] = {
        {.kind = "nvme"}, {.kind = "sata"}, {.kind = "nvme-tcp"}};
    struct record_network networks[] = {{.state = "up"}, {.state = "down"}};
    struct record record = {.block_devices = devices,
                            .block_device_count = 3,
                            .networks = networks,
                            .network_count = 2,
                            .job = {.launcher = "mpirun"}};
    legacy_derive(&record);
    assert_int_equal(devices[0].bus, BUS_PCIE_NVME);
    assert_int_equal(devices[1].bus, BUS_SATA);
    assert_int_equal(devices[2].bus, BUS_OTHER);
    assert_int_equal(networks[0].down, 0);
    assert_int_equal(networks[1].down, 1);
    assert_int_equal(record.job.launched, 1);
    strcpy(record.job.launcher, "alone");
    legacy_derive(&record);
    assert_int_equal(record.job.launched, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_become_what_a_phase_did),
        cmocka_unit_test(the_engine_that_drops_data_is_known),
        cmocka_unit_test(lines_on_the_page_cache_become_facts),
        cmocka_unit_test(reasons_become_causes),
        cmocka_unit_test(places_have_their_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
