/* SPDX-License-Identifier: Apache-2.0 */
/* |How a job ends when a rank fails; expect_end.sh checks it from outside.   end_mpi abort   the
 * last rank calls cluster_abort(7) while the others wait in a gate   end_mpi kill    the last rank
 * is killed */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cluster/cluster.h"
#include "platform/clock.h"

int main(int argc, char **argv)
{
    struct host_identity identity = {.hostname = "here", .boot_id = "now"};
    struct failure why = {0};
    struct cluster cluster;
    if (cluster_open(&cluster, &identity, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    if (cluster.rank == cluster.shape.rank_count - 1) {
        clock_sleep_ns(100 * 1000 * 1000);
        if (argc > 1 && strcmp(argv[1], "abort") == 0)
            cluster_abort(&cluster, 7);
        raise(SIGKILL);
    }
    cluster_gate_sleeping(&cluster);
    cluster_close(&cluster);
    return 0;
}
