/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of a run, generated from options.def. Rank 0 parses the command line; the canonical
 * text ("key = value" lines) is sent to the other ranks and stored in the result, and is parsed
 * again with the same functions.
 *
 * Owns its texts. Does not depend on the machine: values that adapt to it stay 0 or NULL until
 * plan/defaults.c sets them.
 */
#ifndef TIDEMILL_OPTIONS_OPTIONS_H
#define TIDEMILL_OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/preference.h"
#include "base/text.h"
#include "options/engines.h"
#include "options/sections.h"

enum option_id {
#define OPTION(ID, ...) OPTION_##ID,
#include "options/options.def"
#undef OPTION
    OPTION_COUNT
};

/* What an option decides, and where it appears. Stored runs, the plan's text and the summary use
 * these flags instead of the names of options. */
enum option_flag {
    SETS_CONTENT = 1 << 0,  /* which bytes are written */
    SETS_PLACE = 1 << 1,    /* where they are: in which file of which rank and writer */
    SETS_SEQUENCE = 1 << 2, /* in which requests and in which order */
    ENDS_EARLY = 1 << 3,    /* may end a phase before the whole data set is written or read */
    SHOWN = 1 << 4,         /* shown in the settings of the plan and the summary */
    SHOWN_CHANGED = 1 << 5, /* shown there if it differs from the default */
    READER_OWN = 1 << 6,    /* a section that reads another section's data may set it too */
};

/* Where a value came from; a later source in this list takes precedence. */
enum option_source {
    SOURCE_DEFAULT,
    SOURCE_PRESET,
    SOURCE_FILE,
    SOURCE_COMMAND_LINE,
    SOURCE_SECTION,
};

/* Values of the CHOICE options, in the order of options.def; prefer|require|never is an enum
 * preference. */
enum layout { LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER };
enum spread { SPREAD_AUTO, SPREAD_NODE, SPREAD_RANK, SPREAD_WRITER };
enum objects_option { OBJECTS_FILES, OBJECTS_DIRECTORIES };
enum order { ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM, ORDER_RANDOM_REPEAT };
enum generate { GENERATE_EACH, GENERATE_ONCE };
enum cache_option { CACHE_MEASURE, CACHE_DROP, CACHE_KEEP };
enum fsync_when { FSYNC_END, FSYNC_EACH, FSYNC_NEVER };
enum numa_option { NUMA_AUTO, NUMA_FORCE, NUMA_OFF };
enum sort_by { SORT_RATE, SORT_P50, SORT_P99, SORT_CPU, SORT_POINT };
enum fail_on { FAIL_NEVER, FAIL_WARNING, FAIL_SERIOUS };
enum detail_option { FINEST_AUTO, FINEST_NODE, FINEST_RANK, FINEST_WRITER };
enum progress_when { PROGRESS_AUTO, PROGRESS_NONE };

#define OPTION_TYPE_SIZE     uint64_t
#define OPTION_TYPE_RATE     uint64_t
#define OPTION_TYPE_DURATION int64_t
#define OPTION_TYPE_COUNT    uint64_t
#define OPTION_TYPE_REAL     double
#define OPTION_TYPE_SHARE    uint64_t
#define OPTION_TYPE_CHOICE   unsigned
#define OPTION_TYPE_FLAG     bool
#define OPTION_TYPE_TEXT     char *

/* Fields of one scope: OPTION_OF_<scope of the row>_IN_<wanted scope>. */
#define OPTION_OF_RUN_IN_RUN(member) member
#define OPTION_OF_SECTION_IN_RUN(member)
#define OPTION_OF_RUN_IN_SECTION(member)
#define OPTION_OF_SECTION_IN_SECTION(member) member

/* Options of the whole run. */
struct run_settings {
#define OPTION(ID, field, name, KIND, fallback, argument, GROUP, SCOPE, ...)                       \
    OPTION_OF_##SCOPE##_IN_RUN(OPTION_TYPE_##KIND field;)
#include "options/options.def"
#undef OPTION
    enum option_source source[OPTION_COUNT];
};

/* Options of one section, and its targets. */
struct settings {
#define OPTION(ID, field, name, KIND, fallback, argument, GROUP, SCOPE, ...)                       \
    OPTION_OF_##SCOPE##_IN_SECTION(OPTION_TYPE_##KIND field;)
#include "options/options.def"
#undef OPTION
    char **targets;
    size_t target_count;
    enum option_source targets_source;
    enum option_source source[OPTION_COUNT];
};

struct options {
    struct run_settings run;
    struct settings common;   /* for every section that does not set its own */
    struct section *sections; /* of a settings file, in order; if none, --phases is the list */
    size_t section_count;     /* those that the run needs */
    size_t section_total;     /* with those that --phases leaves out, which follow */
};

/* Sets all options to the defaults of the table. -ENOMEM. */
int options_init(struct options *options, struct failure *why);
void options_release(struct options *options);

/* Returns true if the value is not a default. */
bool options_given(const struct options *options, enum option_id id);
enum option_source options_source(const struct options *options, enum option_id id);
bool settings_given(const struct settings *settings, enum option_id id);

/* Copies the settings and their texts. On -ENOMEM 'copy' is released. */
int settings_copy(struct settings *copy, const struct settings *from, struct failure *why);
void settings_release(struct settings *settings);

/* Returns the id of a long name or an alias (without dashes), or OPTION_COUNT. */
enum option_id options_find(const char *name);
const char *options_name(enum option_id id);
bool options_flagged(enum option_id id, enum option_flag flag);

/* May each section have its own value? */
bool options_per_section(enum option_id id);

/* Prints the options with this flag: "'--order' and '--seed'". */
void options_list(enum option_flag flag, struct text *out);

/* Parses and sets one value, unless the present one has a higher source (the text is checked
 * anyway). Setting one of the three sizes resets the others if they have a lower source. Messages
 * contain the option and its valid values. */
int options_set(struct options *options, enum option_id id, const char *value,
                enum option_source source, struct failure *why);

/* Resets an option to its default if its value has this source. */
int options_reset(struct options *options, enum option_id id, enum option_source source,
                  struct failure *why);

/* Replaces the list of targets, unless the present one has a higher source. */
int options_set_targets(struct options *options, char *const *targets, size_t count,
                        enum option_source source, struct failure *why);

/* Prints the shortest exact text of a value. */
void options_print_value(const struct options *options, enum option_id id, struct text *out);
void settings_print_value(const struct settings *settings, enum option_id id, struct text *out);

/* Returns true if the option has the same value in both. */
bool options_equal(const struct options *a, const struct options *b, enum option_id id);

/* Prints all values as "key = value" lines in the order of the table, then "target = ..." lines.
 * Omits values that are not given and not resolved yet. options_read of the text sets equal
 * options. */
void options_print_canonical(const struct options *options, struct text *out);

/* Prints what is given of the options about files, pipeline, engine and data in the same way,
 * except those to leave out. */
void options_print_given(const struct options *options, const bool leave_out[OPTION_COUNT],
                         struct text *out);

/* Prints the settings of one section in the same way. */
void settings_print_canonical(const struct settings *settings, struct text *out);

/* Prints the given values with their sources, to send them to other ranks; and parses that text
 * into initialised options, modifying 'text' meanwhile. */
void options_pack(const struct options *options, struct text *out);
int options_unpack(struct options *options, char *text, struct failure *why);

/* Prints "name value, name value" of the common options in canonical text that SHOWN or
 * SHOWN_CHANGED selects. Skips unknown keys. */
void options_print_shown(const char *canonical, struct text *out);

/* Parses canonical text or a settings file: "key = value", blank lines, comments from a '#' at the
 * start of a line or after a blank. Values may be in double quotes, with \n, \t, \", \\ and \xHH.
 * 'target' may occur several times, any other key once. Messages contain 'name' and the line
 * number. With 'inherit', options with INHERIT 0 are ignored. */
int options_read(struct options *options, const char *text, const char *name,
                 enum option_source source, bool inherit, struct failure *why);

/* Checks all rules that do not depend on the machine: a target is given, at most one size, no more
 * writers than buffers, known phases, ... Returns 0 or -EINVAL. */
int options_check(const struct options *options, struct failure *why);

#endif
