/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill facts: what nodes and targets offer, and where nodes differ. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/cluster.h"
#include "commands.h"
#include "console.h"
#include "join.h"
#include "platform/host.h"
#include "platform/interrupt.h"
#include "prepare/facts_detect.h"

enum { LABEL_WIDTH = 12, DIFFERENT_SHOWN = 8 };

static const char usage[] =
    "tidemill facts [TARGET...]\n"
    "\n"
    "Shows what this host and these targets (directories, files, block devices) offer to\n"
    "'tidemill run': system, cores, memory, huge pages, limits, io_uring, and for each target\n"
    "what the system reports and what a test shows. Under mpirun or srun, shows all nodes;\n"
    "where nodes differ, the line is marked with '*' and the nodes are listed.\n"
    "\n"
    "In a directory, at most one file of 64 KiB is written, and removed again. Existing files\n"
    "and devices are only read.\n"
    "\n"
    "Examples\n"
    "  tidemill facts /scratch\n"
    "  mpirun -n 4 tidemill facts /pfs\n"
    "\n"
    "Options\n"
    "  -h, --help      print this help\n"
    "\n"
    "Exit codes: 0 success, 1 a target could not be inspected or tested on some node, 2 it could\n"
    "not be inspected on any node, or usage error.\n";

/* Returns the first row with the most frequent value of this fact. */
static size_t most_common(const struct fact_row *rows, size_t count, size_t fact)
{
    size_t best = 0;
    size_t best_votes = 0;
    for (size_t i = 0; i < count && best_votes <= count / 2; i++) {
        size_t votes = 0;
        for (size_t j = 0; j < count; j++)
            votes += !strcmp(rows[i].values[fact], rows[j].values[fact]);
        if (votes > best_votes) {
            best = i;
            best_votes = votes;
        }
    }
    return best;
}

static bool differs(const struct fact_row *row, const struct fact_row *common, size_t fact)
{
    return strcmp(row->values[fact], common->values[fact]) != 0;
}

static void write_fact(const struct fact_row *rows, size_t count, size_t fact,
                       const struct fact_kind *kind, struct text *out)
{
    const struct fact_row *common = &rows[most_common(rows, count, fact)];
    size_t others = 0;
    for (size_t i = 0; i < count; i++)
        others += differs(&rows[i], common, fact);
    if (!others && !common->values[fact][0])
        return;
    text_add(out, "%c %-*s %s\n", others && !kind->momentary ? '*' : ' ', LABEL_WIDTH, kind->label,
             common->values[fact]);
    size_t shown = 0;
    for (size_t i = 0; i < count && shown < DIFFERENT_SHOWN; i++)
        if (differs(&rows[i], common, fact)) {
            text_add(out, "  %*s %s: %s\n", LABEL_WIDTH, "", rows[i].node,
                     rows[i].values[fact][0] ? rows[i].values[fact] : "unknown");
            shown++;
        }
    if (others > shown)
        text_add(out, "  %*s and %zu more nodes\n", LABEL_WIDTH, "", others - shown);
}

static bool is_marked(const struct fact_row *rows, size_t count, size_t row, size_t fact)
{
    return !node_facts[fact].momentary &&
           differs(&rows[row], &rows[most_common(rows, count, fact)], fact);
}

static bool is_different(const struct fact_row *rows, size_t count, size_t row)
{
    for (size_t fact = 0; fact < NODE_FACT_COUNT; fact++)
        if (is_marked(rows, count, row, fact))
            return true;
    return false;
}

/* One row for each node: the facts in which it differs from most nodes. */
static void write_nodes(const struct fact_row *rows, size_t count, struct text *out)
{
    size_t width = strlen("node");
    if (count < 2)
        return;
    for (size_t i = 0; i < count; i++)
        width = strlen(rows[i].node) > width ? strlen(rows[i].node) : width;
    text_add(out, "  %-*s  differs in\n", (int)width, "node");
    for (size_t i = 0; i < count; i++) {
        size_t words = 0;
        text_add(out, "%c %-*s ", is_different(rows, count, i) ? '*' : ' ', (int)width,
                 rows[i].node);
        for (size_t fact = 0; fact < NODE_FACT_COUNT; fact++)
            if (is_marked(rows, count, i, fact))
                text_add(out, "%s %s", words++ ? "," : "",
                         node_facts[fact].label + strspn(node_facts[fact].label, " "));
        text_add(out, "%s\n", words ? "" : " -");
    }
    text_add(out, "\n");
}

static void write_rows(const struct fact_row *rows, size_t count, const struct fact_kind *kinds,
                       size_t facts, struct text *out)
{
    for (size_t fact = 0; fact < facts; fact++)
        write_fact(rows, count, fact, &kinds[fact], out);
}

/* Gathers the row of each node's leader on rank 0. */
static int gather(struct cluster *cluster, const struct fact_row *mine, void **rows, size_t *count,
                  struct failure *why)
{
    return cluster_gather(cluster, mine, sizeof *mine, cluster->leader, rows, count, why);
}

static int report_node(struct cluster *cluster, struct fact_row *row, struct text *out)
{
    struct failure failure = {0};
    struct agreement agreement;
    char line[FAILURE_TEXT + RECORD_LINE];
    void *rows = NULL;
    size_t count = 0;
    facts_detect_node(row, &failure);
    if (cluster_agree(cluster, &failure, &agreement)) {
        agreement_format(cluster, &agreement, line, sizeof line);
        if (cluster->rank == 0)
            console_error(line);
        return EXIT_REFUSED;
    }
    if (gather(cluster, row, &rows, &count, &failure))
        return EXIT_REFUSED;
    if (cluster->rank == 0) {
        text_add(out, "%zu node%s, %u rank%s, %s\n", count, count == 1 ? "" : "s",
                 cluster->shape.rank_count, cluster->shape.rank_count == 1 ? "" : "s",
                 cluster->library);
        write_nodes(rows, count, out);
        write_rows(rows, count, node_facts, NODE_FACT_COUNT, out);
    }
    free(rows);
    return 0;
}

/* Returns the exit code: 0, 1 if some node could not inspect or test the target, 2 if none could
 * inspect it. */
static int report_target(struct cluster *cluster, const char *path, struct fact_row *row,
                         struct text *out)
{
    struct failure failure = {0};
    void *rows = NULL;
    size_t count = 0;
    size_t failed = 0;
    int code = 0;
    if (cluster->leader)
        facts_detect_target(path, row);
    if (gather(cluster, row, &rows, &count, &failure))
        return EXIT_REFUSED;
    const struct fact_row *all = rows;
    for (size_t i = 0; cluster->rank == 0 && i < count; i++) {
        failed += all[i].failed != 0;
        code |= all[i].failed || all[i].untried;
    }
    if (failed && failed == count)
        code = EXIT_REFUSED;
    if (code == EXIT_REFUSED) {
        console_error(all[0].values[FACT_KIND]);
    } else if (cluster->rank == 0) {
        text_add(out, "\n'");
        text_add_printable(out, path);
        text_add(out, "'\n");
        write_rows(all, count, target_facts, TARGET_FACT_COUNT, out);
    }
    free(rows);
    return code;
}

static int report_facts(struct cluster *cluster, int argc, char *const *argv)
{
    struct text out = {0};
    struct fact_row *row = calloc(1, sizeof *row);
    int code = 0;
    if (!row)
        cluster_abort(cluster, 1);
    text_copy(row->node, sizeof row->node, cluster->node_names[cluster->node]);
    code = report_node(cluster, row, &out);
    for (int i = 1; i < argc && code != EXIT_REFUSED; i++) {
        memset(row->values, 0, sizeof row->values);
        row->failed = row->untried = 0;
        int result = report_target(cluster, argv[i], row, &out);
        cluster_broadcast(cluster, &result, sizeof result);
        code = result > code ? result : code;
    }
    if (cluster->rank == 0 && code != EXIT_REFUSED)
        console_print_text(stdout, text_string(&out));
    cluster_broadcast(cluster, &code, sizeof code);
    text_release(&out);
    free(row);
    return code;
}

/* Returns 0 or the exit code; prints on the first process only. */
static int check_arguments(int argc, char *const *argv, bool prints)
{
    char line[256];
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-')
            snprintf(line, sizeof line, "facts: unknown option '%.100s'; see 'tidemill help facts'",
                     argv[i]);
        else if (!argv[i][0])
            snprintf(line, sizeof line,
                     "facts: a target is an empty name; name a file or directory");
        else
            continue;
        if (prints)
            console_error(line);
        return EXIT_REFUSED;
    }
    return 0;
}

static bool has_help_option(int argc, char *const *argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
            return true;
    return false;
}

static int show_usage(int argc, char *const *argv)
{
    (void)argc;
    (void)argv;
    fputs(usage, stdout);
    return 0;
}

int cmd_facts(int argc, char *const *argv)
{
    struct host_launch launch;
    struct cluster cluster = {0};
    host_detect_launch(&launch);
    if (has_help_option(argc, argv))
        return join_alone(argc, argv, show_usage);
    interrupt_install();
    int code = join(&cluster, &launch, argc, argv);
    if (!code)
        code = check_arguments(argc, argv, cluster.rank == 0);
    if (!code)
        code = report_facts(&cluster, argc, argv);
    fflush(stdout);
    cluster_close(&cluster);
    return code;
}
