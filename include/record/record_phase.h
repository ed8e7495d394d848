/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one phase did: its own facts and numbers, and the rows of its tables. Part of record.h.
 */
#ifndef TIDEMILL_RECORD_RECORD_PHASE_H
#define TIDEMILL_RECORD_RECORD_PHASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/preference.h"
#include "base/units.h"
#include "record/enums.h"
#include "record/environment.h"
#include "stats/counters.h"
#include "stats/histogram.h"

struct record_latency {
    int64_t mean_ns;
    int64_t p50_ns; /* mean, p50 and max are 0 when nothing was counted */
    int64_t p90_ns; /* this and the next three: -1 when the count does not carry it */
    int64_t p99_ns;
    int64_t p999_ns;
    int64_t p9999_ns;
    int64_t max_ns;
};

/* What may not be granted: bits of record_modes.not_granted_set. */
enum record_grant {
    GRANT_FIXED_BUFFERS = 1,
    GRANT_ENGINE_MODE = 2,
    GRANT_UNCACHED = 4,
    GRANT_HUGE_PAGES = 8,
    GRANT_NUMA_NODES = 16,
    GRANT_THREAD_BINDING = 32,
    GRANT_MEMORY_BINDING = 64,
    GRANT_CACHE_DROP = 128,
    GRANT_PREALLOCATION = 256,
    GRANT_SAFE_RENAME = 512,
};

/* How files were opened and transfers made, and what was not granted. */
struct record_modes {
    uint8_t direct_opened; /* enum record_truth, as the next three */
    uint8_t direct_in_effect;
    uint8_t uncached;        /* requests carried RWF_DONTCACHE */
    uint8_t buffers_fixed;   /* the kernel knew the buffers before */
    uint8_t direct_cause;    /* enum record_direct_cause */
    int64_t not_granted_set; /* sum of enum record_grant */
    char direct_reason[RECORD_LINE];
    char not_granted[RECORD_LINE]; /* what it was, each with its reason; "" */
};

/* What a node, a rank or a writer did in one phase; -1 where an index does not apply. */
struct record_row {
    char name[RECORD_NAME]; /* "n03", "n03:12" (rank), "n03:12.1" (writer) */
    int64_t node;
    int64_t rank;
    int64_t writer;
    struct counters counters;
    struct record_latency latency;
    struct record_modes modes;
    char first_failure[RECORD_LINE];
};

/* A writer's part of a file: what was planned and what storage acknowledged. Requests are counted
 * in the order of the writer's sequence; holes are requests below 'requests_done' that were not
 * acknowledged, as "7,9-12". */
struct record_file {
    char *path;
    int64_t file; /* index in the plan */
    int64_t rank;
    int64_t writer;
    int64_t offset;        /* first byte of this part in the file */
    int64_t bytes_planned; /* of this part */
    int64_t bytes_acknowledged;
    int64_t requests_done;
    int64_t generation; /* of the content, from 1; 0 = not recorded */
    int64_t passes;     /* whole ones, each of the generation before the next; -1 = unknown */
    char *holes;
    char *unsettled;       /* requests that were sent and not acknowledged, as "0-99,105" */
    int64_t first_file;    /* 'path' is a directory: the number of the first file in it */
    int64_t several_files; /* ... and how many; 0 = 'path' is the file */
};

/* Wrong data: one row for each bad place kept (a few per rank; counters.bad_blocks counts all). */
struct record_difference {
    int64_t rank;
    char host[RECORD_NAME];
    char path[RECORD_PATH];
    int64_t offset; /* of the first differing byte in the file */
    int64_t length;
    char kind[16];
};

/* How many operations failed with one error. */
struct record_error {
    char name[16];  /* "EEXIST"; "other" = further ones */
    int64_t number; /* errno; 0 = further ones */
    int64_t count;
    int64_t ranks;          /* with this error */
    int64_t rank;           /* the first of them */
    char host[RECORD_NAME]; /* its own */
    char path[RECORD_PATH]; /* the first object for which it had the error */
};

/* A part of the objects of a rank: places in an order, of which those below 'reached' were created,
 * or renamed, except the holes. */
struct record_objects {
    int64_t rank; /* whose objects these are */
    int64_t part;
    int64_t places; /* tried */
    int64_t reached;
    char *holes; /* as "7,9-12" */
};

/* What was acknowledged in one bin of time: by one node, or by all (node -1). */
struct record_bin {
    int64_t node;
    int64_t start_ns; /* since the common start; bins of one node follow each other */
    int64_t width_ns; /* a power of two, the same for all nodes; perhaps finer for all together */
    int64_t amount;
    int64_t requests;
    int64_t slowest_ns;
};

/* One of the slowest requests of the phase. */
struct record_slow {
    char name[RECORD_NAME]; /* of the writer, "n03:12.1" */
    int64_t node;
    int64_t rank;
    int64_t writer;
    char *path;
    int64_t offset;
    int64_t length;
    int64_t sent_ns; /* since the common start */
    int64_t latency_ns;
};

/* What a node's device and networks did between two readings, traffic of others included. */
struct record_device {
    int64_t node;
    char device[RECORD_NAME]; /* kernel name; "" = not known, networks only */
    int64_t start_ns;         /* since the common start; the first reading is right before it */
    int64_t width_ns;
    int64_t busy_ns;    /* time in which the device had something to do */
    int64_t queue_ns;   /* its requests times their time there: / width_ns is the mean queue */
    int64_t request_ns; /* of finished requests: / requests is their mean time */
    int64_t requests;
    int64_t read_bytes;
    int64_t written_bytes;
    int64_t received_bytes; /* all networks but the loopback */
    int64_t sent_bytes;
};

/* What all ranks that used one target did in a phase. */
struct record_used_target {
    int64_t target; /* in the order of the command line, from 0 */
    char path[RECORD_PATH];
    char device[RECORD_NAME]; /* below it, on all its nodes; "" = unknown, or they differ */
    int64_t nodes;
    int64_t ranks;
    int64_t writers; /* I/O threads; 0 = not recorded */
    int64_t bytes;
    int64_t operations;
    int64_t requests;
    int64_t end_ns;
    struct record_latency latency; /* -1 = unknown, in some earlier results */
};

/* Which rank wrote what a rank reads: -1 and "" where nothing shows it. */
struct record_reader {
    int64_t rank;
    char node[RECORD_NAME];
    int64_t node_number; /* its row in nodes */
    char boot_id[RECORD_BOOT_ID];
    int64_t written_rank;
    char written_node[RECORD_NAME];
    char written_boot_id[RECORD_BOOT_ID]; /* equal to the reader's: they share a page cache */
};

/* What of a mixed phase read, or wrote. */
struct record_half {
    int64_t bytes;
    int64_t requests;
    int64_t bytes_per_s; /* over the whole phase; so the next */
    int64_t requests_per_s;
    struct record_latency latency;
    struct histogram histogram; /* of these latencies */
    struct record_bin *bins;    /* of all nodes together */
    size_t bin_count;
};

enum { HALF_READ, HALF_WRITE, HALVES };

struct record_phase {
    char name[RECORD_NAME];    /* "01_write" */
    char kind[RECORD_NAME];    /* "write", "read", "verify" */
    uint8_t writes;            /* 1: data were written to the files */
    uint8_t reads;             /* 1: data were read from them */
    uint8_t checks;            /* 1: ... and every byte was compared with what was written */
    uint8_t discards;          /* 1: the engine drops the data, nothing reaches storage */
    uint8_t unit;              /* enum amount_unit: what the phase counts */
    char section[RECORD_NAME]; /* of the settings file; "" without sections */
    char data[RECORD_NAME];    /* the section whose data it uses; "" = its own */
    int64_t repetition;        /* from 1 */
    int64_t pause_ns;          /* before it */
    uint8_t loops;             /* 1: started over when all was done */
    int64_t passes_ppm;        /* ... over amount_planned; 0 = did not */
    int64_t data_files;        /* that the ranks' data are cut into; 0 = they are not */
    int64_t data_file_bytes;   /* of each, except a rank's last */
    int64_t read_fraction_ppm; /* of the requests of a mixed phase; 0 = it was none */
    int64_t position;          /* in the list of phases, from 1; 0 in results without it */
    enum record_status status;
    enum record_end_reason ended_by;
    char *failure;           /* NULL, or the one line that was printed */
    int64_t started_ns;      /* of its preparation, since the run's start */
    int64_t started_utc_ns;  /* the same instant by rank 0's wall clock; 0 = not recorded */
    int64_t common_start_ns; /* since the run's start; 0 = not reached, or not recorded */
    int64_t duration_ns; /* common start to last completion with sync and close, over all ranks */
    int64_t first_through_ns; /* when the first rank had its last request acknowledged */
    int64_t active_ns;        /* the last edge of the timeline's grid before that */
    int64_t amount;
    int64_t active_amount; /* acknowledged to all ranks within active_ns, by the timeline */
    int64_t ranks_per_s;   /* sum over the ranks of their amount / end_ns */
    int64_t requests;
    int64_t amount_planned;
    uint8_t equalised;         /* enum record_equalised; if it is no, these are 0: */
    int64_t deadline_ns;       /* --time, counted from the common start */
    int64_t deadline_amount;   /* acknowledged by then */
    int64_t goal_amount;       /* what each I/O thread was to do */
    int64_t matches;           /* of phase find */
    uint8_t open_ended;        /* 1: that is only what the targets can take, as no size was given */
    uint8_t steady;            /* enum record_truth; unknown = fewer than five rounds */
    int64_t round_ns;          /* length of a round */
    int64_t steady_from_ns;    /* the first steady window, since the common start */
    int64_t steady_ns;         /* its length; 0 without */
    int64_t steady_amount;     /* acknowledged in it */
    int64_t steady_range_ppm;  /* (largest - smallest round) / mean, in millionths */
    int64_t steady_slope_ppm;  /* rise of the line fitted through its rounds / mean */
    int64_t start_skew_ns;     /* last minus first rank to be at work */
    int64_t submit_skew_ns;    /* last minus first rank to submit a request */
    int64_t end_skew_ns;       /* last minus first rank to end */
    int64_t slack_ns;          /* how long before it the common start was agreed */
    int64_t ranks_late;        /* ranks that were not at work within a millisecond of it */
    int64_t clock_error_ns;    /* bound of the error of any rank's instants */
    int64_t timeline_shift_ns; /* edges of a rank's timeline were moved by this at most */
    int64_t request_bytes;
    int64_t depth_asked;  /* 0 = by default */
    int64_t depth;        /* requests in flight for each writer */
    int64_t writers_each; /* of each rank; as the next */
    int64_t producers_each;
    uint8_t synced;      /* 1: files are synced within the phase */
    uint8_t reducible;   /* 1: the data can be compressed or deduplicated */
    uint8_t seed_source; /* enum record_seed_source */
    char engine_asked[16];
    char engine_used[16];
    char engine_reason[RECORD_LINE];
    enum preference direct_asked;
    enum record_engine_cause engine_cause;
    struct record_row total; /* of all nodes; its modes are those of the ranks that had something
                                to do, and of the first that went without something */
    int64_t ranks_without;   /* ranks that did */
    int64_t ranks_direct;    /* ranks with direct_in_effect yes */
    int64_t ranks_total;
    enum record_cache_state cache_state;
    enum record_written_by written_by;
    int64_t same_node_ranks; /* ranks that read what their own node wrote */
    int64_t shift;           /* nodes from a reader to the writer of its data */
    char cache[RECORD_LINE]; /* these facts as a line */
    struct record_row *nodes;
    size_t node_count;
    struct record_row *ranks;
    size_t rank_count;
    struct record_row *writers;
    size_t writer_count;
    struct record_file *files;
    size_t file_count;
    struct record_difference *differences;
    size_t difference_count;
    uint8_t objects_state;          /* enum record_objects_state: after the phase */
    int64_t objects_generation;     /* of their content, from 0 */
    int64_t objects_since_ns;       /* 1970 to before the first create, by the clock of the file
                                       system; 0 = not recorded */
    int64_t objects_content_bytes;  /* over which ratios of the content hold */
    struct record_objects *objects; /* by creator, after a phase that creates or renames */
    size_t objects_count;
    struct record_objects *renamed; /* by part, if a rename has not reached all */
    size_t renamed_count;
    struct record_error *errors; /* most frequent first */
    size_t error_count;
    struct record_bin *bins;
    size_t bin_count;
    struct record_device *devices;
    size_t device_count;
    struct record_reader *readers; /* of a phase that reads */
    size_t reader_count;
    struct record_used_target *used_targets;
    size_t used_target_count;
    struct record_slow *slowest;
    size_t slowest_count;
    struct record_half *halves;     /* of a mixed phase: HALVES of them; else NULL */
    struct histogram latency;       /* the whole */
    struct histogram *node_latency; /* of all nodes, or of those in latency_nodes; or NULL */
    int64_t *latency_nodes;         /* in ascending order; NULL: all */
    size_t latency_node_count;      /* of latency_nodes */
    struct histogram intended;      /* since the instants that a rate set; empty without */
    struct histogram file_latency;  /* of files: open, transfers, sync and close */
    struct histogram making;        /* filling or checking a buffer; empty without producers */
    struct histogram queue_wait;    /* of buffers, filled for submission or read for checking */
    struct histogram open_latency;  /* parts of metadata operations: empty where they have none */
    struct histogram transfer_latency; /* write or read */
    struct histogram sync_latency;
    struct histogram close_latency;
};

#endif
