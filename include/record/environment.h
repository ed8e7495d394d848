/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a run took place, as its result keeps it: nodes, their clocks, targets, devices, networks,
 * and the job. Plain structs that can be sent between ranks as they are, except for the job's text,
 * which the record owns. Bytes and nanoseconds only.
 */
#ifndef TIDEMILL_RECORD_ENVIRONMENT_H
#define TIDEMILL_RECORD_ENVIRONMENT_H

#include <stdint.h>

#include "record/enums.h"

enum {
    RECORD_WORD = 32,
    RECORD_NAME = 64,
    RECORD_LINE = 256,
    RECORD_PATH = 1024,
    RECORD_BOOT_ID = 40
};

/* One node, as found at the start. */
struct record_node {
    char hostname[RECORD_NAME];
    char boot_id[RECORD_BOOT_ID];
    char kernel[RECORD_NAME];
    char cpu[RECORD_NAME];
    char mpi_library[RECORD_NAME];
    char allowed_cpus[RECORD_LINE]; /* union over the node's ranks, as "0-3,8" */
    int64_t ranks;
    int64_t ranks_by_mpi; /* that share memory with its first rank; 0 = not counted */
    uint8_t mpi_agrees;   /* enum record_truth: these are the node's ranks */
    int64_t sockets;
    int64_t cores;
    int64_t cpus;
    int64_t numa_nodes;
    int64_t memory_bytes;       /* physical */
    int64_t memory_limit_bytes; /* what the cgroup allows; memory_bytes when unlimited */
    int64_t last_level_cache_bytes;
    int64_t memlock_bytes;   /* RLIMIT_MEMLOCK soft; -1 = unlimited */
    int64_t clock_offset_ns; /* its monotonic clock minus rank 0's, when last compared */
    int64_t clock_error_ns;  /* bound of that */
    int64_t clock_drift_ppb; /* how much faster it went than rank 0's during the run */
    int64_t wall_error_ns;   /* its wall clock minus rank 0's, when last compared */
    /* Not available: "unknown", -1. */
    char operating_system[RECORD_NAME];
    char virtual_machine[RECORD_WORD]; /* "none", "kvm", ... */
    char container[RECORD_WORD];       /* what it is marked as: "none", "docker", ... */
    char clock_source[RECORD_WORD];
    char cpu_governor[RECORD_WORD]; /* "mixed" where cores differ */
    int64_t cpu_least_hz;           /* what the governor may choose from */
    int64_t cpu_most_hz;
    int64_t load_thousandths; /* load average of the minute before the start */
    char transparent_huge_pages[RECORD_WORD];
    int64_t huge_page_bytes; /* explicit ones; 0 = the kernel has none */
    int64_t huge_pages_free;
    int64_t memory_available_bytes;
    int64_t swap_bytes;
    int64_t open_files_limit; /* RLIMIT_NOFILE soft; -1 = unlimited, as all limits below */
    int64_t address_space_limit_bytes;
    int64_t data_limit_bytes;
    int64_t file_size_limit_bytes;
    int64_t cpu_time_limit_ns;
    int64_t processes_limit; /* of the user, RLIMIT_NPROC */
    /* Of the control groups of the node's first rank. */
    int64_t cpu_quota_thousandths; /* of a core */
    int64_t memory_limit_free_bytes;
    int64_t tasks_limit; /* pids.max */
    int64_t tasks_free;
    int64_t huge_limit_bytes;
    char cpuset[RECORD_LINE];      /* cores of the cpuset; "" = not known */
    uint8_t bound_by;              /* enum record_binding */
    char cpus_at_end[RECORD_LINE]; /* as allowed_cpus, when the run ended; "" = not compared */
    int64_t uring_disabled;        /* kernel.io_uring_disabled */
    int64_t dirty_limit_percent;
    int64_t dirty_limit_bytes;     /* 0 = the share counts */
    char tool_commit[RECORD_NAME]; /* of the sources; "-dirty" behind it when they were changed */
    char tool_build[RECORD_LINE];  /* compiler, build type and flags */
    char libraries[RECORD_LINE];   /* that the program found at run time, with their versions */
};

/* One comparison of a node's clock with rank 0's. */
struct record_clock {
    char node[RECORD_NAME];
    int64_t node_number; /* its row in nodes */
    int64_t rank;        /* the one that compared */
    char phase[RECORD_NAME];
    uint8_t after;     /* that phase; else before it */
    int64_t local_ns;  /* when, on this rank's clock */
    int64_t offset_ns; /* this rank's clock minus rank 0's */
    int64_t error_ns;
    int64_t round_trip_ns;
    int64_t wall_error_ns; /* own wall clock minus rank 0's */
};

/* One target on one node, as found at the start. */
struct record_target {
    char node[RECORD_NAME];
    int64_t node_number; /* its row in nodes */
    char path[RECORD_PATH];
    enum record_target_kind kind;
    char mount_point[RECORD_LINE];
    char file_system[RECORD_NAME]; /* type as in mountinfo: "ext4", "fuse.glusterfs" */
    char options[RECORD_LINE];
    char source[RECORD_LINE]; /* mount source */
    char device[RECORD_NAME]; /* kernel name of the block device below, "" when none */
    int64_t block_bytes;
    int64_t size_bytes;
    int64_t free_bytes;
    int64_t planned_bytes;           /* of the whole data set, on this target; -1 = not recorded */
    int64_t direct_memory_alignment; /* STATX_DIOALIGN; 0 = refused, -1 = not reported */
    int64_t direct_offset_alignment;
    uint8_t direct_cause;      /* enum record_direct_cause: what about a new file prevents it */
    char backing[RECORD_NAME]; /* the loop or RAM device that makes it cached or RAM-backed */
    uint8_t ram_backed;        /* tmpfs, ramfs, hugetlbfs, /dev/null, a RAM disk */
    uint8_t cached_below;      /* a loop device that uses the page cache for its file */
    uint8_t shared;            /* enum record_truth: seen by other nodes too */
    uint8_t remote;            /* 1: its data come over a network alone */
    uint8_t hidden_caches;     /* 1: daemons or servers below it may cache: unseen from here */
    uint8_t ignores_sync;      /* 1: its mount makes fsync do nothing */
    uint8_t compresses;        /* 1: its file system may compress what is written */
    uint8_t holds_result;      /* 1: the result is on its file system; seen by the first node */
    uint8_t apart;             /* 1: this node does not see what the first one created there */
    uint8_t striping;          /* enum record_striping: whose tool reported the layout of files */
    int64_t stripe_count;      /* -1 = over all targets; 0 = unknown */
    int64_t stripe_bytes;      /* 0 = unknown */
    uint8_t stripe_set;        /* 1: this run set the layout */
    char layout[RECORD_LINE];  /* what else the tool reported, "pattern raid0, pool flash" */
};

/* How one path leads to different storage on two nodes, the most serious first. */
enum record_target_difference { TARGETS_ALIKE, TARGETS_SOURCE, TARGETS_MOUNT, TARGETS_TYPE };

/* Compares what two nodes see under one path. */
enum record_target_difference record_compare_targets(const struct record_target *a,
                                                     const struct record_target *b);

/* Sets 'remote', 'hidden_caches', 'ignores_sync' and 'compresses' from the file system's type and
 * mount options. Types with a SAN or a local server are not remote. */
void record_classify_target(struct record_target *target);

/* A block device on one node: a target's own, or one that such a device is made of. -1 =
 * unknown. */
struct record_block_device {
    char node[RECORD_NAME];
    int64_t node_number;     /* its row in nodes */
    char name[RECORD_NAME];  /* the kernel's; of a partition, its disk */
    char above[RECORD_NAME]; /* the device that it is a part of; "" = a target is on it */
    char kind[RECORD_WORD];  /* "nvme", "sata", "virtio", "device mapper (LVM)", "md raid5" ... */
    enum record_bus bus;
    char model[RECORD_NAME];
    char scheduler[RECORD_WORD];
    char write_cache[RECORD_WORD]; /* "write back", "write through" */
    int64_t rotational;
    int64_t queue_requests;
    int64_t request_bytes; /* the largest request that the kernel sends */
    int64_t read_ahead_bytes;
    int64_t throttle_ns; /* writeback is throttled to keep reads below this; 0 = it is not */
    int64_t poll_queues; /* 1: completions can be polled for */
    int64_t logical_block_bytes;
    int64_t physical_block_bytes;
    int64_t link_transfers_per_s; /* PCIe link of the device or its controller, one lane */
    int64_t link_most_per_s;      /* what that could be */
    int64_t link_width;           /* lanes */
    int64_t link_most_width;
    int64_t numa_node;
    int64_t cap_read_bytes_per_s; /* of the control groups, also the next three; -1 = none */
    int64_t cap_written_bytes_per_s;
    int64_t cap_reads_per_s;
    int64_t cap_writes_per_s;
    int64_t before_ns;      /* how long it was watched before the first phase; 0 = not at all */
    int64_t before_busy_ns; /* of that, when it had something to do */
    int64_t before_read_bytes;
    int64_t before_written_bytes;
};

/* A network interface or an InfiniBand port of one node. */
struct record_network {
    char node[RECORD_NAME];
    int64_t node_number;    /* its row in nodes */
    char name[RECORD_NAME]; /* "eth0", "mlx5_0:1" */
    enum record_network_kind kind;
    char driver[RECORD_WORD]; /* "" when unknown */
    char state[RECORD_WORD];  /* "up", "active", "down" ... */
    uint8_t down;             /* 1: it carries nothing */
    int64_t bits_per_s;       /* this and the next: -1 when unknown */
    int64_t mtu_bytes;
    int64_t numa_node;
};

struct record_job {
    char launcher[RECORD_NAME]; /* "mpirun", "srun", "alone" */
    uint8_t launched;           /* 1: a launcher started the ranks */
    char job_id[RECORD_NAME];
    char partition[RECORD_NAME];
    int64_t nodes_asked;
    char *environment; /* selected variables, "NAME=value" lines */
};

#endif
