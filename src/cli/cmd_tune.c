/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill tune: finds good settings by short probes. A run whose schedule is a search. */
#include "commands.h"
#include "session.h"

int cmd_tune(int argc, char *const *argv)
{
    return session_run(argc, argv, true);
}
