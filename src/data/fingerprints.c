/* SPDX-License-Identifier: Apache-2.0 */
#include "fingerprints.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mix.h"

struct fingerprints_entry {
    uint64_t key;
    uint32_t check; /* more bits of the fingerprint; the upper ones decide which entries stay */
    uint32_t count; /* 0 = free */
};

enum { MINIMUM_CAPACITY = 1024, LANES = 4, STRIPE_BYTES = LANES * 16 };

static const uint64_t salts[LANES] = {UINT64_C(0xb7e151628aed2a6b), UINT64_C(0xf7158809cf4f3c77),
                                      UINT64_C(0x62e7160f38b4da57), UINT64_C(0xa784d9045190cfef)};

static void add_stripe(uint64_t sums[LANES], const uint8_t *stripe)
{
    for (unsigned lane = 0; lane < LANES; lane++) {
        uint64_t words[2];
        memcpy(words, stripe + 16 * lane, 16);
        sums[lane] = fold(sums[lane] ^ words[0], salts[lane] ^ words[1]) + words[0];
    }
}

struct fingerprint fingerprint_of(const void *bytes, size_t length)
{
    const uint8_t *at = bytes, *end = at + length;
    uint64_t sums[LANES] = {length, length + 1, length + 2, length + 3};
    for (; end - at >= STRIPE_BYTES; at += STRIPE_BYTES)
        add_stripe(sums, at);
    if (at < end) {
        uint8_t padded[STRIPE_BYTES] = {0};
        memcpy(padded, at, (size_t)(end - at));
        add_stripe(sums, padded);
    }
    uint64_t a = 0, b = 0;
    for (unsigned lane = 0; lane < LANES; lane++) {
        a = mix(a + sums[lane]);
        b = mix(rotate(b, 23) ^ sums[lane] ^ salts[lane]);
    }
    return (struct fingerprint){a, b};
}

int fingerprints_init(struct fingerprints *set, size_t memory_bytes)
{
    *set = (struct fingerprints){.capacity = MINIMUM_CAPACITY};
    while (2 * set->capacity * sizeof *set->entries <= memory_bytes)
        set->capacity *= 2;
    set->entries = calloc(set->capacity, sizeof *set->entries);
    return set->entries ? 0 : -ENOMEM;
}

void fingerprints_release(struct fingerprints *set)
{
    free(set->entries);
    *set = (struct fingerprints){0};
}

static bool is_kept(const struct fingerprints *set, uint32_t check)
{
    return set->level == 0 || check >> (32 - set->level) == 0;
}

/* Frees an entry, and moves later entries up that a search would no longer reach. */
static void remove_entry(struct fingerprints *set, size_t place)
{
    size_t mask = set->capacity - 1;
    for (size_t next = place;;) {
        next = (next + 1) & mask;
        if (set->entries[next].count == 0)
            break;
        size_t home = set->entries[next].key & mask;
        if (((next - home) & mask) >= ((next - place) & mask)) {
            set->entries[place] = set->entries[next];
            place = next;
        }
    }
    set->entries[place] = (struct fingerprints_entry){0};
    set->used--;
}

static void halve(struct fingerprints *set)
{
    set->level++;
    for (size_t place = 0; place < set->capacity;)
        if (set->entries[place].count > 0 && !is_kept(set, set->entries[place].check))
            remove_entry(set, place); /* another entry may be here now */
        else
            place++;
}

void fingerprints_add(struct fingerprints *set, struct fingerprint fingerprint)
{
    uint32_t check = (uint32_t)(fingerprint.b >> 32);
    if (!is_kept(set, check))
        return;
    size_t mask = set->capacity - 1;
    size_t place = fingerprint.a & mask;
    struct fingerprints_entry *entry;
    for (;; place = (place + 1) & mask) {
        entry = &set->entries[place];
        if (entry->count == 0 || (entry->key == fingerprint.a && entry->check == check))
            break;
    }
    if (entry->count == 0) {
        *entry = (struct fingerprints_entry){.key = fingerprint.a, .check = check};
        set->used++;
    }
    if (entry->count < UINT32_MAX)
        entry->count++;
    while (set->used > set->capacity / 4 * 3)
        halve(set);
}

struct fingerprints_share fingerprints_share(const struct fingerprints *set)
{
    double contents = (double)set->used, seen = 0, squares = 0;
    for (size_t i = 0; i < set->capacity; i++) {
        double count = set->entries[i].count;
        seen += count;
        squares += count * count;
    }
    if (seen == 0)
        return (struct fingerprints_share){.unique = 1};
    struct fingerprints_share share = {.unique = contents / seen};
    double mean = seen / contents;
    double variance = fmax(squares / contents - mean * mean, 0);
    if (set->level > 0)
        share.error = 1.96 * share.unique * sqrt(variance / contents) / mean;
    return share;
}
