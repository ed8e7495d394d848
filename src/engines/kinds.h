/*
 * The engines there are, one line each; defined in engine_<name>.c, listed in engine_list.c.
 */
#ifndef TIDEMILL_ENGINES_KINDS_H
#define TIDEMILL_ENGINES_KINDS_H

#include "engines/engine.h"

extern const struct engine_kind engine_uring;
extern const struct engine_kind engine_pwrite;
extern const struct engine_kind engine_pwritev;
extern const struct engine_kind engine_null;

#endif
