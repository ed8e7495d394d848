/* SPDX-License-Identifier: Apache-2.0 */
#include "join.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "platform/headroom.h"
#include "prepare/start_record.h"

enum { LINE_SHOWN = 180 };

/* Where the argument before the first different one begins: an option, and its value differs. */
static size_t equal_arguments(const char *a, const char *b)
{
    size_t before = 0;
    size_t start = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == ' ') {
            before = start;
            start = i + 1;
        }
    return before;
}

static void compare(struct cluster *cluster, const char *mine, const char *first,
                    struct failure *why)
{
    if (strcmp(mine, first) == 0)
        return;
    const size_t equal = equal_arguments(mine, first);
    const char *gap = equal > strlen("tidemill ") ? "tidemill ... " : "";
    const size_t from = *gap ? equal : 0;
    failure_set(why, -EINVAL,
                "all ranks need the same arguments; rank 0 has '%s%.*s', rank %u has '%s%.*s'", gap,
                LINE_SHOWN, first + from, cluster->rank, gap, LINE_SHOWN, mine + from);
}

static int check_lines(struct cluster *cluster, int argc, char *const *argv, struct failure *why)
{
    struct failure mine = {0};
    struct agreement agreement;
    char *line = command_line(argc, argv);
    char *first = line;
    if (cluster_broadcast_text(cluster, &first) || !line)
        failure_set(&mine, -ENOMEM, "not enough memory for the command line");
    else
        compare(cluster, line, first, &mine);
    if (first != line)
        free(first);
    free(line);
    if (cluster_agree(cluster, &mine, &agreement))
        *why = agreement.first;
    return why->code;
}

int join(struct cluster *cluster, const struct host_launch *launch, int argc, char *const *argv)
{
    struct host_identity identity;
    struct failure failure = {0};
    if (launch->joinable == TRUTH_NO)
        return console_refuse_launch(launch);
    if (headroom_start(&failure) || host_identify(&identity, &failure) ||
        cluster_open(cluster, &identity, &failure)) {
        if (launch->process == 0)
            console_error(failure.text);
        return EXIT_REFUSED;
    }
    if (cluster->shape.rank_count == 1 && launch->processes > 1)
        return console_refuse_launch(launch);
    if (check_lines(cluster, argc, argv, &failure) && cluster->rank == 0)
        console_error(failure.text);
    return failure.code ? EXIT_REFUSED : 0;
}

int join_alone(int argc, char *const *argv, int (*command)(int argc, char *const *argv))
{
    struct host_launch launch;
    struct cluster cluster = {0};
    host_detect_launch(&launch);
    if (launch.processes <= 1 || launch.joinable == TRUTH_NO)
        return launch.process == 0 ? command(argc, argv) : 0;
    int code = join(&cluster, &launch, argc, argv);
    if (!code) {
        if (cluster.rank == 0)
            code = command(argc, argv);
        cluster_broadcast(&cluster, &code, sizeof code);
    }
    fflush(stdout);
    cluster_close(&cluster);
    return code;
}
