/* SPDX-License-Identifier: Apache-2.0 */
#include "stored_lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stored_lines_add(struct text *lines, int64_t rank, int64_t part, const char *places)
{
    if (places && places[0])
        text_add(lines, "%" PRId64 " %" PRId64 " %s\n", rank, part, places);
}

int stored_lines_share(struct cluster *cluster, char **lines)
{
    if (cluster->rank == 0 && !*lines)
        *lines = strdup("");
    return cluster_broadcast_text(cluster, lines);
}

const char *stored_lines_find(const char *lines, uint32_t rank, uint32_t part,
                              char places[STORED_PLACES])
{
    char start[32];
    const int length = snprintf(start, sizeof start, "%" PRIu32 " %" PRIu32 " ", rank, part);
    for (const char *line = lines; line && *line;) {
        if (!strncmp(line, start, (size_t)length)) {
            const size_t end = strcspn(line + length, "\n");
            snprintf(places, STORED_PLACES, "%.*s", (int)end, line + length);
            return places;
        }
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return "";
}
