/*
 * Sections of a settings file: "[name]", "phase = KIND", any option of SCOPE_SECTION, targets of
 * its own, and "data = OTHER" when it reads what section OTHER wrote. They run in the order of the
 * file;
 * --phases selects some of them. A section's own values win over the command line's, and
 * --set SECTION.OPTION=VALUE changes them. Nothing of one section is in another.
 */
#ifndef TIDEMILL_OPTIONS_SECTIONS_H
#define TIDEMILL_OPTIONS_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/text.h"
#include "options/phases.h"

enum { SECTION_NAME = 33 };

struct options;
struct settings;

/* One line of a section. */
struct assignment {
    unsigned id; /* enum option_id; OPTION_COUNT: a target */
    char *value; /* owned */
};

struct section {
    char name[SECTION_NAME];
    char data[SECTION_NAME]; /* the section whose data set it reads; "": its own */
    bool has_phase;
    enum phase_id phase;
    struct assignment *own;
    size_t own_count;
};

/* Appends a section; -EINVAL for a name that is not [a-z0-9_-]{1,32} or exists already. */
int sections_add(struct options *options, const char *name, size_t length, struct failure *why);

/* Sets one key of the last section: "phase", "data", "target" or an option. Refusals do not name
 * the section. -EINVAL, -ENOMEM. */
int section_set(struct section *section, const char *key, const char *value, struct failure *why);

/* The index of a section; section_count when there is none of this name. */
size_t section_find(const struct options *options, const char *name);

/* Applies the lines "SECTION.OPTION=VALUE" of --set, and drops the sections that --phases does not
 * name. Once, after everything was read. -EINVAL names what is unknown. */
int sections_select(struct options *options, struct failure *why);

/* The settings of one section: the common ones and its own. 'settings' is to be released. */
int section_settings(const struct options *options, size_t index, struct settings *settings,
                     struct failure *why);

/* Copies into a reader's settings what decides where the bytes are and which they are, from the
 * resolved settings of the section that wrote them. */
int section_adopt(struct settings *reader, const struct settings *writer, struct failure *why);

/* Rules between sections; those within one are options_check's. -EINVAL names the section. */
int sections_check(const struct options *options, struct failure *why);

/* Appends a section as a settings file has it. With 'resolved' every value is given, except those
 * that a reader adopts. */
void section_print(const struct section *section, const struct settings *resolved,
                   struct text *out);

void sections_release(struct options *options);

#endif
