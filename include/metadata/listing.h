/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which I/O thread lists which directory of the objects, and what it must find there: no name is
 * stored, as the number of names and the sum of a hash of each show whether one is missing, doubled
 * or foreign. Pure.
 *
 * A directory is listed by one rank: one of its own by the rank that visits its owner, and those
 * that all ranks share by each rank in turn. Within the rank, the I/O threads take turns, except
 * that they divide the entries of a single directory where each entry is an operation.
 */
#ifndef TIDEMILL_METADATA_LISTING_H
#define TIDEMILL_METADATA_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "metadata/objects.h"

/* Names of objects; sums of several are the sums of the numbers. */
struct listing_sum {
    uint64_t objects;
    uint64_t hashes;  /* of their numbers */
    uint64_t matches; /* those that a search matches */
};

/* What a search matches; all that is set must match. */
struct listing_search {
    const char *name; /* a pattern; NULL: any */
    bool sized;       /* only files of 'bytes' */
    uint64_t bytes;
    int64_t since_ns; /* only what was modified at this time of the file system or later */
};

/* The part of the directories that one rank lists. */
struct listing_setup {
    struct listing_search search;
    struct listing_sum expected;
    uint64_t directories; /* that hold objects, numbered from 0, of all parts */
    uint32_t parts;       /* it lists each directory whose number modulo 'parts' is 'part' */
    uint32_t part;
    bool top;    /* it lists the directory of all ranks' directories too */
    bool unsure; /* objects may have either name */
    bool partly; /* ... those of other ranks, after renames that did not reach all */
};

/* Sets the search of --find-name and --find-size, of any age; it borrows from the settings. */
int listing_search_init(struct listing_search *search, const struct settings *settings,
                        struct failure *why);

/* Returns how many directories hold objects of a rank that has those for itself. */
uint64_t listing_directories(const struct object_layout *layout,
                             const struct acknowledged *created);

/* Returns which of 'parts' lists the object's directory. */
static inline uint32_t listing_part(const struct object_layout *layout, const struct object *object,
                                    uint32_t parts)
{
    return (uint32_t)(objects_directory(layout, object) % parts);
}

/* Returns true if the search matches what has this name, size and time of modification. */
bool listing_matches(const struct listing_search *search, const char *name, uint64_t bytes,
                     int64_t modified_ns);

/* Adds an object. Hot path. */
void listing_add(struct listing_sum *sum, const struct object_layout *layout,
                 const struct object *object);

#endif
