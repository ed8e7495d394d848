/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a data set as this rank sees them: the directory on each target, which writer
 * creates which file, what storage acknowledged so far, and what must be removed at the end. Only
 * what this run created is ever removed.
 */
#ifndef TIDEMILL_PREPARE_DATASET_H
#define TIDEMILL_PREPARE_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "cluster/cluster.h"
#include "metadata/object_tree.h"
#include "plan/acknowledged.h"
#include "plan/plan.h"
#include "plan/rewrites.h"
#include "platform/file.h"
#include "platform/pending_call.h"

/* One writer's file of this rank. */
struct part {
    struct share share;
    char *path;
    uint64_t files;                   /* in the directory 'path'; 0: that is the file */
    bool creates;                     /* this writer creates the file in the first writing phase */
    bool made;                        /* it has created the file */
    struct acknowledged acknowledged; /* can be read */
    struct rewrites rewrites;         /* which content that is */
};

/* The data set's directory on one target, which the leaders of the nodes that use it take care of.
 */
struct data_folder {
    uint32_t target;
    bool first; /* of all nodes that use the target, this one is the first: it creates the folder */
    bool apart; /* this node does not see what the first one created there */
    char *path;
    bool made;         /* by this rank */
    char *above;       /* the run's directory if 'path' is a section's directory in it, or NULL */
    bool above_made;   /* by this rank */
    bool above_shared; /* an earlier data set of this run uses it too */
};

struct dataset {
    struct cluster *cluster;
    const struct plan *plan;
    struct part *parts; /* one for each writer of this rank */
    uint32_t part_count;
    char *folder; /* on the target of this rank's first writer; NULL if that is not a directory */
    struct data_folder *folders; /* of a leader: one for each directory that its node uses */
    uint32_t folder_count;
    enum record_truth shared;          /* all nodes see the same target; unknown with one node */
    uint64_t generation;               /* the newest of the files' content */
    struct object_tree tree;           /* of objects, if a phase creates any */
    struct pending_call *pending_call; /* shows removals in progress; may be NULL */
    bool written;   /* a writing phase has started, or the files are of an earlier run */
    bool rewritten; /* ... and since then, one that writes in place */
    bool failed;    /* the last phase that wrote or created it has failed */
};

/* Plans the parts; creates no files. */
int dataset_init(struct dataset *dataset, struct cluster *cluster, const struct plan *plan,
                 struct failure *why);

/* The directory on a target that this rank takes care of, or NULL. */
const struct data_folder *dataset_folder_on(const struct dataset *dataset, uint32_t target);

/* Plans the objects, which as many creators of each rank create or have created; creates none. */
int dataset_init_objects(struct dataset *dataset, uint32_t creators, struct failure *why);

/* Creates the run's directory on each target and detects whether nodes share it. Collective;
 * returns 0 or the first failure's code, the same on all ranks; 'agreement' describes it. */
int dataset_make_folders(struct dataset *dataset, struct agreement *agreement);

/* Removes what this run created: files first, then (after a gate) directories. Collective;
 * continues after failures and sets 'why' to the first one. */
int dataset_remove(struct dataset *dataset, struct failure *why);

/* Like dataset_remove, but waits at most 'limit_ns' for each step, as storage may not answer. After
 * a failure the data set may still be in use and must not be released. */
int dataset_remove_within(struct dataset *dataset, int64_t limit_ns, struct failure *why);

/* Removes what can be removed now, while files may still be open; leaves the rest and its failures
 * to dataset_remove. Not collective, no messages. */
void dataset_remove_early(struct dataset *dataset);

void dataset_release(struct dataset *dataset);

/* Returns the number of objects that this rank created and that exist. */
uint64_t dataset_objects_count(const struct dataset *dataset);

/* Prints the path of the directory that holds the objects of a rank. */
void dataset_objects(const struct dataset *dataset, uint32_t rank, struct text *out);

/* Returns the path (malloc'ed) of the file that holds an offset of a part, and sets the offset in
 * that file, where the part is in several. NULL without memory. */
char *dataset_path(const struct dataset *dataset, uint32_t rank, uint32_t writer, uint64_t *offset,
                   struct failure *why);

/* Sets the path (malloc'ed) and share of another rank's part. */
int dataset_foreign(const struct dataset *dataset, uint32_t rank, uint32_t writer,
                    struct part *part, struct failure *why);

#endif
