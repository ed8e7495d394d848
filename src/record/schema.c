/* SPDX-License-Identifier: Apache-2.0 */
#include "record/schema.h"

#include <math.h>
#include <string.h>

#define MEMBER(member) (((ROW *)NULL)->member)

#define TABLE(id, name, long_name) static const struct column columns_##id[] = {
#define COLUMN(column_kind, member, column_name, column_unit, column_long_name)                    \
    {.name = (column_name),                                                                        \
     .kind = COLUMN_##column_kind,                                                                 \
     .offset = offsetof(ROW, member),                                                              \
     .size = sizeof MEMBER(member),                                                                \
     .unit = (column_unit),                                                                        \
     .long_name = (column_long_name)},
#define END(id)                                                                                    \
    }                                                                                              \
    ;
#include "record/schema.def"
#undef TABLE
#undef COLUMN
#undef END

#define TABLE(id, table_name, table_long_name)                                                     \
    const struct schema_table schema_##id = {                                                      \
        .name = (table_name),                                                                      \
        .long_name = (table_long_name),                                                            \
        .row_bytes = sizeof(ROW),                                                                  \
        .columns = columns_##id,                                                                   \
        .column_count = sizeof columns_##id / sizeof columns_##id[0],                              \
    };
#define COLUMN(column_kind, member, name, unit, long_name)
#define END(id)
#include "record/schema.def"
#undef TABLE
#undef COLUMN
#undef END

typedef int64_t TYPE_INTEGER;
typedef int64_t TYPE_BYTES;
typedef int64_t TYPE_OPERATIONS;
typedef uint8_t TYPE_FLAG;
typedef enum amount_unit TYPE_UNIT;
typedef enum preference TYPE_PREFERENCE;
typedef char TYPE_TEXT[];
typedef char *TYPE_STRING;
#define ENUM(ID, id, form) typedef enum record_##id TYPE_##ID;
#define VALUE(value, name)
#define END
#include "record/enums.def"
#undef ENUM
#undef VALUE
#undef END

/* A kind names the type that its member must have; a wrong pair does not compile. A list may be
 * kept in a byte, and an integer without a sign. */
#define HAS_TYPE(member, type) __builtin_types_compatible_p(__typeof__(MEMBER(member)), type)
#define TABLE(id, name, long_name)
#define COLUMN(kind, member, name, unit, long_name)                                                \
    _Static_assert(HAS_TYPE(member, TYPE_##kind) ||                                                \
                       (COLUMN_##kind == COLUMN_INTEGER && HAS_TYPE(member, uint64_t)) ||          \
                       (COLUMN_##kind > COLUMN_FLAG && HAS_TYPE(member, uint8_t)),                 \
                   "kind and member do not fit");
#define END(id)
#include "record/schema.def"
#undef TABLE
#undef COLUMN
#undef END

#define RATE(rate_kind, rate_name, amount, time)                                                   \
    {                                                                                              \
        .name = (rate_name), .kind = COLUMN_##rate_kind,                                           \
        .amount_offset = offsetof(struct record_phase, amount),                                    \
        .time_offset = offsetof(struct record_phase, time)                                         \
    }

const struct schema_rate schema_rates[] = {
    RATE(BYTES, "rate_whole_bytes_per_s", amount, duration_ns),
    RATE(BYTES, "rate_active_bytes_per_s", active_amount, active_ns),
    RATE(BYTES, "rate_steady_bytes_per_s", steady_amount, steady_ns),
    RATE(BYTES, "rate_deadline_bytes_per_s", deadline_amount, deadline_ns),
    RATE(OPERATIONS, "rate_whole_operations_per_s", amount, duration_ns),
    RATE(OPERATIONS, "rate_active_operations_per_s", active_amount, active_ns),
    RATE(OPERATIONS, "rate_steady_operations_per_s", steady_amount, steady_ns),
    RATE(OPERATIONS, "rate_deadline_operations_per_s", deadline_amount, deadline_ns),
    RATE(INTEGER, "rate_requests_per_s", requests, duration_ns),
};
const size_t schema_rate_count = sizeof schema_rates / sizeof schema_rates[0];

const struct column *schema_unit_column(const struct schema_table *table)
{
    const struct column *column = table->columns;
    while (column < table->columns + table->column_count && column->kind != COLUMN_UNIT)
        column++;
    return column < table->columns + table->column_count ? column : NULL;
}

bool schema_other_unit(enum column_kind kind, enum amount_unit unit)
{
    return (kind == COLUMN_BYTES && unit != UNIT_BYTE) ||
           (kind == COLUMN_OPERATIONS && unit != UNIT_OPERATION);
}

bool schema_other_row(const struct schema_table *table, const struct column *column,
                      const void *row)
{
    const struct column *unit = schema_unit_column(table);
    return unit && schema_other_unit(column->kind, schema_enum_value(unit, row));
}

int64_t schema_rate_of(const struct schema_rate *rate, const struct record_phase *phase)
{
    int64_t amount;
    int64_t time_ns;
    memcpy(&amount, (const char *)phase + rate->amount_offset, sizeof amount);
    memcpy(&time_ns, (const char *)phase + rate->time_offset, sizeof time_ns);
    return schema_per_second(amount, time_ns);
}

int64_t schema_per_second(int64_t amount, int64_t time_ns)
{
    if (amount <= 0 || time_ns <= 0)
        return 0;
    double rate = round((double)amount / ((double)time_ns * 1e-9));
    return rate < 0x1p63 ? (int64_t)rate : INT64_MAX;
}

/* The lists of enums.def as data. */
#define ENUM(ID, id, form) static const char *const names_##id[] = {
#define VALUE(value, name) name,
#define END                                                                                        \
    }                                                                                              \
    ;
#include "record/enums.def"
#undef ENUM
#undef VALUE
#undef END

enum { LIST_CATEGORY = FORM_CATEGORY, LIST_WORD = FORM_TEXT };

static const struct {
    enum column_form form;
    const char *const *names;
    size_t count;
} lists[COLUMN_KINDS] = {
    [COLUMN_TEXT] = {.form = FORM_TEXT},
    [COLUMN_STRING] = {.form = FORM_TEXT},
    [COLUMN_FLAG] = {FORM_CATEGORY, (const char *const[]){"FALSE", "TRUE"}, 2},
    [COLUMN_UNIT] = {FORM_CATEGORY, units_amount_names, UNIT_COUNT},
    [COLUMN_PREFERENCE] = {FORM_TEXT,
                           (const char *const[PREFERENCE_COUNT]){[PREFER] = "prefer",
                                                                 [REQUIRE] = "require",
                                                                 [NEVER] = "never",
                                                                 [PREFERENCE_UNSTATED] = ""},
                           PREFERENCE_COUNT},
#define ENUM(ID, id, form)                                                                         \
    [COLUMN_##                                                                                     \
        ID] = {(enum column_form)LIST_##form, names_##id, sizeof names_##id / sizeof *names_##id},
#define VALUE(value, name)
#define END
#include "record/enums.def"
#undef ENUM
#undef VALUE
#undef END
};

enum column_form schema_form(enum column_kind kind)
{
    return lists[kind].form;
}

size_t schema_enum_names(enum column_kind kind, const char *const **names)
{
    *names = lists[kind].names;
    return lists[kind].count;
}

static const char *name_of(enum column_kind kind, unsigned value)
{
    return value < lists[kind].count ? lists[kind].names[value] : "unknown";
}

unsigned schema_enum_value(const struct column *column, const void *row)
{
    const char *member = (const char *)row + column->offset;
    unsigned value;
    if (column->size == 1)
        return (uint8_t)*member;
    memcpy(&value, member, sizeof value);
    return value;
}

void schema_enum_set(const struct column *column, void *row, unsigned value)
{
    char *member = (char *)row + column->offset;
    if (column->size == 1)
        *member = (char)value;
    else
        memcpy(member, &value, sizeof value);
}

const char *schema_text(const struct column *column, const void *row)
{
    const char *member = (const char *)row + column->offset;
    if (column->kind == COLUMN_TEXT)
        return member;
    if (column->kind != COLUMN_STRING)
        return name_of(column->kind, schema_enum_value(column, row));
    const char *string = *(char *const *)(const void *)member;
    return string ? string : "";
}

const char *record_status_name(enum record_status status)
{
    return name_of(COLUMN_STATUS, status);
}

const char *record_truth_name(enum record_truth truth)
{
    return name_of(COLUMN_TRUTH, truth);
}

const char *record_severity_name(enum record_severity severity)
{
    return name_of(COLUMN_SEVERITY, severity);
}

const char *record_probe_name(enum record_probe probe)
{
    return name_of(COLUMN_PROBE, probe);
}

const char *record_target_kind_name(enum record_target_kind kind)
{
    return name_of(COLUMN_TARGET_KIND, kind);
}
