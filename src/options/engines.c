/* SPDX-License-Identifier: Apache-2.0 */
#include "options/engines.h"

static const char *const names[ENGINE_COUNT] = {
    [ENGINE_AUTO] = "auto",
#define ENGINE(ID, name, ...) [ENGINE_##ID] = #name,
#include "options/engines.def"
#undef ENGINE
};

const char *engine_name(enum engine_id id)
{
    return names[id];
}
