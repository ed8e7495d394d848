/*
 * The name that a mistyped one was meant to be.
 */
#ifndef TIDEMILL_NEAREST_H
#define TIDEMILL_NEAREST_H

/* The option name or alias nearest to 'name' by single letters added, dropped, changed or swapped,
 * or the only one that it begins; NULL when nothing is near. */
const char *nearest_option(const char *name);

#endif
