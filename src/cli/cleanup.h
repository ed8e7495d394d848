/* tidemill run --cleanup RESULT: removes what a dead run left, known by its run id and its plan. */
#ifndef TIDEMILL_CLI_CLEANUP_H
#define TIDEMILL_CLI_CLEANUP_H

#include "setup.h"

/* Collective; each node's leader looks on its node. All look before anybody removes anything. The
 * exit code. */
int cleanup(struct setup *setup);

#endif
