/* SPDX-License-Identifier: Apache-2.0 */
/* What was requested, and what became of it. */
#ifndef TIDEMILL_TESTS_CASES_SETTINGS_H
#define TIDEMILL_TESTS_CASES_SETTINGS_H

#include "warning_cases.h"

static void spoil_nodes(struct record *record)
{
    record->nodes_by_mpi = 1;
    record->nodes[0].ranks_by_mpi = record->nodes[1].ranks_by_mpi = 8;
    record->nodes[0].mpi_agrees = record->nodes[1].mpi_agrees = TRUTH_NO;
}

static void spoil_depth(struct record *record)
{
    strcpy(record->phases[1].engine_used, "pwrite");
    record->phases[1].depth_asked = 16;
    record->phases[1].depth = 1;
}

static void spoil_directory(struct record *record)
{
    struct record_phase *create = &record->phases[0];
    create->unit = UNIT_OPERATION;
    strcpy(create->kind, "create");
    strcpy(create->engine_used, "uring");
    create->depth = 16;
    create->writers_each = 2;
}

static void spoil_attributes(struct record *record)
{
    struct record_phase *stat = &record->phases[1];
    stat->unit = UNIT_OPERATION;
    strcpy(stat->kind, "stat");
    stat->same_node_ranks = 1;
}

static void spoil_opened(struct record *record)
{
    spoil_attributes(record);
    strcpy(record->phases[1].kind, "open");
}

static void spoil_plan(struct record *record)
{
    record->targets[0].planned_bytes = 0;
}

static void spoil_interleave(struct record *record)
{
    free(record->options);
    record->options = strdup("layout = shared\ninterleave = 47008\n");
    record->targets[0].block_bytes = 4096;
}

static void spoil_stripes(struct record *record)
{
    spoil_interleave(record);
    free(record->options);
    record->options = strdup("layout = shared\ninterleave = 65536\n");
    record->targets[0].stripe_bytes = 1 << 20;
}

static void spoil_seed(struct record *record)
{
    record->phases[0].seed_source = SEED_FROM_RESULT;
}

static void spoil_passes(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    read->loops = 1;
    read->amount_planned = read->amount / 4;
    read->total.modes.direct_in_effect = TRUTH_NO;
}

static void spoil_result_place(struct record *record)
{
    record->targets[0].holds_result = 1;
    record->targets[0].shared = TRUTH_YES;
}

static void spoil_warm_up(struct record *record)
{
    const struct record_warm_up row = {.phase = "02_read",
                                       .kind = "read",
                                       .reason = "cannot read '/scratch/r0': Input/output error"};
    assert_int_equal(record_add_warm_up(record, &row), 0);
}

static void spoil_check(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    read->checks = 1;
    read->amount_planned = 4 * read->amount;
    read->ended_by = END_TIME;
}

static void spoil_check_by_rounds(struct record *record)
{
    spoil_check(record);
    record->phases[1].ended_by = END_STEADY;
}

static void spoil_equal_shares(struct record *record)
{
    struct record_phase *write = &record->phases[0];
    write->equalised = EQUALISED_CAPPED;
    write->writers_each = 2;
    for (size_t i = 0; i < write->rank_count; i++)
        write->ranks[i].counters.threads_behind = i < 3;
    for (size_t i = 0; i < write->node_count; i++)
        write->nodes[i].counters.threads_behind = i == 0 ? 3 : 0;
}

static void spoil_all(struct record *record)
{
    struct record_phase *read = &record->phases[1];
    read->amount = read->requests = read->duration_ns = 0;
    read->node_count = read->rank_count = 0;
    read->ended_by = END_TIME;
}

static void spoil_plan_of_objects(struct record *record)
{
    spoil_plan(record);
    for (size_t i = 0; i < record->phase_count; i++)
        record->phases[i].unit = UNIT_OPERATION;
}

static const struct warning_case settings_cases[] = {
    {"mpi-nodes-differ", SEVERITY_WARNING,
     "2 nodes by host name and boot id, but 1 by MPI; 'n001' has 4 ranks by name and 8 by MPI",
     spoil_nodes},
    {"depth-one", SEVERITY_WARNING,
     "--depth 16 was requested, but engine pwrite keeps only 1 in flight", spoil_depth},
    {"one-directory", SEVERITY_NOTE,
     "each rank had 32 operations in flight, but the kernel changes the names in one directory one "
     "at a time",
     spoil_directory},
    {"cached-attributes", SEVERITY_NOTE,
     "02_read read what the same node had created and may still have in memory", spoil_attributes},
    {"cached-attributes", SEVERITY_NOTE,
     "02_read read what the same node had created and may still have in memory", spoil_opened},
    {"unused-target", SEVERITY_WARNING,
     "target '/mnt/pfs' is not used, because fewer nodes, ranks or writers take turns", spoil_plan},
    {"unused-target", SEVERITY_WARNING,
     "target '/mnt/pfs' is not used, because all objects of a node are on one target. Leave it out",
     spoil_plan_of_objects},
    {"interleave-unaligned", SEVERITY_NOTE,
     "--interleave 47008 in 01_write is not a multiple of the file system's blocks of 4096 bytes, "
     "so writers share blocks at the ends of their turns; --interleave 48KiB avoids it",
     spoil_interleave},
    {"interleave-unaligned", SEVERITY_NOTE,
     "--interleave 65536 in 01_write is not a multiple of the file system's stripes of 1048576 "
     "bytes, so writers share stripes; --interleave 1MiB avoids it",
     spoil_stripes},
    {"repeated-seed", SEVERITY_WARNING, "the seed comes from the result", spoil_seed},
    {"loop-in-memory", SEVERITY_WARNING, "02_read read the same ", spoil_passes},
    {"result-on-target", SEVERITY_NOTE,
     "the result is written to the file system of '/mnt/pfs', which is measured and shared",
     spoil_result_place},
    {"warm-up-failed", SEVERITY_WARNING,
     "the warm-up of 02_read failed: cannot read '/scratch/r0': Input/output error", spoil_warm_up},
    {"checked-in-part", SEVERITY_SERIOUS,
     "02_read checked 25 % of what was written before it was ended by --time", spoil_check},
    {"checked-in-part", SEVERITY_SERIOUS, "it was ended by --until-steady", spoil_check_by_rounds},
    {"tail-capped", SEVERITY_WARNING,
     "--tail-max ended 01_write before 3 of 16 I/O threads had done as much as the fastest one",
     spoil_equal_shares},
    {"moved-nothing", SEVERITY_WARNING, "02_read moved nothing: ", spoil_all},
};

#endif
