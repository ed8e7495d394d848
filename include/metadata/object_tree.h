/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directories of the objects on a target, and what exists in them: made before the first
 * objects are created, removed at the end. Only what this run created is ever removed.
 *
 * Directory "objects" is made by one rank, and holds the directories of the ranks, or the shared
 * objects. Those of a fan-out are made as they are needed (crew.h). Sends no messages: the caller
 * puts a gate between the functions that one rank calls and those that every rank calls.
 */
#ifndef TIDEMILL_METADATA_OBJECT_TREE_H
#define TIDEMILL_METADATA_OBJECT_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "metadata/objects.h"
#include "platform/file.h"

/* The name of the directory that holds all objects. */
extern const char object_tree_top_name[];

struct object_tree {
    struct object_layout layout;
    uint32_t rank;
    bool directories;    /* objects are directories */
    char *top;           /* path of the directory that holds all objects; NULL: there is no tree */
    bool top_made;       /* by this rank */
    bool own_made;       /* this rank's directory in it */
    bool used;           /* a phase has created objects */
    bool exists;         /* objects may exist */
    bool stored;         /* an earlier run made it all: nothing is removed until it is empty */
    int64_t since_ns;    /* before the first object was created, by the file system's clock */
    uint64_t generation; /* of the objects' content */
    struct file claim;   /* marks 'top' as used by a run */
    struct acknowledged *created; /* by thread of this rank */
    struct object_names names;    /* of the objects */
    struct acknowledged *reached; /* names.reached */
    bool unsure;                  /* an object may have either name */
    uint64_t *places;             /* by thread of this rank: tried, so that directories may exist */
    uint64_t shared_directories;  /* of a fan-out in the shared directory, on all ranks */
};

/* Plans the tree in a directory of the run; creates nothing. -ENOMEM. */
int object_tree_init(struct object_tree *tree, const struct object_layout *layout, bool directories,
                     const char *folder, uint32_t rank, struct failure *why);

/* Prints the path of the directory that holds all objects, in a directory of the run. */
void object_tree_print_top(const char *folder, struct text *out);

/* Create the directory that holds all objects (one rank), then this rank's in it (every rank). What
 * exists already is refused. */
int object_tree_make_top(struct object_tree *tree, struct failure *why);
int object_tree_make_own(struct object_tree *tree, struct failure *why);

/* Takes over what an earlier run made, with 'created', 'places' and 'names' set: claims it, and
 * checks that this rank's first object exists. 'leads': removes 'top' when all is empty. */
int object_tree_take_over(struct object_tree *tree, bool leads, struct failure *why);

/* Returns how many directories of a fan-out in the shared directory this rank may have made. */
uint64_t object_tree_shared_directories(const struct object_tree *tree);

/* After a rename of 'parts' parts: what it has reached of each (malloc'ed, the tree's from then
 * on); NULL: it has reached all objects. */
void object_tree_set_names(struct object_tree *tree, struct acknowledged *reached, uint32_t parts);

/* Renames this rank's objects that the latest rename did not reach, so that all have alike names.
 * Replaces nothing: renames none if a file of others has one of these names. */
void object_tree_finish_rename(struct object_tree *tree, struct failure *why);

/* All objects have been removed; their directories have not. */
void object_tree_set_empty(struct object_tree *tree);

/* Remove this rank's objects and directories (every rank), then the shared directories of the
 * fan-out, then the directory that held all (the rank that made it). Continue after failures, and
 * set 'why' to the first one. */
void object_tree_remove_own(struct object_tree *tree, struct failure *why);
void object_tree_remove_shared(struct object_tree *tree, struct failure *why);
void object_tree_remove_top(struct object_tree *tree, struct failure *why);

void object_tree_release(struct object_tree *tree);

#endif
