/*
 * What the user asked for, from the one list options.def. Rank 0 parses the command line; the
 * canonical text ("key = value" lines) is what travels to other ranks and into the result file,
 * and is read back by the same setter.
 *
 * Owns its texts. Nothing here looks at the machine: values that adapt stay 0 or NULL until
 * plan/defaults.c fits them.
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

/* What an option decides, and where it appears. Stored runs, the plan's text and the summary go by
 * these and know no option by name. */
enum option_flag {
    SETS_CONTENT = 1 << 0,  /* which bytes are written */
    SETS_PLACE = 1 << 1,    /* where they are, in which file of which rank and writer */
    SETS_SEQUENCE = 1 << 2, /* in which requests and in which order */
    ENDS_EARLY = 1 << 3,    /* may end a phase before all of the data set is written or read */
    SHOWN = 1 << 4,         /* in the settings of the plan and the summary */
    SHOWN_CHANGED = 1 << 5, /* likewise, where it differs from the default */
    READER_OWN = 1 << 6,    /* a section that reads another one's data may have its own */
};

/* Where a value came from; a later source wins over an earlier one, whatever the order given. */
enum option_source {
    SOURCE_DEFAULT,
    SOURCE_PRESET,
    SOURCE_FILE,
    SOURCE_COMMAND_LINE,
    SOURCE_SECTION,
};

/* Values of the CHOICE options, in the order of options.def; those that say prefer, require or
 * never are an enum preference. */
enum layout { LAYOUT_RANK, LAYOUT_SHARED, LAYOUT_WRITER };
enum order { ORDER_SEQUENTIAL, ORDER_STRIDED, ORDER_RANDOM };
enum generate { GENERATE_EACH, GENERATE_ONCE };
enum cache_option { CACHE_MEASURE, CACHE_DROP, CACHE_KEEP };
enum fsync_when { FSYNC_END, FSYNC_EACH, FSYNC_NEVER };
enum numa_option { NUMA_AUTO, NUMA_FORCE, NUMA_OFF };
enum progress_when { PROGRESS_AUTO, PROGRESS_NONE };

#define OPTION_TYPE_SIZE     uint64_t
#define OPTION_TYPE_RATE     uint64_t
#define OPTION_TYPE_DURATION int64_t
#define OPTION_TYPE_COUNT    uint64_t
#define OPTION_TYPE_REAL     double
#define OPTION_TYPE_CHOICE   unsigned
#define OPTION_TYPE_FLAG     bool
#define OPTION_TYPE_TEXT     char *

/* Fields of one scope: OPTION_OF_<scope of the row>_IN_<wanted scope>. */
#define OPTION_OF_RUN_IN_RUN(member) member
#define OPTION_OF_SECTION_IN_RUN(member)
#define OPTION_OF_RUN_IN_SECTION(member)
#define OPTION_OF_SECTION_IN_SECTION(member) member

/* What belongs to the whole run. */
struct run_settings {
#define OPTION(ID, field, name, KIND, fallback, argument, GROUP, SCOPE, ...)                       \
    OPTION_OF_##SCOPE##_IN_RUN(OPTION_TYPE_##KIND field;)
#include "options/options.def"
#undef OPTION
    enum option_source source[OPTION_COUNT];
};

/* What one section is measured with: every option that a section may set, and its targets. */
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

/* The user's request as a whole. */
struct options {
    struct run_settings run;
    struct settings common;   /* of every section that does not set its own */
    struct section *sections; /* of a settings file, in running order; none: --phases is the list */
    size_t section_count;
};

/* Defaults of the table. -ENOMEM. */
int options_init(struct options *options, struct failure *why);
void options_release(struct options *options);

/* Was it given by the user, in any way, or is it a default? */
bool options_given(const struct options *options, enum option_id id);
enum option_source options_source(const struct options *options, enum option_id id);
bool settings_given(const struct settings *settings, enum option_id id);

/* A copy that owns its texts; -ENOMEM leaves 'copy' released. */
int settings_copy(struct settings *copy, const struct settings *from, struct failure *why);
void settings_release(struct settings *settings);

/* The id of a long name or of an alias (without dashes); OPTION_COUNT when there is none. */
enum option_id options_find(const char *name);
const char *options_name(enum option_id id);
bool options_flagged(enum option_id id, enum option_flag flag);

/* Appends the options with this flag: "'--order' and '--seed'". */
void options_list(enum option_flag flag, struct text *out);

/* Sets one value from its text; a lower source than the present one changes nothing (the text must
 * be right all the same). Of the three sizes, one that is given puts those of lower sources back to
 * their defaults. Refusals name the option and what it takes. */
int options_set(struct options *options, enum option_id id, const char *value,
                enum option_source source, struct failure *why);

/* Puts an option back to its default if its value comes from this source. */
int options_forget(struct options *options, enum option_id id, enum option_source source,
                   struct failure *why);

/* Replaces the list of targets (never appends to one of an earlier source). */
int options_set_targets(struct options *options, char *const *targets, size_t count,
                        enum option_source source, struct failure *why);

/* Appends the value's shortest exact text. */
void options_value_text(const struct options *options, enum option_id id, struct text *out);
void settings_value_text(const struct settings *settings, enum option_id id, struct text *out);

/* Does the option have the same value in both? */
bool options_alike(const struct options *a, const struct options *b, enum option_id id);

/* All values as "key = value" lines in the order of the table, then "target = ..." lines. Values
 * that are still to adapt are left out, unless they were given. The text reads back to an equal
 * set of options. */
void options_canonical(const struct options *options, struct text *out);

/* The same of one section's settings alone. */
void settings_canonical(const struct settings *settings, struct text *out);

/* What was given, with its sources, as text that travels to the other ranks; and back, into fresh
 * options ('text' is changed while it is read). */
void options_pack(const struct options *options, struct text *out);
int options_unpack(struct options *options, char *text, struct failure *why);

/* Appends "name value, name value" of the common options in canonical text that their flags show.
 * Keys of another version are skipped. */
void options_shown(const char *canonical, struct text *out);

/* Appends the same of the next section in canonical text, "dump: write; layout shared, ...";
 * returns where to continue, or NULL when there is none. */
const char *options_next_section(const char *canonical, struct text *out);

/* Reads canonical text or a settings file: "key = value", blank lines, comments from a '#' at the
 * start of a line or after a blank. A value that a plain line cannot hold stands in double quotes
 * with \n, \t, \", \\ and \xHH. 'target' may stand several times, a key once. 'name' is told in
 * refusals with the line number. With 'inherit', rows with INHERIT 0 are skipped in silence. */
int options_read(struct options *options, const char *text, const char *name,
                 enum option_source source, bool inherit, struct failure *why);

/* Rules between options that need no machine: no target, at most one size, more writers than
 * buffers, size 0, --generate once with verification, unknown phases, ... -EINVAL with what to
 * do. */
int options_check(const struct options *options, struct failure *why);

#endif
