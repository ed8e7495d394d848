/* SPDX-License-Identifier: Apache-2.0 */
/* Suggests a name for a mistyped one. */
#ifndef TIDEMILL_NEAREST_H
#define TIDEMILL_NEAREST_H

/* Returns the only option name or alias that starts with 'name', else the one with the fewest
 * edits; NULL if none is near. */
const char *nearest_option(const char *name);

/* The same for the kinds of phases. */
const char *nearest_phase(const char *name);

#endif
