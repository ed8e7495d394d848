/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list schema.def as data: which quantities each table has, where they are in its struct and
 * how they are written. Pure tables; knows nothing of HDF5. Both directions of store.c walk these,
 * so a quantity that is written is read back, and one that is not in the list does not exist.
 */
#ifndef TIDEMILL_RECORD_SCHEMA_H
#define TIDEMILL_RECORD_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "record/record.h"

enum column_kind {
    COLUMN_INTEGER,
    COLUMN_TEXT,
    COLUMN_STRING,
    COLUMN_BYTES, /* integers, each in the file only for rows of this unit */
    COLUMN_OPERATIONS,
    COLUMN_FLAG,
    COLUMN_UNIT,
    COLUMN_PREFERENCE,
#define ENUM(ID, id, form) COLUMN_##ID,
#define VALUE(value, name)
#define END
#include "record/enums.def"
#undef ENUM
#undef VALUE
#undef END
    COLUMN_KINDS
};

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset; /* in the row's struct */
    size_t size;   /* of the member; of a TEXT, its capacity */
    const char *unit;
    const char *long_name;
};

struct schema_table {
    const char *name;
    const char *long_name;
    size_t row_bytes;
    const struct column *columns;
    size_t column_count;
};

#define TABLE(id, name, long_name) extern const struct schema_table schema_##id;
#define COLUMN(kind, member, name, unit, long_name)
#define END(id)
#include "record/schema.def"
#undef TABLE
#undef COLUMN
#undef END

/* A rate, in addition to its numerator and denominator: an attribute of a phase, written and not
 * read. */
struct schema_rate {
    const char *name;
    enum column_kind kind;
    size_t amount_offset; /* int64_t in struct record_phase */
    size_t time_offset;   /* int64_t in struct record_phase, ns */
};

extern const struct schema_rate schema_rates[];
extern const size_t schema_rate_count;

/* Returns the column that holds the unit of a row's amounts; NULL if the table has none. */
const struct column *schema_unit_column(const struct schema_table *table);

/* True if the column holds amounts of another unit than this one, or than the row's own. */
bool schema_other_unit(enum column_kind kind, enum amount_unit unit);
bool schema_other_row(const struct schema_table *table, const struct column *column,
                      const void *row);

/* Returns the rate of a phase, in its amounts per second. */
int64_t schema_rate_of(const struct schema_rate *rate, const struct record_phase *phase);

/* amount per second, rounded to nearest; 0 when there is no time. */
int64_t schema_per_second(int64_t amount, int64_t time_ns);

/* Text of a column in this row, of a flag or a list its name; never NULL; for columns that are not
 * numbers. */
const char *schema_text(const struct column *column, const void *row);

/* How a column is kept in tables: numbers, texts, or an enumeration of the file. */
enum column_form { FORM_NUMBER, FORM_TEXT, FORM_CATEGORY };
enum column_form schema_form(enum column_kind kind);

/* The names of the values of a flag or a list, in their order; returns how many there are, 0 for
 * other kinds. */
size_t schema_enum_names(enum column_kind kind, const char *const **names);

/* The value of such a column in this row. */
unsigned schema_enum_value(const struct column *column, const void *row);
void schema_enum_set(const struct column *column, void *row, unsigned value);

#endif
