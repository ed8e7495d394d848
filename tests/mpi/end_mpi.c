/* How a job ends when a rank cannot go on; judged from outside by expect_end.sh.
 *   end_mpi.c abort   the last rank calls cluster_abort(7) while the others stand in a gate
 *   end_mpi.c kill    the last rank is lost without a word */
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
    cluster_gate_patient(&cluster);
    cluster_close(&cluster);
    return 0;
}
