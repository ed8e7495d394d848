/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test under mpirun includes first: cmocka, assertions over all ranks, and simulated hosts,
 * with which one machine can be a cluster of any shape.
 *
 * Always true: a rank never stops alone. Each condition is combined over all ranks before the
 * assertion, so a rank that fails does not leave the others waiting.
 */
#ifndef TIDEMILL_TESTS_RANKS_H
#define TIDEMILL_TESTS_RANKS_H

#include "unit.h"

#include <stdbool.h>

#include "cluster/cluster.h"
#include "property.h"

/* The cluster that ranks_main has opened. */
extern struct cluster cluster;

/* True if the condition holds on every rank; ranks where it does not hold print it. Collective. */
bool holds_everywhere(bool condition, const char *text, const char *file, int line);

#define assert_everywhere(condition)                                                               \
    assert_true(holds_everywhere((condition), #condition, __FILE__, __LINE__))

/* A barrier without the code under test. */
void ranks_meet(void);

/* Returns the simulated host of 'rank' of 'count', in the layout of this program. */
uint32_t layout_host(uint32_t rank, uint32_t count);

/* Returns the layout's name without its number of hosts. */
const char *layout_name(void);

/* Opens the cluster with the layout in argv[1], runs the tests and closes it. Layouts: "one" (all
 * ranks on one host), "each" (a host for each rank), "block:K" and "robin:K" (K hosts, ranks in
 * blocks or round-robin), "random:K", "twins:K" (like robin, but all hosts have the same name). */
int ranks_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
               size_t count);

#define RANKS_MAIN(argc, argv, name, tests)                                                        \
    ranks_main(argc, argv, name, tests, sizeof(tests) / sizeof(tests)[0])

#endif
