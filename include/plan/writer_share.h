/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a file that one writer writes, and the requests that they consist of. Pure.
 */
#ifndef TIDEMILL_PLAN_WRITER_SHARE_H
#define TIDEMILL_PLAN_WRITER_SHARE_H

#include <stdint.h>

/* One writer's part: contiguous, or (interleaved) a turn in every 'period_bytes' of the file. A
 * contiguous one may be in several files, one for each turn; their offsets are those in all
 * of them one after the other. */
struct share {
    uint32_t target;
    uint64_t file;        /* index of the file in the plan */
    uint64_t file_offset; /* of the share's first byte in the file */
    uint64_t file_base;   /* where the file starts in the data set */
    uint64_t bytes;       /* of the share; 0 = nothing to do */
    uint64_t request_count;
    uint64_t request_bytes;
    uint64_t part_bytes;    /* if the file holds several parts or turns: the size of each; else 0 */
    uint64_t cut_bytes;     /* in several files: of each but the rank's last; else 0 */
    uint64_t turn_bytes;    /* interleaved: of each turn but the file's last; or cut_bytes */
    uint64_t turn_requests; /* in each whole turn, or file */
    uint64_t period_bytes;  /* from the start of a turn, or file, to that of the next */
    uint64_t skipped_requests; /* interleaved: before the first one of 'request_count' */
};

/* One request. */
struct extent {
    uint64_t offset; /* in the file */
    uint64_t length;
};

/* The file that holds an offset, counted from 0; its own offsets begin there; and its size. Of a
 * share that is in several files. */
static inline uint64_t share_file_at(const struct share *share, uint64_t offset)
{
    return offset / share->cut_bytes;
}
uint64_t share_file_bytes(const struct share *share, uint64_t file);

/* Cuts a share into files of 'bytes' each; 0: it is in one. */
void share_cut(struct share *share, uint64_t bytes);

/* Cuts or extends a share to its first 'bytes'. */
void share_set_bytes(struct share *share, uint64_t bytes);

/* The bytes of a share before its request at 'index' <= request_count. */
uint64_t share_bytes_before(const struct share *share, uint64_t index);

/* The first request that begins at 'bytes' of a contiguous share or behind, and the request that
 * holds that byte. */
uint64_t share_request_from(const struct share *share, uint64_t bytes);
uint64_t share_request_at(const struct share *share, uint64_t bytes);

static inline struct extent share_extent_interleaved(const struct share *share, uint64_t index)
{
    const uint64_t turn = (share->skipped_requests + index) / share->turn_requests;
    const uint64_t within =
        (share->skipped_requests + index - turn * share->turn_requests) * share->request_bytes;
    const uint64_t left_of_share = share->bytes - turn * share->turn_bytes - within;
    uint64_t left = share->turn_bytes - within;
    left = left < left_of_share ? left : left_of_share;
    return (struct extent){
        .offset = share->file_offset + turn * share->period_bytes + within,
        .length = left < share->request_bytes ? left : share->request_bytes,
    };
}

/* The i-th request of a share, i < request_count. */
static inline struct extent share_extent(const struct share *share, uint64_t index)
{
    if (share->turn_bytes)
        return share_extent_interleaved(share, index);
    uint64_t start = index * share->request_bytes;
    uint64_t left = share->bytes - start;
    return (struct extent){
        .offset = share->file_offset + start,
        .length = left < share->request_bytes ? left : share->request_bytes,
    };
}

#endif
