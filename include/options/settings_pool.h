/*
 * The settings that steps name by index: those of the sections first, then those that a schedule
 * appends. Entries stay where they are and are never taken out.
 */
#ifndef TIDEMILL_OPTIONS_SETTINGS_POOL_H
#define TIDEMILL_OPTIONS_SETTINGS_POOL_H

#include <stdint.h>

#include "options/options.h"

struct settings_pool {
    struct settings **items; /* owned */
    uint32_t count;
};

/* Appends a copy; NULL when out of memory. */
struct settings *settings_pool_add(struct settings_pool *pool, const struct settings *from);

void settings_pool_release(struct settings_pool *pool);

#endif
