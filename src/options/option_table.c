#include "option_table.h"

/* The texts of options.def that are made of the other lists. */
static const char engine_choices[] = "auto"
#define ENGINE(ID, name, help) "|" #name
#include "options/engines.def"
#undef ENGINE
    ;

static const char engine_help[] = "how requests reach storage; auto: the best that all ranks have"
#define ENGINE(ID, name, help) "; " #name ": " help
#include "options/engines.def"
#undef ENGINE
    ;

static const char phases_help[] = "what to do, in order (default write,read; write for /dev/null)"
#define PHASE(ID, name, UNIT, READS, WRITES, CHECKS, help) "; " name ": " help
#include "options/phases.def"
#undef PHASE
    ;

const struct option_row option_table[OPTION_COUNT] = {
#define OPTION(ID, field_name, name_text, KIND, fallback_text, argument_text, GROUP, INHERIT,      \
               help_text)                                                                          \
    [OPTION_##ID] = {                                                                              \
        .name = name_text,                                                                         \
        .kind = KIND_##KIND,                                                                       \
        .fallback = fallback_text,                                                                 \
        .argument = argument_text,                                                                 \
        .group = GROUP_##GROUP,                                                                    \
        .inherited = INHERIT,                                                                      \
        .help = help_text,                                                                         \
        .offset = offsetof(struct options, field_name),                                            \
    },
#include "options/options.def"
#undef OPTION
};

const struct option_alias option_aliases[OPTION_ALIASES] = {
    {"num-writers", OPTION_WRITERS},
    {"max-threads", OPTION_PRODUCERS},
};

void *option_field(struct options *options, enum option_id id)
{
    return (char *)options + option_table[id].offset;
}

const void *option_field_const(const struct options *options, enum option_id id)
{
    return (const char *)options + option_table[id].offset;
}
