/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a data set. A byte is a function of (seed, generation, position) and of nothing
 * else; which rank writes or reads it, in which order and with which buffer does not matter. At
 * dedup ratio 1 the position is (file, offset) alone; with a dedup quota it is also the position in
 * the plan's data set (base + offset), and the quota depends on the plan's sizes.
 *
 * Immutable after content_init, so all threads may share one content. Never allocates.
 */
#ifndef TIDEMILL_DATA_CONTENT_H
#define TIDEMILL_DATA_CONTENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct content_setup {
    uint64_t seed;
    double compress_ratio;      /* 1 to 16; 0 counts as 1 */
    double dedup_ratio;         /* 1 to 1000; 0 counts as 1 */
    uint64_t dedup_block_bytes; /* multiple of 512; only used when dedup_ratio > 1 */
    /* Only used when dedup_ratio > 1: the size of the whole data set (all files), and how many
     * equal contiguous shares of it are written at the same time (one per I/O thread; 1 when the
     * threads take turns along the data set, as in a strided order; 0 counts as 1). The quota is
     * exact for the whole data set, and holds for the first part of all shares together. */
    uint64_t total_bytes;
    uint64_t share_count;
};

/* The shape of cells, the generator's units of up to 4 KiB; see src/data/recipe.c. */
struct cell_shape {
    uint32_t bytes;         /* multiple of 512, at most 4096 */
    uint32_t period;        /* 'bytes' or less: a cell repeats its first 'period' bytes */
    uint32_t longer_period; /* used by 'longer_share' of 65536 cells */
    uint32_t longer_share;
};

/* Which blocks are equal; see src/data/quota.c. */
struct quota {
    uint64_t blocks;
    uint64_t unique;
    uint64_t shares;
    uint64_t rows;        /* blocks in each share */
    uint64_t region_rows; /* rows in each region; the last region also has the remaining rows */
    uint64_t region_count;
    uint64_t key;
};

struct stream_path;

struct content {
    struct content_setup setup; /* with defaults applied */
    const char *path;           /* instruction path in use: "portable", "x86-64-v3", ... */
    const struct stream_path *stream;
    struct cell_shape whole; /* 4 KiB, or the size of a dedup block if that is smaller */
    struct cell_shape last;  /* the last cell of a dedup block */
    struct quota quota;      /* only used when dedup_ratio > 1 */
};

struct position {
    uint64_t file;       /* index of the file in the plan */
    uint64_t base_bytes; /* where the file starts in the plan's data set */
    uint64_t offset;     /* in the file */
    uint64_t generation; /* counts rewrites of the file, from 0 */
    uint64_t file_bytes; /* 0 = unknown; separates shifted from foreign data */
};

/* How a bad block differs from what was written. */
enum difference_kind {
    DIFFERENCE_FLIPPED, /* some bits or bytes differ, or all bytes are unknown */
    DIFFERENCE_ZEROS,
    DIFFERENCE_STALE,   /* an earlier generation of the same position, or an earlier run */
    DIFFERENCE_SHIFTED, /* belongs to another offset of the same file */
    DIFFERENCE_FOREIGN, /* belongs to another file */
    DIFFERENCE_TORN,    /* partly right, partly stale or unknown; or several kinds */
    DIFFERENCE_UNREAD,  /* the poison that was in the buffer before the read */
    DIFFERENCE_MISSING, /* the file ends before it; set by the reader, never by content_check */
};

struct difference {
    uint64_t offset; /* of the first differing byte, in the file */
    uint64_t length; /* from the first to the last differing byte of the first run of bad blocks */
    enum difference_kind kind;
};

/* Initialises 'content'; -EINVAL with the reason if the setup is out of range. 'simd' is
 * "portable", "x86-64-v2", "x86-64-v3" or "x86-64-v4"; NULL or "auto" selects the fastest
 * instruction path. */
int content_init(struct content *content, const struct content_setup *setup, const char *simd,
                 struct failure *why);

/* Fills 'length' bytes at 'memory' with the content of 'position'; any offset and length. */
void content_fill(const struct content *content, const struct position *position, void *memory,
                  size_t length);

/* Compares 'length' bytes with the content of 'position' without a second buffer. Returns the
 * number of 4 KiB blocks (by file offset) that differ; if > 0 and 'first' is not NULL, describes
 * the first bad block in 'first'. */
uint64_t content_check(const struct content *content, const struct position *position,
                       const void *memory, size_t length, struct difference *first);

/* Marks memory before a read with poison, which never equals any content. Cheap: writes only the
 * start of each 512 B sector. */
void content_poison(void *memory, size_t length);

/* Returns the name of a kind: "zeros", "flipped", ... */
const char *difference_kind_name(enum difference_kind kind);

#endif
