/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engines of engines.def; engine_<name>.c defines each.
 */
#ifndef TIDEMILL_ENGINES_KINDS_H
#define TIDEMILL_ENGINES_KINDS_H

#include "engines/engine.h"

#define ENGINE(ID, name, ...) extern const struct engine_kind engine_##name;
#include "options/engines.def"
#undef ENGINE

#endif
