/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that metadata phases create and visit: their names and directories, computed from a
 * few numbers and never stored, and the order in which an I/O thread goes through them. Pure.
 *
 * An object is known by the rank and the I/O thread that create it, and its place in the order of
 * that thread. Its first name is "tm.created.r<rank>.<number>"; a rename swaps it with
 * "tm.renamed.r<rank>.<number>". It is in directory "r<rank>" of its rank, or in the directory that
 * all ranks share; under a fan-out it is in a directory "d<number>" in there, which holds at most
 * that many objects. With several levels, the path of such a directory consists of the digits of
 * its number, "d<digit>" for each level; the first one holds as many as there are.
 */
#ifndef TIDEMILL_METADATA_OBJECTS_H
#define TIDEMILL_METADATA_OBJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "options/options.h"
#include "plan/acknowledged.h"

/* OBJECTS_BITS: a set has at most 2^56 objects. A directory of directories holds 2^OBJECTS_DIGIT.
 */
enum { OBJECT_NAME = 48, OBJECTS_BITS = 56, OBJECTS_DIGIT = 4 };

struct object_layout {
    uint32_t ranks;
    uint32_t threads; /* of each rank: I/O threads, or operations in flight, that create objects */
    uint64_t fan_out; /* objects in one directory; 0 = any number */
    uint32_t levels;  /* of directories, from the rank's or the shared one to the objects */
    bool shared;      /* all ranks use the same directories */
};

struct object {
    uint32_t rank;
    uint32_t thread;
    uint64_t place;
    bool second; /* it has its second name */
};

/* An object's thread and name as one number, for records that have no space for both. */
static inline uint32_t object_key(const struct object *object)
{
    return object->thread | (uint32_t)object->second << 31;
}

static inline struct object object_of_key(uint32_t rank, uint32_t key, uint64_t place)
{
    return (struct object){rank, key & (UINT32_MAX >> 1), place, key >> 31};
}

/* Which names the objects of a rank have, after renames of which only the latest may have reached
 * a part of them. It divided them as object_cursor_visit does. */
struct object_names {
    bool second;    /* the names of those that were reached; all others have the other one */
    uint32_t parts; /* 0: all were reached */
    const struct acknowledged *reached; /* by part: places, counted from the part's first one */
};

/* Returns how many operations each I/O thread keeps in flight through io_uring; 0: plain calls. */
uint32_t objects_depth(const struct settings *settings);

/* Returns how many creators each rank has: I/O threads, times the depth of each. */
uint32_t objects_creators(const struct settings *settings);

/* Returns how many of the rank's objects this I/O thread creates. */
uint64_t objects_share(uint64_t objects, uint32_t threads, uint32_t thread);

/* Returns the most objects that a thread may create; with it, numbers fit OBJECTS_BITS. */
uint64_t objects_share_most(const struct object_layout *layout);

/* Returns the object's number among all objects of the set, unique. */
uint64_t objects_number(const struct object_layout *layout, const struct object *object);

/* Returns the object that has this number, with its first name. */
struct object objects_of_number(const struct object_layout *layout, uint64_t number);

/* Returns the number of the object's directory, unique within its rank's or the shared one. */
uint64_t objects_directory(const struct object_layout *layout, const struct object *object);

/* Returns the first later place of the object's thread that is in another directory, or
 * UINT64_MAX. */
uint64_t objects_next_directory(const struct object_layout *layout, const struct object *object);

/* Writes the object's name, and from one of its names the other one. Hot path. */
void objects_write_name(const struct object_layout *layout, const struct object *object,
                        char out[OBJECT_NAME]);
void objects_write_other_name(const char name[OBJECT_NAME], char out[OBJECT_NAME]);

/* Print the path of the directory that holds all of a rank's objects, below 'top', and that of the
 * directory that holds the object. */
void objects_print_top(const struct object_layout *layout, const char *top, uint32_t rank,
                       struct text *out);
void objects_print_directory(const struct object_layout *layout, const char *top,
                             const struct object *object, struct text *out);

/* Gets the object that has this name; false if none can have it. Hot path. */
bool objects_of_name(const struct object_layout *layout, const char *name, struct object *object);

/* Returns the first object of a rank that can be in a directory, by the directory's number. */
struct object objects_first_in(const struct object_layout *layout, uint32_t rank,
                               uint64_t directory);

/* Returns the levels of directories with these settings. */
uint32_t objects_levels(const struct settings *settings);

/* Returns how many directories of a level, from 1, are above 'directories' ones. */
uint64_t objects_above(const struct object_layout *layout, uint64_t directories, uint32_t level);

/* Prints the path of the directory on a level that is above another one, by its number; level 0 is
 * that of objects_print_top. */
void objects_print_above(const struct object_layout *layout, const char *top, uint32_t rank,
                         uint64_t directory, uint32_t level, struct text *out);

/* Returns true if a run with this layout may have given this name to an object, or to a
 * directory. */
bool objects_has_name(const struct object_layout *layout, const char *name);
bool objects_has_directory(const struct object_layout *layout, const char *name);

/* Some objects of one rank: those that one thread creates, or a part of those that exist. */
struct object_cursor {
    const struct acknowledged *created; /* by thread; NULL: the objects are created */
    struct object_names names;
    struct object next;
    uint64_t position; /* of the next place, among those of all threads */
    uint64_t places;   /* of all threads */
    uint64_t left;     /* places, those that were not created included */
};

/* Starts with the first of 'count' objects that 'thread' of 'rank' creates. */
void object_cursor_create(struct object_cursor *cursor, uint32_t rank, uint32_t thread,
                          uint64_t count);

/* Starts with the first of the objects of 'rank' that visiting thread 'index' of 'of' gets: all
 * that were created are divided evenly. */
void object_cursor_visit(struct object_cursor *cursor, const struct object_layout *layout,
                         uint32_t rank, const struct acknowledged *created,
                         const struct object_names *names, uint32_t index, uint32_t of);

/* Returns true if the object of a rank was created, and has the name that it has here. Hot path. */
bool object_exists(const struct object_layout *layout, const struct acknowledged *created,
                   const struct object_names *names, const struct object *object);

/* Returns true if a rename of 'parts' parts reached all places of each. */
bool object_names_complete(const struct acknowledged *created, uint32_t threads,
                           const struct acknowledged *reached, uint32_t parts);

/* Gets the next object; false at the end. Hot path. */
bool object_cursor_next(struct object_cursor *cursor, struct object *object);

/* Skips to a later place of the thread that created 'object', or to the next thread's objects. */
void object_cursor_skip(struct object_cursor *cursor, const struct object *object, uint64_t place);

#endif
