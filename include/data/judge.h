/*
 * Judges data, whoever wrote them: which share of the chunks is unique, and how well chunks
 * compress, for chunks of 512 B, 4 KiB, 128 KiB and 1 MiB over everything that was fed.
 *
 * Bounded memory: chunks are remembered by fingerprint; when a table is full, it goes on with a
 * random half of the contents, and the share becomes an estimate whose error is told. Compression
 * is measured on windows spread over the data, the more sparsely the more there are.
 *
 * One thread feeds. Does no input or output of its own.
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
    uint64_t chunks;        /* the short one at the end of a file counts as one */
    uint64_t zero_chunks;   /* nothing but zeros; part of 'chunks' */
    double unique_share;    /* different contents / chunks; 1 when nothing was fed */
    double unique_error;    /* of unique_share, 95 %; 0 when it was counted and not estimated */
    uint64_t sampled_bytes; /* that were compressed */
    double zstd_ratio; /* zstd -1, each chunk alone; a chunk that does not shrink counts whole */
    double lz4_ratio;
};

/* NULL with the reason; uses no more than about 'memory_bytes' for fingerprints. */
struct judge *judge_open(size_t memory_bytes, struct failure *why);

/* Accepts NULL. */
void judge_close(struct judge *judge);

/* The next window of a file: JUDGE_WINDOW_BYTES, fewer (but not 0) at its end. */
void judge_window(struct judge *judge, const void *bytes, size_t length);

/* What is known by now for chunk size number 'which', smallest first. */
struct judgement judge_tell(const struct judge *judge, unsigned which);

/* Adds the compressors that are there at run time: "zstd 1.5.4, lz4 1.9.4". */
void judge_libraries(struct text *out);

#endif
