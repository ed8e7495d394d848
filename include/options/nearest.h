/* SPDX-License-Identifier: Apache-2.0 */
/* Suggests a name for a mistyped one. */
#ifndef TIDEMILL_OPTIONS_NEAREST_H
#define TIDEMILL_OPTIONS_NEAREST_H

#include <stddef.h>

/* Returns the only option name or alias that starts with 'name', else the one with the fewest
 * edits; NULL if none is near. */
const char *nearest_option(const char *name);

/* The same for the kinds of phases. */
const char *nearest_phase(const char *name);

/* The same for any list of names. */
const char *nearest_name(const char *name, char *const *names, size_t count);

#endif
