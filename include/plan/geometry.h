/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Geometry: which bytes of which file belong to which writer. Pure arithmetic over the plan's data
 * set, a line of 'total_bytes' which consists of parts: one for each rank or (by_node) node if
 * 'part_bytes' is set, else a single one. Ranks that do not work have no part, and come last. Each
 * part is cut into requests of 'request_bytes'.
 *
 * Always true: shares cover every byte of the data set exactly once; only a part's last request is
 * short; the shares of a part differ by at most one request (of a single part by_node: per node,
 * then per rank). Each file is one contiguous stretch of the data set. A writer without a share has
 * no file.
 *
 * With 'turn_bytes', all writers of a shared file take turns in it instead, in the order of its
 * ranks and their writers: parts decide the size of the file only, the shares of a file differ by
 * at most one turn, and the last request of each turn may be short.
 *
 * With 'files_per_rank', what is one file otherwise is cut into several (file_cut.h), which the
 * rank's writers divide among them: no file is in two shares, the shares of a rank differ by at
 * most one file, and the last request of each file may be short. Offsets count through all files of
 * a rank, or of a writer with layout writer, as if they were one.
 */
#ifndef TIDEMILL_PLAN_GEOMETRY_H
#define TIDEMILL_PLAN_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "options/options.h"
#include "plan/shape.h"
#include "plan/target_spread.h"
#include "plan/writer_share.h"

struct geometry_setup {
    enum layout layout;
    uint64_t total_bytes;
    uint64_t part_bytes;     /* exactly, for each rank or node; 0 = all ranks share 'total_bytes' */
    uint64_t turn_bytes;     /* of a shared file: its writers take turns; 0 = contiguous shares */
    uint64_t files_per_rank; /* not with layout shared; 0 counts as 1 */
    uint64_t request_bytes;  /* at most 'turn_bytes', if that is set */
    uint32_t writers_per_rank;
    uint32_t target_count;
    enum spread spread; /* how writers take targets in turn; by writer: only with files of theirs */
    bool by_node;       /* each node gets the same, regardless of its number of ranks */
    struct shape shape;
};

struct geometry {
    struct geometry_setup setup;
    uint32_t working;       /* ranks that have a part of the data set */
    uint64_t request_count; /* of all ranks */
    uint64_t file_count;
    struct target_spread spread;
    /* Ranks in data set order: by target (if ranks share files, or nodes take targets in turn),
     * then (by_node) by node, then by rank. */
    uint32_t *rank_at;     /* place -> rank */
    uint32_t *place_of;    /* rank -> place */
    uint64_t *start_bytes; /* place -> start in the data set; rank_count + 1 entries */
    uint32_t
        *target_place; /* target -> first place, in the order by target; target_count + 1 entries
                        */
};

/* -EINVAL, -EOVERFLOW, -ENOMEM. 'setup->shape.rank_node' must outlive the geometry. */
int geometry_init(struct geometry *geometry, const struct geometry_setup *setup,
                  struct failure *why);
void geometry_release(struct geometry *geometry);

/* The target of a rank's first writer, which is that of all unless each takes the next one. */
uint32_t geometry_target(const struct geometry *geometry, uint32_t rank);

/* Does a writer of this rank, or of a rank of this node, use the target? */
bool geometry_rank_uses(const struct geometry *geometry, uint32_t rank, uint32_t target);
bool geometry_node_uses(const struct geometry *geometry, uint32_t node, uint32_t target);

void geometry_share(const struct geometry *geometry, uint32_t rank, uint32_t writer,
                    struct share *share);

/* The adjacent turns of all writers of a rank in an interleaved file as one share, in requests of
 * at most 'request_bytes'. */
void geometry_rank_interleaved(const struct geometry *geometry, uint32_t rank,
                               uint64_t request_bytes, struct share *share);

/* Bytes of one rank, and the planned size of the file that contains a share. */
uint64_t geometry_rank_bytes(const struct geometry *geometry, uint32_t rank);
uint64_t geometry_file_bytes(const struct geometry *geometry, const struct share *share);

/* The first rank in data set order with a share on 'target': it creates the shared file there. */
uint32_t geometry_first_rank(const struct geometry *geometry, uint32_t target);

#endif
