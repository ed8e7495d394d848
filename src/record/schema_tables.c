/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema_tables.h"

#include <string.h>

#define ROWS_FROM(detail, first, type, name, schema, rows, count)                                  \
    {                                                                                              \
        (name), &(schema), (detail), (first), offsetof(type, rows), offsetof(type, count)          \
    }
#define FIRST(type, name, schema, rows, count)                                                     \
    ROWS_FROM(DETAIL_NODE, true, type, name, schema, rows, count)
#define LATER(type, name, schema, rows, count)                                                     \
    ROWS_FROM(DETAIL_NODE, false, type, name, schema, rows, count)

const struct schema_rows schema_environment_tables[] = {
    FIRST(struct record, "nodes", schema_node, nodes, node_count),
    FIRST(struct record, "targets", schema_target, targets, target_count),
    FIRST(struct record, "devices", schema_block_device, block_devices, block_device_count),
    FIRST(struct record, "networks", schema_network, networks, network_count),
    FIRST(struct record, "clocks", schema_clock, clocks, clock_count),
    {0},
};

const struct schema_rows schema_run_tables[] = {
    FIRST(struct record, "summary", schema_summary, summary, summary_count),
    FIRST(struct record, "ceilings", schema_ceiling, ceilings, ceiling_count),
    LATER(struct record, "warm_ups", schema_warm_up, warm_ups, warm_up_count),
    LATER(struct record, "sweep", schema_sweep, sweep, sweep_count),
    LATER(struct record, "sweep_runs", schema_sweep_run, sweep_runs, sweep_run_count),
    LATER(struct record, "pfs", schema_pfs, pfs, pfs_count),
    LATER(struct record, "pfs_deviations", schema_deviation, deviations, deviation_count),
    LATER(struct record, "checkpoints", schema_checkpoint, checkpoints, checkpoint_count),
    LATER(struct record, "tune", schema_tune, tune, tune_count),
    LATER(struct record, "tune_choices", schema_tune_choice, tune_choices, tune_choice_count),
    LATER(struct record, "tune_results", schema_tune_result, tune_results, tune_result_count),
    FIRST(struct record, "advice", schema_advice, advice, advice_count),
    {0},
};

const struct schema_rows schema_phase_tables[] = {
    FIRST(struct record_phase, "nodes", schema_row, nodes, node_count),
    ROWS_FROM(DETAIL_RANK, true, struct record_phase, "ranks", schema_row, ranks, rank_count),
    ROWS_FROM(DETAIL_WRITER, true, struct record_phase, "writers", schema_row, writers,
              writer_count),
    FIRST(struct record_phase, "files", schema_file, files, file_count),
    FIRST(struct record_phase, "differences", schema_difference, differences, difference_count),
    LATER(struct record_phase, "objects", schema_objects, objects, objects_count),
    LATER(struct record_phase, "renamed", schema_renamed, renamed, renamed_count),
    LATER(struct record_phase, "errors", schema_error, errors, error_count),
    FIRST(struct record_phase, "timeline", schema_bin, bins, bin_count),
    FIRST(struct record_phase, "device", schema_device, devices, device_count),
    ROWS_FROM(DETAIL_RANK, false, struct record_phase, "readers", schema_reader, readers,
              reader_count),
    LATER(struct record_phase, "targets", schema_used_target, used_targets, used_target_count),
    FIRST(struct record_phase, "slowest", schema_slow, slowest, slowest_count),
    {0},
};

const char *const schema_half_names[HALVES] = {[HALF_READ] = "read", [HALF_WRITE] = "write"};

const struct schema_rows schema_half_tables[] = {
    LATER(struct record_half, "timeline", schema_bin, bins, bin_count),
    {0},
};

const struct schema_histogram schema_histograms[] = {
    {"intended", "from when the rate wanted a request sent to its completion",
     offsetof(struct record_phase, intended)},
    {"file_latency",
     "of files: time in open, and first submission to the end of close; with --files-per-rank from "
     "the start of open",
     offsetof(struct record_phase, file_latency)},
    {"making", "of buffers: filling one (writing) or checking one (verifying)",
     offsetof(struct record_phase, making)},
    {"queue_wait", "of buffers: filled to submitted (writing), or read to checked (verifying)",
     offsetof(struct record_phase, queue_wait)},
    {"open_latency",
     "of metadata operations: open of the file or directory; of files with --files-per-rank",
     offsetof(struct record_phase, open_latency)},
    {"transfer_latency", "of metadata operations: writes, or reads and checks, of the whole file",
     offsetof(struct record_phase, transfer_latency)},
    {"sync_latency", "of metadata operations: fsync, with --fsync each",
     offsetof(struct record_phase, sync_latency)},
    {"close_latency", "of metadata operations: close; of files with --files-per-rank",
     offsetof(struct record_phase, close_latency)},
    {0},
};

const void *schema_rows_of(const struct schema_rows *list, enum record_detail detail,
                           const void *owner, size_t *count)
{
    const void *rows;
    memcpy(&rows, (const char *)owner + list->rows_offset, sizeof rows);
    memcpy(count, (const char *)owner + list->count_offset, sizeof *count);
    if (list->detail < detail)
        *count = 0;
    return rows;
}

bool schema_left_out(const struct schema_rows *list, size_t count)
{
    return count == 0 && !list->first;
}
