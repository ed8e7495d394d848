/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections of a settings file: "[name]", "phase = KIND", options of SCOPE_SECTION, targets, and
 * "data = OTHER" if it reads the data of section OTHER. They run in the order of the file, and
 * --phases selects some of them. A section's values take precedence over the command line;
 * --set SECTION.OPTION=VALUE changes them. No section inherits from another.
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
    char data[SECTION_NAME]; /* the section whose data set it reads, or "" */
    bool has_phase;
    enum phase_id phase;
    struct assignment *own;
    size_t own_count;
    size_t place; /* in the file */
};

/* Appends a section; -EINVAL for a name that is not [a-z0-9_-]{1,32} or exists already. */
int sections_add(struct options *options, const char *name, size_t length, struct failure *why);

/* Sets one key of a section: "phase", "data", "target" or an option. Messages do not contain the
 * section's name. -EINVAL, -ENOMEM. */
int section_set(struct section *section, const char *key, const char *value, struct failure *why);

/* Returns the index of the section with this name, or section_count. */
size_t section_find(const struct options *options, const char *name);

/* Applies --set, and moves the sections that --phases does not name behind the others, where only
 * sections_print shows them. With 'stored', and if no named section writes, those whose data are
 * read stay too. Call it once, after all options are parsed. -EINVAL for unknown sections and
 * options. */
int sections_select(struct options *options, bool stored, struct failure *why);

/* How many sections that --phases names, or all without --phases, write a data set. */
size_t sections_data_sets(const struct options *options);

/* Copies the common settings and applies those of the section. The caller releases 'settings'. */
int section_settings(const struct options *options, size_t index, struct settings *settings,
                     struct failure *why);

/* Copies what decides the content and place of the data from the resolved settings of the section
 * that writes them to those of a section with this phase that uses them. */
int section_adopt(struct settings *reader, const struct settings *writer, enum phase_id phase,
                  struct failure *why);

/* Checks the rules between sections; options_check checks those within one. -EINVAL. */
int sections_check(const struct options *options, struct failure *why);

/* Prints a section in the format of a settings file; with 'resolved', all of its values, except
 * those that section_adopt copies. */
void section_print(const struct section *section, const struct settings *resolved,
                   struct text *out);

/* Prints all sections in the order of the file; 'resolved' holds the settings of the selected ones,
 * or is NULL. */
void sections_print(const struct options *options, struct settings *const *resolved,
                    struct text *out);

void sections_release(struct options *options);

#endif
