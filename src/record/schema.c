#include "schema.h"

#include <math.h>

/* A kind names the type that its member must have; a wrong pair does not compile. */
#define TYPE_INTEGER   int64_t
#define TYPE_TRUTH     uint8_t
#define TYPE_STATUS    enum record_status
#define TYPE_FLAG      uint8_t
#define TYPE_STRING    char *
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
#include "schema.def"
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
#include "schema.def"
#undef TABLE
#undef COLUMN
#undef END

#define CHECK_SIZE(type, member)                                                                   \
    _Static_assert(sizeof(type) == sizeof MEMBER(member), "kind and member do not fit");
#define CHECK_INTEGER(member) CHECK_SIZE(TYPE_INTEGER, member)
#define CHECK_TRUTH(member)   CHECK_SIZE(TYPE_TRUTH, member)
#define CHECK_STATUS(member)  CHECK_SIZE(TYPE_STATUS, member)
#define CHECK_FLAG(member)    CHECK_SIZE(TYPE_FLAG, member)
#define CHECK_STRING(member)  CHECK_SIZE(TYPE_STRING, member)
#define CHECK_TEXT(member)    CHECK_SIZE(char, member[0])
#define TABLE(id, name, long_name)
#define COLUMN(column_kind, member, name, unit, long_name) CHECK_##column_kind(member)
#define END(id)
#include "schema.def"
#undef TABLE
#undef COLUMN
#undef END

#define RATE(rate_name, amount, time)                                                              \
    {                                                                                              \
        .name = (rate_name), .amount_offset = offsetof(struct record_phase, amount),               \
        .time_offset = offsetof(struct record_phase, time)                                         \
    }

const struct schema_rate schema_rates[] = {
    RATE("rate_whole_bytes_per_s", bytes, duration_ns),
    RATE("rate_active_bytes_per_s", active_bytes, active_ns),
    RATE("rate_steady_bytes_per_s", steady_bytes, steady_ns),
    RATE("rate_requests_per_s", requests, duration_ns),
};
const size_t schema_rate_count = sizeof schema_rates / sizeof schema_rates[0];

int64_t schema_per_second(int64_t amount, int64_t time_ns)
{
    if (amount <= 0 || time_ns <= 0)
        return 0;
    double rate = round((double)amount / ((double)time_ns * 1e-9));
    return rate < 0x1p63 ? (int64_t)rate : INT64_MAX;
}

const char *schema_text(const struct column *column, const void *row)
{
    const char *member = (const char *)row + column->offset;
    if (column->kind == COLUMN_TEXT)
        return member;
    const char *string = *(char *const *)(const void *)member;
    return string ? string : "";
}

size_t schema_enum_names(enum column_kind kind, const char *const **names)
{
    static const char *const flags[] = {"FALSE", "TRUE"};
    static const char *const truths[] = {"no", "yes", "unknown", "mixed"};
    static const char *const statuses[] = {"running", "complete", "failed", "interrupted",
                                           "skipped"};
    switch (kind) {
    case COLUMN_FLAG:
        *names = flags;
        return sizeof flags / sizeof flags[0];
    case COLUMN_TRUTH:
        *names = truths;
        return sizeof truths / sizeof truths[0];
    case COLUMN_STATUS:
        *names = statuses;
        return sizeof statuses / sizeof statuses[0];
    default:
        *names = NULL;
        return 0;
    }
}
