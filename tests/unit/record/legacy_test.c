/* What results of version 0.1.0 told by texts alone. */
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
        cmocka_unit_test(places_have_their_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
