/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store_*.c files share: a session with HDF5. hdf5.h is quarantined to these files.
 *
 * HDF5 prints nothing while a session is open: the innermost message of its error stack becomes
 * the end of the failure text instead. Every function here returns 0 or -errno with the session's
 * failure set; ids are closed with store_drop, which accepts an invalid one.
 */
#ifndef TIDEMILL_RECORD_STORE_HDF5_H
#define TIDEMILL_RECORD_STORE_HDF5_H

#include <hdf5.h>

#include "base/failure.h"
#include "record/record.h"
#include "record/schema.h"

enum { STORE_ALIKE = 3 };

struct store {
    const char *path;               /* of the result, for failure texts */
    struct failure *why;            /* never NULL */
    hid_t text_type;                /* variable-length UTF-8 */
    hid_t categories[COLUMN_KINDS]; /* of the kinds that are kept as such; else 0 */
    enum amount_unit unit;          /* of tables whose rows do not name their own */
    enum record_detail detail;      /* the finest rows that are written */
    hid_t scalar;
    hid_t alike[STORE_ALIKE]; /* groups whose small columns a table shares; 0 = none */
    hid_t ordered;            /* creates groups that remember the order of what is put in */
    int fd;                   /* of the file that is read */
    uint64_t memory;          /* bytes of it that the result may still need */
    H5E_auto2_t print;
    void *print_data;
};

int store_begin(struct store *store, const char *path, struct failure *why);
void store_end(struct store *store);

/* Sets the failure: the text, the path and HDF5's innermost error. Returns the errno that HDF5
 * met, negative, or -EINVAL. */
int store_refuse(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The code of the failure that is set, for callers of what returns an id. */
int store_code(const struct store *store);

void store_drop(hid_t id);

/* A new group under 'parent'; negative with the failure set. */
hid_t store_make_group(struct store *store, hid_t parent, const char *name, const char *long_name);

/* One row as attributes of 'object'. */
int store_write_attributes(struct store *store, hid_t object, const struct schema_table *table,
                           const void *row);
int store_write_integer(struct store *store, hid_t object, const char *name, int64_t value);
int store_write_text(struct store *store, hid_t object, const char *name, const char *text);

/* 'count' rows as the group 'name' under 'parent', one dataset for each column. */
int store_write_table(struct store *store, hid_t parent, const char *name,
                      const struct schema_table *table, const void *rows, size_t count);

/* Attributes into one row. Missing ones leave the row as it is: they are of a later tidemill. */
int store_read_attributes(struct store *store, hid_t object, const struct schema_table *table,
                          void *row);

/* A table into malloc'ed rows, '*rows' NULL and '*count' 0 where it is missing or empty. Strings
 * in rows that were read before a failure are left for the caller to free. */
int store_read_table(struct store *store, hid_t parent, const char *name,
                     const struct schema_table *table, void **rows, size_t *count);

/* A latency histogram group. Where it is missing, reading leaves 'whole' as it is. */
int store_write_histogram(struct store *store, hid_t phase, const char *name, const char *long_name,
                          const struct histogram *whole);
int store_read_histogram(struct store *store, hid_t phase, const char *name,
                         struct histogram *whole);

/* That of requests, with those of the nodes; the table 'nodes' of the phase exists. */
int store_write_latency(struct store *store, hid_t group, const struct record_phase *phase);
int store_read_latency(struct store *store, hid_t group, struct record_phase *phase);

/* The phases from 'begin' to 'end' into a file that holds those before them and nothing else. */
int store_write_phases(struct store *store, hid_t file, const struct record *record, size_t begin,
                       size_t end);

/* The whole record into an open file that holds its first 'finished' phases and nothing else, and
 * back. */
int store_write_record(struct store *store, hid_t file, const struct record *record,
                       size_t finished);
int store_read_record(struct store *store, hid_t file, struct record *record);

/* Is it a result of tidemill, of any schema? -EINVAL. */
int store_recognise(struct store *store, hid_t file);

/* Small groups, as nearly all are, need no index of their members. */
void store_keep_small(hid_t group_creation);

/* Layout of a small column, with its data in its header. */
hid_t store_compact(struct store *store);

/* Layout of a new column: chunks of 'chunk' along the first of 'rank' axes, shuffled, deflated. */
hid_t store_packed(struct store *store, int rank, const hsize_t *chunk);

/* Does the object hold an attribute, the group a link of this name? */
bool store_has_attribute(hid_t object, const char *name);
bool store_has(hid_t group, const char *name);

/* Where the header of an object is in the file, and how many links lead to it (if not NULL). */
uint64_t store_object(hid_t object, unsigned *links);

/* Before memory for 'count' items of 'each' bytes is allocated: refuses more than a file of this
 * length can hold, as links and deflated zeros let a small one claim any amount. */
int store_take(struct store *store, uint64_t count, uint64_t each);

/* Can a dataset of this many bytes be real, by what it occupies in this file? Keeps a damaged file
 * from asking for all memory, and refuses values that are in other files. */
bool store_plausible(hid_t dataset, uint64_t bytes);

#endif
