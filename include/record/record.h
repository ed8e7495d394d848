/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was run and what was measured: plain structs, the only thing that reports see. Rank 0 holds
 * the whole record; store.c turns it into the HDF5 result file and back.
 *
 * All text members that are pointers are owned by the record (record_release frees them); small
 * fixed arrays can be sent between ranks as they are. Bytes and nanoseconds only; an 'amount' is in
 * the unit of its phase, bytes or operations.
 */
#ifndef TIDEMILL_RECORD_RECORD_H
#define TIDEMILL_RECORD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"
#include "record/enums.h"
#include "record/environment.h"
#include "record/pfs_rows.h"
#include "record/points.h"
#include "record/record_phase.h"
#include "stats/histogram.h"

/* A revision adds to the schema: what version 0.1.0 wrote is revision 0. */
enum { RECORD_SCHEMA = 1, RECORD_REVISION = 1 };

/* One phase of the list over all its repetitions: rates, from common start to last completion. */
struct record_summary {
    char phase[RECORD_NAME]; /* its kind or its section's name */
    int64_t position;        /* in the list of phases, from 1 */
    uint8_t unit;            /* enum amount_unit: of the rates */
    int64_t count;           /* completed repetitions */
    int64_t median_per_s;
    int64_t low_per_s; /* bounds of the interval of the median; -1 = too few repetitions */
    int64_t high_per_s;
    int64_t level_ppm; /* probability that it holds the median, in millionths; 0 without */
    char method[RECORD_NAME];
    int64_t least_per_s;
    int64_t most_per_s;
    int64_t spread_ppm;        /* (most - least) / median, in millionths */
    int64_t first_per_s;       /* of the first repetition */
    int64_t rest_median_per_s; /* of all others; 0 without */
};

/* What could be reached at most, by a probe before the first phase of this kind and section. */
struct record_ceiling {
    enum record_probe probe;
    char direction[16]; /* the phase's kind: "write", "read" or "verify" */
    int64_t bytes;
    int64_t requests;
    int64_t duration_ns; /* as of a phase, so the next two */
    enum record_end_reason ended_by;
    int64_t ranks;
    int64_t per_s; /* bytes / duration_ns; 0 = not measured */
    char engine[16];
    uint8_t direct_in_effect; /* enum record_truth */
    char reason[RECORD_LINE]; /* why it was not measured; "" = it was */
    char section[RECORD_NAME];
    int64_t round; /* of the probes of the phase, from 1; 0 = there was one round */
};

/* Work of the same kind before a phase, or before a phase of a point, outside its numbers. */
struct record_warm_up {
    char phase[RECORD_NAME]; /* the name of the phase that follows; of a point its kind */
    int64_t repetition;      /* from 1 */
    int64_t point;           /* of a sweep, from 1; 0 = none */
    char kind[16];           /* what was done */
    uint8_t own;             /* enum record_truth: on a data set of its own, which was removed */
    int64_t time_ns;         /* how long it was to last */
    int64_t bytes;
    int64_t requests;
    int64_t duration_ns; /* as of a phase, so the next */
    enum record_end_reason ended_by;
    uint8_t direct_in_effect; /* enum record_truth */
    char reason[RECORD_LINE]; /* why it failed; "" = it did not */
};

struct record_advice {
    char code[RECORD_NAME]; /* "cached-reads", "fallback-direct", ... */
    enum record_severity severity;
    char *text; /* one sentence with its numbers and the next step */
};

struct record {
    int64_t schema_version;
    int64_t schema_revision;
    char tool_version[RECORD_NAME];
    enum record_status status;
    char started_utc[RECORD_NAME];
    char finished_utc[RECORD_NAME];
    char run_id[RECORD_NAME];
    char generator[RECORD_NAME]; /* instruction path of the data generator: "x86-64-v4" */
    char plan_fingerprint[RECORD_NAME];
    char *label;
    char *removal_failure; /* why data files stay that were to be removed; NULL */
    char *command_line;
    uint8_t kept;   /* 1: the data files stay */
    uint8_t detail; /* enum record_detail: finer rows of phases are neither stored nor exported */
    int64_t exit_code; /* of the program; 0 while it runs */
    int64_t until_ppm; /* repeat until each median is known to this share; 0 = not asked for */
    int64_t repetitions_most;
    int64_t nodes_by_mpi;     /* as MPI counts them; 0 = not counted */
    char preset[RECORD_NAME]; /* "" = none */
    int64_t preset_writers; /* of each node, as the preset gives it; 0 = it does not; so the next */
    int64_t preset_buffers;
    int64_t expected_least_per_s; /* bytes of each node; 0 = nothing is expected */
    int64_t expected_most_per_s;
    char *options; /* canonical text, resolved values */
    struct record_job job;
    struct record_node *nodes;
    size_t node_count;
    struct record_target *targets;
    size_t target_count;
    struct record_block_device *block_devices;
    size_t block_device_count;
    struct record_network *networks;
    size_t network_count;
    struct record_clock *clocks;
    size_t clock_count;
    struct record_phase *phases;
    size_t phase_count;
    struct record_summary *summary;
    size_t summary_count;
    struct record_ceiling *ceilings;
    size_t ceiling_count;
    struct record_warm_up *warm_ups; /* in the order of time */
    size_t warm_up_count;
    struct record_sweep *sweep;
    size_t sweep_count;
    struct record_sweep_run *sweep_runs; /* in the order of time */
    size_t sweep_run_count;
    struct record_pfs *pfs;
    size_t pfs_count;
    struct record_checkpoint *checkpoints;
    size_t checkpoint_count;
    struct record_deviation *deviations;
    size_t deviation_count;
    struct record_tune *tune; /* in the order of time */
    size_t tune_count;
    struct record_tune_choice *tune_choices;
    size_t tune_choice_count;
    struct record_tune_result *tune_results;
    size_t tune_result_count;
    struct record_advice *advice;
    size_t advice_count;
};

/* Frees what the record owns and zeroes it. */
void record_release(struct record *record);

/* Frees what a phase owns that is in no record. */
void record_phase_release(struct record_phase *phase);

/* A new zeroed phase at the end, valid until the next call; NULL when out of memory. */
struct record_phase *record_add_phase(struct record *record);

/* Finds the phase's steady window in its timeline. */
void record_mark_steady(struct record_phase *phase);

/* Marks the window that the phase was ended for; 'from_ns' < 0 when it did not come to that, which
 * is "not reached" also where there was no time for five rounds. */
void record_mark_until_steady(struct record_phase *phase, int64_t round_ns, int64_t from_ns);

/* Fills the summary over repetitions from the phases that are complete; -ENOMEM. */
int record_summarise(struct record *record);

/* Is every phase's median known to 'share' of itself: half its interval no wider? Pure. */
bool record_settled(const struct record *record, double share);

/* Keeps a probe, and its rate unless it has a reason; 0 or -ENOMEM. */
int record_add_ceiling(struct record *record, const struct record_ceiling *ceiling);

/* Keeps a warm-up; 0 or -ENOMEM. */
int record_add_warm_up(struct record *record, const struct record_warm_up *warm_up);

/* Keeps a measurement of a sweep, with its rate unless it has a reason, and summarises its points
 * again; 0 or -ENOMEM. */
int record_add_sweep_run(struct record *record, const struct record_sweep_run *run);

/* Keeps a probe of 'tune', with its rate unless it has a reason; 0 or -ENOMEM. */
int record_add_tune(struct record *record, const struct record_tune *probe);

/* Drops all warnings. */
void record_clear_advice(struct record *record);

/* Adds one warning; 0 or -ENOMEM. */
int record_add_advice(struct record *record, const char *code, enum record_severity severity,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Percentiles, mean and max of a histogram as a record keeps them. */
void record_latency_of(const struct histogram *histogram, struct record_latency *latency);

/* No files so far: all is unknown. And the modes of a part added ('first': taken over), with the
 * first cause and the first line of what was not granted. */
void record_modes_clear(struct record_modes *modes);
void record_modes_merge(struct record_modes *into, const struct record_modes *part, bool first);

/* Fills the phase's row of totals from its nodes and its latencies; its modes stay. */
void record_total(struct record_phase *phase);

/* Returns what the row counts in this unit. */
int64_t record_row_amount(const struct record_row *row, enum amount_unit unit);

/* The bytes that a phase read and wrote; of a mixed one, those of each half. */
int64_t record_bytes_read(const struct record_phase *phase);
int64_t record_bytes_written(const struct record_phase *phase);

/* Did it submit nothing? A rank without a share has no rate and no mode. And how many did. */
bool record_row_idle(const struct record_row *row);
size_t record_rows_active(const struct record_row *rows, size_t count);

#endif
