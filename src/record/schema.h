/*
 * The list schema.def as data: which quantities each table has, where they lie in its struct and
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
    COLUMN_TRUTH,
    COLUMN_STATUS,
    COLUMN_FLAG,
    COLUMN_TEXT,
    COLUMN_STRING,
};

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset; /* in the row's struct */
    size_t size;   /* of the member; of a TEXT, its room */
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
#include "schema.def"
#undef TABLE
#undef COLUMN
#undef END

/* A rate beside its numerator and denominator: an attribute of a phase, written and not read. */
struct schema_rate {
    const char *name;
    size_t amount_offset; /* int64_t in struct record_phase */
    size_t time_offset;   /* int64_t in struct record_phase, ns */
};

extern const struct schema_rate schema_rates[];
extern const size_t schema_rate_count;

/* amount per second, rounded to nearest; 0 when there is no time. */
int64_t schema_per_second(int64_t amount, int64_t time_ns);

/* Text of a TEXT or STRING column in this row; never NULL. */
const char *schema_text(const struct column *column, const void *row);

/* The names of the enumerations, in order of their values; returns how many there are. */
size_t schema_enum_names(enum column_kind kind, const char *const **names);

#endif
