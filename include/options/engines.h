/* SPDX-License-Identifier: Apache-2.0 */
/* The ids and names of the engines, from engines.def. */
#ifndef TIDEMILL_OPTIONS_ENGINES_H
#define TIDEMILL_OPTIONS_ENGINES_H

/* In the order of the values of --engine. */
enum engine_id {
    ENGINE_AUTO,
#define ENGINE(ID, ...) ENGINE_##ID,
#include "options/engines.def"
#undef ENGINE
    ENGINE_COUNT
};

/* "auto", "uring", ... */
const char *engine_name(enum engine_id id);

#endif
