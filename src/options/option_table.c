/* SPDX-License-Identifier: Apache-2.0 */
#include "option_table.h"

/* The texts of options.def that are generated from the other lists. */
static const char engine_choices[] = "auto"
#define ENGINE(ID, name, help) "|" #name
#include "options/engines.def"
#undef ENGINE
    ;

static const char engine_help[] = "how requests are issued; auto: the best one that all ranks have"
#define ENGINE(ID, name, help) "; " #name ": " help
#include "options/engines.def"
#undef ENGINE
    ;

static const char phases_help[] =
    "phases to run, in order (default write,read; write for /dev/null)"
#define PHASE(ID, name, UNIT, READS, WRITES, CHECKS, help) "; " name ": " help
#include "options/phases.def"
#undef PHASE
    ;

#define OPTION_HOME_RUN     struct run_settings
#define OPTION_HOME_SECTION struct settings

const struct option_row option_table[OPTION_COUNT] = {
#define OPTION(ID, field_name, name_text, KIND, fallback_text, argument_text, GROUP, SCOPE,        \
               INHERIT, FLAGS, help_text)                                                          \
    [OPTION_##ID] = {                                                                              \
        .name = name_text,                                                                         \
        .kind = KIND_##KIND,                                                                       \
        .fallback = fallback_text,                                                                 \
        .argument = argument_text,                                                                 \
        .group = GROUP_##GROUP,                                                                    \
        .scope = SCOPE_##SCOPE,                                                                    \
        .inherited = INHERIT,                                                                      \
        .flags = FLAGS,                                                                            \
        .help = help_text,                                                                         \
        .offset = offsetof(OPTION_HOME_##SCOPE, field_name),                                       \
    },
#include "options/options.def"
#undef OPTION
};

const struct option_alias option_aliases[OPTION_ALIASES] = {
    {"num-writers", OPTION_WRITERS},
    {"max-threads", OPTION_PRODUCERS},
    {"numa-mode", OPTION_NUMA},
};

struct option_place option_place(struct options *options, enum option_id id)
{
    const struct option_row *row = &option_table[id];
    if (row->scope == SCOPE_SECTION)
        return (struct option_place){(char *)&options->common + row->offset,
                                     &options->common.source[id]};
    return (struct option_place){(char *)&options->run + row->offset, &options->run.source[id]};
}

const void *option_field(const struct options *options, enum option_id id)
{
    const struct option_row *row = &option_table[id];
    const void *home =
        row->scope == SCOPE_SECTION ? (const void *)&options->common : (const void *)&options->run;
    return (const char *)home + row->offset;
}

const void *settings_field(const struct settings *settings, enum option_id id)
{
    return (const char *)settings + option_table[id].offset;
}
