/* SPDX-License-Identifier: Apache-2.0 */
#include "ranks.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

struct cluster cluster;

static char layout_kind[16];
static uint32_t layout_hosts;

bool holds_everywhere(bool condition, const char *text, const char *file, int line)
{
    if (!condition)
        fprintf(stderr, "%s:%d: rank %u: not true: %s\n", file, line, cluster.rank, text);
    int mine = condition;
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return all != 0;
}

void ranks_meet(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
}

const char *layout_name(void)
{
    return layout_kind;
}

static bool layout_is(const char *kind)
{
    return strcmp(layout_kind, kind) == 0;
}

uint32_t layout_host(uint32_t rank, uint32_t count)
{
    if (layout_is("one"))
        return 0;
    if (layout_is("each"))
        return rank;
    if (layout_is("block"))
        return (uint32_t)((uint64_t)rank * layout_hosts / count);
    if (layout_is("random")) {
        struct property property = {.state = 77 + rank};
        return (uint32_t)property_below(&property, layout_hosts);
    }
    return rank % layout_hosts; /* robin, twins */
}

static uint32_t number_from(const char *variable, uint32_t otherwise)
{
    const char *value = getenv(variable);
    return value ? (uint32_t)strtoul(value, NULL, 10) : otherwise;
}

static struct host_identity simulated_host(void)
{
    uint32_t rank = number_from("OMPI_COMM_WORLD_RANK", 0);
    uint32_t host = layout_host(rank, number_from("OMPI_COMM_WORLD_SIZE", 1));
    struct host_identity identity = {0};
    snprintf(identity.hostname, sizeof identity.hostname, "host%u", layout_is("twins") ? 0 : host);
    snprintf(identity.boot_id, sizeof identity.boot_id, "boot-%u", layout_is("twins") ? host : 0);
    identity.time_namespace = host; /* each host has its own clock */
    return identity;
}

int ranks_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
               size_t count)
{
    const char *layout = argc > 1 ? argv[1] : "one";
    if (sscanf(layout, "%15[a-z]:%u", layout_kind, &layout_hosts) < 1) {
        fprintf(stderr, "unknown layout '%s'\n", layout);
        return 2;
    }
    layout_hosts = layout_hosts ? layout_hosts : 1;
    struct host_identity identity = simulated_host();
    struct failure why = {0};
    if (cluster_open(&cluster, &identity, &why)) {
        fprintf(stderr, "cannot open the cluster: %s\n", why.text);
        return 1;
    }
    /* All ranks run the same tests with the same results; only rank 0 prints. */
    if (cluster.rank != 0 && !freopen("/dev/null", "w", stdout))
        return 1;
    if (cluster.rank != 0)
        cmocka_set_message_output(CM_OUTPUT_TAP); /* the default format writes to stderr */
    int failed = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    cluster_close(&cluster);
    return failed ? 1 : 0;
}
