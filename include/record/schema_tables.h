/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a record keeps the rows of each table, and under which name a result holds them. Every
 * format of a result walks these lists.
 */
#ifndef TIDEMILL_RECORD_SCHEMA_TABLES_H
#define TIDEMILL_RECORD_SCHEMA_TABLES_H

#include <stddef.h>

#include "record/schema.h"

struct schema_rows {
    const char *name; /* NULL ends a list */
    const struct schema_table *table;
    enum record_detail detail; /* left out where a coarser one is kept */
    bool first;                /* version 0.1.0 wrote this table, also without rows */
    size_t rows_offset;        /* in the struct that owns the rows */
    size_t count_offset;
};

extern const struct schema_rows schema_environment_tables[]; /* of struct record */
extern const struct schema_rows schema_run_tables[];         /* of struct record */
extern const struct schema_rows schema_phase_tables[];       /* of struct record_phase */

/* Returns the rows of a table; 'count' is their number, 0 if they are finer than 'detail'. */
const void *schema_rows_of(const struct schema_rows *list, enum record_detail detail,
                           const void *owner, size_t *count);

/* True if a result has no such table: one that came after version 0.1.0 and has no rows. */
bool schema_left_out(const struct schema_rows *list, size_t count);

/* The names of a mixed phase's halves, and the tables of each. */
extern const char *const schema_half_names[HALVES];
extern const struct schema_rows schema_half_tables[]; /* of struct record_half */

/* The histograms of a phase besides its latency: of the whole alone, left out where nothing was
 * counted. */
struct schema_histogram {
    const char *name; /* NULL ends the list */
    const char *long_name;
    size_t offset; /* struct histogram in struct record_phase */
};

extern const struct schema_histogram schema_histograms[];

#endif
