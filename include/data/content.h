/*
 * What the bytes of a data set are. A byte is a function of (seed, generation, position) and of
 * nothing else: who writes or reads it, in which order and with which buffer never matters.
 * At dedup ratio 1 the position is (file, offset) alone; with a dedup quota it is also the place
 * in the plan's data set (base + offset), and the quota needs the plan's sizes.
 *
 * Immutable after content_init, so every thread may use one content at once. Never allocates.
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
    /* Only used when dedup_ratio > 1: the bytes of the whole data set, all files together, and how
     * many equal contiguous shares of it are written side by side (writers; 1 when they take turns
     * along it, as in a strided order; 0 counts as 1). The quota is exact over the whole, and holds
     * over the first part of all shares together. */
    uint64_t total_bytes;
    uint64_t share_count;
};

/* How cells (the generator's units of up to 4 KiB) look; src/data/recipe.c sets and explains it. */
struct cell_shape {
    uint32_t bytes;         /* multiple of 512, at most 4096 */
    uint32_t period;        /* 'bytes', or an odd multiple of 8 that repeats to the end */
    uint32_t longer_period; /* taken by 'longer_share' of 65536 cells */
    uint32_t longer_share;
};

/* Which blocks are equal; src/data/quota.c sets and explains it. */
struct quota {
    uint64_t blocks;
    uint64_t unique;
    uint64_t shares;
    uint64_t rows;        /* blocks of a share */
    uint64_t region_rows; /* rows of a region; the last region holds the rest as well */
    uint64_t region_count;
    uint64_t key;
};

struct stream_path;

struct content {
    struct content_setup setup; /* with the defaults filled in */
    const char *path; /* name of the instruction path in use: "portable", "x86-64-v3", ... */
    const struct stream_path *stream;
    struct cell_shape whole; /* cells of 4 KiB, or of the dedup block when that is smaller */
    struct cell_shape last;  /* the last cell of a dedup block */
    struct quota quota;      /* only used when dedup_ratio > 1 */
};

struct position {
    uint64_t file;       /* index of the file in the plan */
    uint64_t base_bytes; /* where the file starts in the plan's data set */
    uint64_t offset;     /* in the file */
    uint64_t generation; /* counts rewrites of the file, from 0 */
    uint64_t file_bytes; /* 0 = unknown; only helps to tell shifted from foreign under a quota */
};

/* How a bad block differs from what was written. */
enum difference_kind {
    DIFFERENCE_FLIPPED, /* some bits or bytes differ, or all are unknown */
    DIFFERENCE_ZEROS,
    DIFFERENCE_STALE,   /* an earlier generation of the same place, or an earlier run */
    DIFFERENCE_SHIFTED, /* belongs to another offset of the same file */
    DIFFERENCE_FOREIGN, /* belongs to another file */
    DIFFERENCE_TORN,    /* part right, part stale or unknown; or of several kinds */
    DIFFERENCE_UNREAD,  /* the poison that was there before the read */
    DIFFERENCE_MISSING, /* the file ends before it; told by who reads, never by content_check */
};

struct difference {
    uint64_t offset; /* of the first differing byte, in the file */
    uint64_t
        length; /* from the first to the last differing byte of the first bad blocks in a row */
    enum difference_kind kind;
};

/* -EINVAL with the reason when the setup is out of bounds. 'simd' NULL or "auto" picks the best
 * instruction path, else "portable", "x86-64-v2", "x86-64-v3", "x86-64-v4". */
int content_init(struct content *content, const struct content_setup *setup, const char *simd,
                 struct failure *why);

/* Fills 'length' bytes at 'memory' with what belongs at 'position'; any offset and length. */
void content_fill(const struct content *content, const struct position *position, void *memory,
                  size_t length);

/* Compares 'length' bytes with what belongs at 'position' without a second buffer. Returns the
 * number of 4 KiB blocks (by file offset) that differ; when > 0 and 'first' is not NULL, describes
 * the first bad block there. */
uint64_t content_check(const struct content *content, const struct position *position,
                       const void *memory, size_t length, struct difference *first);

/* Puts poison, never equal to any content, where a read is about to go; cheap: marks the head of
 * each 512 B sector. */
void content_poison(void *memory, size_t length);

/* "zeros", "flipped", ... */
const char *difference_kind_name(enum difference_kind kind);

#endif
