/* SPDX-License-Identifier: Apache-2.0 */
#include "options/help.h"

#include <string.h>

#include "option_table.h"

enum { HELP_COLUMN = 31, HELP_WIDTH = 80 };

static const char *const group_titles[GROUP_COUNT] = {
#define GROUP(ID, title) [GROUP_##ID] = title,
    OPTION_GROUPS(GROUP)
#undef GROUP
};

void help_overview(struct text *out)
{
    text_add(out,
             "tidemill %s: measures the storage performance of a whole cluster\n\n"
             "Examples\n"
             "  tidemill run /scratch\n"
             "  mpirun -n 4 --bind-to none tidemill run --size 4GiB --verify /pfs\n"
             "  tidemill report result.h5\n"
             "  tidemill compare base.h5 new.h5\n\n"
             "Commands\n"
             "  tidemill run [options] TARGET...   write and read TARGET, and measure\n"
             "  tidemill tune [options] TARGET...  find good settings by short probes\n"
             "  tidemill facts [TARGET...]         show what hosts and targets offer\n"
             "  tidemill report RESULT.h5          print the summary of a result, or export it\n"
             "  tidemill compare BASE.h5 NEW.h5... show whether new results are slower\n"
             "  tidemill inspect PATH...           show how unique and compressible data are\n"
             "  tidemill --version                 print the version\n"
             "  tidemill --help                    print this help\n"
             "  tidemill help COMMAND              print the help of a command\n\n"
             "TARGET is a directory, a file, a block device or /dev/null. Under mpirun or srun\n"
             "all ranks form one run.\n\n"
             "Topics\n",
             TIDEMILL_VERSION);
    help_topics(out);
    text_add(out, "\nExit codes: 0 success, 1 failure, 2 usage error (nothing was changed),\n"
                  "3 wrong data, 130 and 143 interrupted.\n");
}

/* Wraps 'words' between HELP_COLUMN and HELP_WIDTH; the first line starts at HELP_COLUMN. */
static void add_wrapped(struct text *out, const char *words)
{
    size_t column = HELP_COLUMN;
    while (*words) {
        size_t length = strcspn(words, " ");
        if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
            text_add(out, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            text_add(out, " ");
            column++;
        }
        text_add_bytes(out, words, length);
        column += length;
        words += length;
        words += strspn(words, " ");
    }
    text_add(out, "\n");
}

static void add_row(struct text *out, const struct option_row *row)
{
    size_t start = out->length;
    text_add(out, "  --%s%s%s", row->name, *row->argument ? " " : "", row->argument);
    size_t used = out->length - start;
    if (used + 1 > HELP_COLUMN)
        text_add(out, "\n%*s", HELP_COLUMN, "");
    else
        text_add(out, "%*s", (int)(HELP_COLUMN - used), "");
    struct text words = {0};
    text_add(&words, "%s", row->help);
    if (*row->fallback && row->kind != KIND_FLAG)
        text_add(&words, " [%s]", row->fallback);
    add_wrapped(out, text_string(&words));
    out->failed |= words.failed;
    text_release(&words);
}

static void add_aliases(struct text *out)
{
    text_add(out, "\nOther names\n"
                  "  --output TARGET              TARGET --new-file\n"
                  "  --no-direct                  --direct never\n");
    for (size_t i = 0; i < OPTION_ALIASES; i++) {
        const bool number = option_table[option_aliases[i].id].kind == KIND_COUNT;
        text_add(out, "  --%s %s%*s--%s\n", option_aliases[i].name, number ? "N" : "MODE",
                 (int)(HELP_COLUMN - 5 - strlen(option_aliases[i].name)) - (number ? 1 : 4), "",
                 options_name(option_aliases[i].id));
    }
}

void help_tune(struct text *out)
{
    text_add(out,
             "tidemill tune [options] TARGET...\n\n"
             "Finds settings with a high rate: all ranks together write short probes to TARGET,\n"
             "and then read. It varies --buffer-size, --writers, --depth, --engine, --direct,\n"
             "--buffer-count, --producers, --huge-pages and --preallocate, one after the other;\n"
             "an option that is given stays as it is. The files of each probe are removed.\n\n"
             "The start is a table by the number of CPUs, or --preset. The page shows what was\n"
             "settled on and why, where no difference was found, and the knee: the smallest\n"
             "depth and pool that reach 97 %% of the rate. The settings are written next to the\n"
             "result, for 'tidemill run --options-from FILE'. 'tidemill run --auto' tunes, and\n"
             "then runs with them.\n\n"
             "Examples\n"
             "  tidemill tune /scratch\n"
             "  mpirun -n 4 --bind-to none tidemill tune --budget 5m --phases write /pfs\n"
             "  tidemill tune --writers 4 --preset gen4 /scratch\n\n"
             "Options\n");
    add_row(out, &option_table[OPTION_BUDGET]);
    add_row(out, &option_table[OPTION_BUDGET_SIZE]);
    text_add(out,
             "  and those of 'tidemill run': see 'tidemill run --help'\n\n"
             "--budget %s is the time for all probes: in less, they are shorter and fewer.\n",
             option_table[OPTION_BUDGET].fallback);
}

void help_run(struct text *out)
{
    text_add(out, "tidemill run [options] TARGET...\n\n"
                  "TARGET is a directory, a file, a block device or /dev/null. Defaults are in\n"
                  "brackets; if there is none, the value adapts to the other options and to the\n"
                  "machine, and the plan shows it. --no-NAME turns a flag off.\n\n"
                  "Examples\n"
                  "  tidemill run --size 1GiB --verify /scratch\n"
                  "  tidemill run --time 60s --order random --buffer-size 4KiB /scratch\n"
                  "  tidemill run --phases create,stat,remove --objects-per-rank 1000 /scratch\n"
                  "  mpirun -n 4 --bind-to none tidemill run --size-per-rank 1GiB /pfs\n");
    for (size_t group = 0; group < GROUP_COUNT; group++) {
        text_add(out, "\n%s\n", group_titles[group]);
        for (size_t id = 0; id < OPTION_COUNT; id++)
            if (option_table[id].group == group)
                add_row(out, &option_table[id]);
    }
    add_aliases(out);
    text_add(out, "  -v, -h                       --verbose, --help\n\n"
                  "SIZE      B; k m g t p and KiB ... PiB are powers of 1024, KB ... PB of 1000\n"
                  "DURATION  90, 90s, 5m, 1h, 250ms\n\n"
                  "The command line takes precedence over --options-from, and that over\n"
                  "--preset, in any order.\n");
}
