/*
 * What a test under mpirun includes first: cmocka, assertions that hold over all ranks, and
 * pretended hosts, so that one machine can be a cluster of any shape.
 *
 * Always true: a rank never stops alone. Each verdict is reduced over the ranks before anybody
 * asserts, so one that fails does not leave the others waiting.
 */
#ifndef TIDEMILL_TESTS_RANKS_H
#define TIDEMILL_TESTS_RANKS_H

#include "unit.h"

#include <stdbool.h>

#include "cluster/cluster.h"
#include "property.h"

/* The cluster that ranks_main has opened. */
extern struct cluster cluster;

/* A collective: true if the condition holds on every rank; those where it does not say so. */
bool holds_everywhere(bool condition, const char *text, const char *file, int line);

#define assert_everywhere(condition)                                                               \
    assert_true(holds_everywhere((condition), #condition, __FILE__, __LINE__))

/* A barrier that does not use what is being tested. */
void ranks_meet(void);

/* Which pretended host 'rank' of 'count' is on, by the layout that this program was given. */
uint32_t layout_host(uint32_t rank, uint32_t count);

/* Opens the cluster with the layout in argv[1], runs the tests, closes it. Layouts: "one" (all on
 * one host), "each" (a host for every rank), "block:K" and "robin:K" (K hosts, ranks side by side
 * or in turn), "random:K", "twins:K" (like robin, but all hosts bear one name). */
int ranks_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests,
               size_t count);

#define RANKS_MAIN(argc, argv, name, tests)                                                        \
    ranks_main(argc, argv, name, tests, sizeof(tests) / sizeof(tests)[0])

#endif
