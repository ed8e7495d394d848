/* SPDX-License-Identifier: Apache-2.0 */
/* Joining the ranks of a launcher before anything depends on the command line. */
#ifndef TIDEMILL_CLI_JOIN_H
#define TIDEMILL_CLI_JOIN_H

#include "cluster/cluster.h"
#include "platform/host.h"

/* Opens the cluster and checks that all ranks have the same command line. Returns 0, or
 * EXIT_REFUSED after the first rank has printed the reason; close the cluster in both cases. */
int join(struct cluster *cluster, const struct host_launch *launch, int argc, char *const *argv);

/* Carries out a command that one process does alone: of several ranks, the first one does. */
int join_alone(int argc, char *const *argv, int (*command)(int argc, char *const *argv));

#endif
