/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of metadata phases, one line each in the table of operation.c: plain system calls
 * on one object in an open directory. An operation is complete or leaves nothing behind.
 */
#ifndef TIDEMILL_METADATA_OPERATION_H
#define TIDEMILL_METADATA_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/content.h"
#include "metadata/objects.h"
#include "options/phases.h"

struct operation;
struct statx;

struct operation_kind {
    enum phase_id phase;
    uint32_t shifts; /* how many times --shift its rank is away from the one that created */
    bool creates;
    bool renames;
    bool removes;
    bool lists; /* directories, and carries out the operation on each entry, if there is one */
    bool opens; /* files, and directories that exist */
    /* Returns 0 or -errno; -EBADMSG: the object is not as it was created. */
    int (*on_file)(struct operation *operation);
    int (*on_directory)(struct operation *operation);
};

/* Returns the operation of a metadata phase. */
const struct operation_kind *operation_kind_of(enum phase_id phase);

/* Returns true if the operation changes directories, so that there is something to sync. */
static inline bool operation_changes(const struct operation_kind *kind)
{
    return kind->creates || kind->renames || kind->removes;
}

/* What is the same for all objects. */
struct operation_setup {
    bool directories; /* objects are directories */
    uint64_t object_bytes;
    bool sync_each;
    bool fill_once; /* write what is in the buffer, instead of each object's own content */
    const struct content *content;
    uint64_t generation;
    const struct object_layout *layout;
};

/* What an operation on an open object consists of; others have no parts. */
enum operation_part {
    PART_OPEN,
    PART_TRANSFER,
    PART_SYNC,
    PART_CLOSE,
    OPERATION_PARTS,
    PART_NONE = OPERATION_PARTS
};

/* The operations of one thread: what it works with, and what they came to. */
struct operation {
    const struct operation_setup *setup;
    int folder; /* the open directory of the object */
    char name[OBJECT_NAME];
    char other[OBJECT_NAME]; /* renaming: the new one */
    bool may_replace; /* the file system cannot rename without replacing what has the new name */
    struct position position; /* of the object's content */
    unsigned char *buffer;
    size_t buffer_bytes;
    int64_t bytes; /* written or read */
    int64_t retries;
    int64_t syncs;
    int64_t sync_ns;
    int64_t bad_blocks;
    uint64_t size;       /* of the object whose attributes were read */
    int64_t modified_ns; /* since 1970, by the clock of the file system */
    uint32_t parts;      /* of the latest operation: 1 << enum operation_part of each that it had */
    int64_t part_ns[OPERATION_PARTS + 1];
    enum operation_part part;     /* plain calls: the part under way */
    int64_t part_since_ns;        /* clock_now_ns() at its start; 0: parts are not measured */
    struct difference difference; /* of the object; length 0: none */
};

/* Carries out the operation on the object that was set. Hot path. */
static inline int operation_carry_out(const struct operation_kind *kind,
                                      struct operation *operation)
{
    return operation->setup->directories ? kind->on_directory(operation) : kind->on_file(operation);
}

/* Returns true if there is an operation on each object. */
static inline bool operation_applies(const struct operation_kind *kind,
                                     const struct operation_setup *setup)
{
    return (setup->directories ? kind->on_directory : kind->on_file) != NULL;
}

/* Returns the bytes of the buffer that each operation in flight has. */
size_t operation_buffer_bytes(uint64_t object_bytes);

/* Allocates the buffer; -ENOMEM. */
int operation_init(struct operation *operation, const struct operation_setup *setup);
void operation_release(struct operation *operation);

/* Sets the object that the next operation is about. Hot path. */
void operation_set_object(struct operation *operation, const struct object *object);

/* How much of the object is left at the position, at most a buffer. */
size_t operation_next_bytes(const struct operation *operation);

/* Puts the next bytes of the object into the buffer. */
void operation_fill(struct operation *operation, size_t bytes);

/* Check the next bytes of the object, of which 'got' could be read; that no 'more' bytes could be
 * read after its end; and its type and size. 0, -EBADMSG, or a negative 'more'. */
int operation_check_content(struct operation *operation, size_t bytes, size_t got);
int operation_check_end(struct operation *operation, int64_t more);
int operation_check_attributes(const struct operation *operation, const struct statx *facts);

/* Returns true if a rename failed because the file system cannot refuse to replace a file. Then the
 * operation, as all later ones, first checks whether the new name is free. */
bool operation_may_replace(struct operation *operation, int result);

/* Adds time to a part of the operation. Hot path. */
static inline void operation_add_part(struct operation *operation, enum operation_part part,
                                      int64_t ns)
{
    const uint32_t bit = UINT32_C(1) << part;
    operation->part_ns[part] = operation->parts & bit ? operation->part_ns[part] + ns : ns;
    operation->parts |= bit;
}

/* Begins the first part of an operation by plain calls; ends the part under way, and begins another
 * one. Hot path. */
static inline void operation_begin_part(const struct operation_kind *kind,
                                        struct operation *operation, int64_t now_ns)
{
    const bool opens = kind->opens && !(kind->creates && operation->setup->directories);
    operation->part = opens ? PART_OPEN : PART_NONE;
    operation->part_since_ns = now_ns;
}

void operation_end_part(struct operation *operation, enum operation_part next, int64_t now_ns);

/* Syncs an open file or directory: 0 or -errno. */
int operation_sync(struct operation *operation, int fd);

#endif
