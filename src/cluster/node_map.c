/* SPDX-License-Identifier: Apache-2.0 */
#include "node_map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    uint64_t key;
    uint32_t node;
    bool used;
};

static uint64_t hash_text(uint64_t hash, const char *text)
{
    /* The final NUL is hashed too, so that "ab","c" and "a","bc" differ. */
    for (const char *c = text;; c++) {
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
        if (*c == '\0')
            return hash;
    }
}

/* FNV-1a mixes the high bits of short texts poorly, and the table below uses the low bits. */
static uint64_t mix_bits(uint64_t hash)
{
    hash = (hash ^ (hash >> 32)) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 32);
}

uint64_t node_map_key(const struct host_identity *identity)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    hash = hash_text(hash, identity->hostname);
    hash = hash_text(hash, identity->boot_id);
    return mix_bits(hash);
}

/* Returns the slot that contains 'key', or the free slot for it. */
static struct slot *slot_of(struct slot *table, size_t mask, uint64_t key)
{
    size_t at = (size_t)mix_bits(key) & mask;
    while (table[at].used && table[at].key != key)
        at = (at + 1) & mask;
    return &table[at];
}

int node_map_number(const uint64_t *keys, uint32_t rank_count, uint32_t *rank_node,
                    uint32_t *node_count)
{
    size_t slot_count = 2;
    while (slot_count < 2 * (size_t)rank_count)
        slot_count *= 2;
    struct slot *table = calloc(slot_count, sizeof *table);
    if (!table)
        return -ENOMEM;
    uint32_t nodes = 0;
    for (uint32_t rank = 0; rank < rank_count; rank++) {
        struct slot *slot = slot_of(table, slot_count - 1, keys[rank]);
        if (!slot->used)
            *slot = (struct slot){.key = keys[rank], .node = nodes++, .used = true};
        rank_node[rank] = slot->node;
    }
    free(table);
    *node_count = nodes;
    return 0;
}

void node_map_short_name(const char *hostname, char out[RECORD_NAME])
{
    enum { END = (NODE_NAME_MOST - 2) / 2 };
    const size_t length = strlen(hostname);
    if (length <= NODE_NAME_MOST)
        snprintf(out, RECORD_NAME, "%s", hostname);
    else
        snprintf(out, RECORD_NAME, "%.*s..%s", END, hostname, hostname + length - END);
}

static int by_name_then_node(const void *a, const void *b, void *context)
{
    char(*names)[RECORD_NAME] = context;
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;
    int order = strncmp(names[first], names[second], RECORD_NAME);
    return order ? order : (first > second) - (first < second);
}

static void add_number(char name[RECORD_NAME], uint32_t number)
{
    char suffix[16];
    size_t length = (size_t)snprintf(suffix, sizeof suffix, "#%u", number);
    size_t kept = strnlen(name, RECORD_NAME - 1 - length);
    memcpy(name + kept, suffix, length + 1);
}

int node_map_make_names_unique(char (*names)[RECORD_NAME], uint32_t node_count)
{
    uint32_t *order = calloc(node_count ? node_count : 1, sizeof *order);
    if (!order)
        return -ENOMEM;
    for (uint32_t node = 0; node < node_count; node++)
        order[node] = node;
    qsort_r(order, node_count, sizeof *order, by_name_then_node, names);
    uint32_t first = 0;
    for (uint32_t at = 1; at < node_count; at++) {
        if (strncmp(names[order[first]], names[order[at]], RECORD_NAME) != 0)
            first = at;
        else
            add_number(names[order[at]], at - first + 1);
    }
    free(order);
    return 0;
}
