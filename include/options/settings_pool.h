/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The settings that steps refer to by index: those of the sections first, then those that a
 * schedule appends. Entries are never moved or removed.
 */
#ifndef TIDEMILL_OPTIONS_SETTINGS_POOL_H
#define TIDEMILL_OPTIONS_SETTINGS_POOL_H

#include <stdint.h>

#include "options/options.h"

struct settings_pool {
    struct settings **items; /* owned */
    uint32_t count;
};

/* Appends a copy and returns it; NULL without memory. */
struct settings *settings_pool_add(struct settings_pool *pool, const struct settings *from);

void settings_pool_release(struct settings_pool *pool);

#endif
