/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of options.def as a constant table. Nothing else in the program lists options.
 */
#ifndef TIDEMILL_OPTION_TABLE_H
#define TIDEMILL_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "options/options.h"

enum option_kind {
    KIND_SIZE,
    KIND_RATE,
    KIND_DURATION,
    KIND_COUNT,
    KIND_REAL,
    KIND_SHARE,
    KIND_CHOICE,
    KIND_FLAG,
    KIND_TEXT,
};

/* The groups of the help, in order, with their headings. */
#define OPTION_GROUPS(GROUP)                                                                       \
    GROUP(HOW_MUCH, "How much")                                                                    \
    GROUP(PHASES, "Phases")                                                                        \
    GROUP(METADATA, "Metadata")                                                                    \
    GROUP(LAYOUT, "Layout")                                                                        \
    GROUP(PIPELINE, "Pipeline")                                                                    \
    GROUP(ENGINE, "Engine")                                                                        \
    GROUP(DATA, "Data")                                                                            \
    GROUP(SETTINGS, "Settings")                                                                    \
    GROUP(LIMITS, "Limits")                                                                        \
    GROUP(SAFETY, "Safety")                                                                        \
    GROUP(OUTPUT, "Output")

enum option_group {
#define GROUP(ID, title) GROUP_##ID,
    OPTION_GROUPS(GROUP)
#undef GROUP
        GROUP_COUNT
};

enum option_scope { SCOPE_RUN, SCOPE_SECTION };

struct option_row {
    const char *name;
    enum option_kind kind;
    const char *fallback; /* the default's text; "" = adapts */
    const char *argument; /* as shown in the help; of a CHOICE the values, "a|b|c" */
    enum option_group group;
    enum option_scope scope;
    bool inherited;
    unsigned flags; /* of enum option_flag */
    const char *help;
    size_t offset; /* of the field in struct run_settings or struct settings */
};

extern const struct option_row option_table[OPTION_COUNT];

/* Other names, of the benchmark that preceded this one. */
struct option_alias {
    const char *name;
    enum option_id id;
};
enum { OPTION_ALIASES = 3 };
extern const struct option_alias option_aliases[OPTION_ALIASES];

/* The fields of an option's value and source. */
struct option_place {
    void *field;
    enum option_source *source;
};
struct option_place option_place(struct options *options, enum option_id id);

/* Returns the field of a value. settings_field is for options of SCOPE_SECTION only. */
const void *option_field(const struct options *options, enum option_id id);
const void *settings_field(const struct settings *settings, enum option_id id);

#endif
