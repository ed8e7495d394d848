/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures any data, written by tidemill or not: the share of unique chunks, and how well chunks
 * compress, for chunks of 512 B, 4 KiB, 128 KiB and 1 MiB.
 *
 * Memory is bounded: chunks are identified by fingerprints; when a table is full, it continues with
 * a random half of the contents, and the share becomes an estimate with a reported error.
 * Compression is measured on samples spread over the data; the more data, the sparser the samples.
 *
 * One thread adds data. Does no I/O.
 */
#ifndef TIDEMILL_DATA_JUDGE_H
#define TIDEMILL_DATA_JUDGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"

enum { JUDGE_SIZES = 4, JUDGE_WINDOW_BYTES = 1 << 20 };

struct judge;

struct judgement {
    uint64_t chunk_bytes;
    uint64_t chunks;        /* including the short one at the end of a file */
    uint64_t zero_chunks;   /* all zeros; included in 'chunks' */
    double unique_share;    /* different contents / chunks; 1 without data */
    double unique_error;    /* 95 % error of unique_share; 0 when it was counted, not estimated */
    uint64_t sampled_bytes; /* bytes that were compressed */
    double zstd_ratio; /* zstd -1, each chunk separately; a chunk that does not shrink counts with
                          its full size */
    double lz4_ratio;
};

/* Returns NULL with the reason if memory runs out; fingerprints use at most about
 * 'memory_bytes'. */
struct judge *judge_open(size_t memory_bytes, struct failure *why);

/* Accepts NULL. */
void judge_close(struct judge *judge);

/* Adds the next window of a file: JUDGE_WINDOW_BYTES, or fewer (not 0) at its end. */
void judge_add_window(struct judge *judge, const void *bytes, size_t length);

/* Returns the results so far for chunk size 'which', smallest first. */
struct judgement judge_result(const struct judge *judge, unsigned which);

/* Appends the compressors found at run time: "zstd 1.5.4, lz4 1.9.4". */
void judge_print_libraries(struct text *out);

#endif
