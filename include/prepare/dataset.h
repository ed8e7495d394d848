/*
 * The files of a data set as this rank sees them: the folder on each target, who creates what, what
 * storage acknowledged so far, and what must be removed at the end. Nothing is ever removed that
 * this run did not create.
 */
#ifndef TIDEMILL_PREPARE_DATASET_H
#define TIDEMILL_PREPARE_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "cluster/cluster.h"
#include "plan/acknowledged.h"
#include "plan/plan.h"
#include "platform/file.h"
#include "platform/lookout.h"

/* One writer's file of this rank. */
struct part {
    struct share share;
    char *path;
    bool creates; /* this writer makes the file in the first writing phase */
    bool made;    /* ... and has done so */
    struct acknowledged acknowledged;
};

struct dataset {
    struct cluster *cluster;
    const struct plan *plan;
    struct part *parts; /* one for each writer of this rank */
    uint32_t part_count;
    char *folder;      /* on this rank's target; NULL when the target is not a directory */
    bool folder_made;  /* by this rank */
    char *above;       /* the run's folder, where 'folder' is a section's own in it; else NULL */
    bool above_made;   /* by this rank */
    bool above_shared; /* an earlier data set of this run makes it too */
    enum record_truth shared; /* do all nodes see the same target? unknown with one node */
    uint64_t generation;      /* of what lies in the files */
    struct lookout *lookout;  /* is told of removals; NULL: nobody */
    bool written;             /* a writing phase has been started, or files of an earlier run */
};

/* Makes the parts; touches nothing. */
int dataset_init(struct dataset *dataset, struct cluster *cluster, const struct plan *plan,
                 struct failure *why);

/* Collective: makes the run's folder on each target and finds out whether nodes share it. 0, or the
 * first failure's code, the same on all ranks, told in 'agreement'. */
int dataset_make_folders(struct dataset *dataset, struct agreement *agreement);

/* Removes what this run created: files first, then (after a gate) folders. Collective. Failures are
 * put into 'why', the first one, and do not stop the rest. */
int dataset_remove(struct dataset *dataset, struct failure *why);

/* The same for storage that may not answer: each step is waited for up to 'limit_ns'. After a
 * failure the dataset may still be in use: it must not be released. Collective. */
int dataset_remove_within(struct dataset *dataset, int64_t limit_ns, struct failure *why);

/* Removes what can be removed at this moment, while files may still be open: the rest, and its
 * failures, are dataset_remove's. Not collective, no messages. */
void dataset_remove_early(struct dataset *dataset);

void dataset_release(struct dataset *dataset);

/* Another rank's part as this rank reads it: path and share; 'path' is malloc'ed. */
int dataset_foreign(const struct dataset *dataset, uint32_t rank, uint32_t writer,
                    struct part *part, struct failure *why);

#endif
