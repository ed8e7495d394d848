/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random values for property tests. The seed is the same each time, unless the environment variable
 * TIDEMILL_TEST_SEED sets another; it is printed, so that a failure can be reproduced.
 */
#ifndef TIDEMILL_TESTS_PROPERTY_H
#define TIDEMILL_TESTS_PROPERTY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct property {
    uint64_t state;
};

static inline struct property property_start(const char *name)
{
    const char *chosen = getenv("TIDEMILL_TEST_SEED");
    uint64_t seed = chosen ? strtoull(chosen, NULL, 10) : 20240229;
    printf("%s: TIDEMILL_TEST_SEED=%llu\n", name, (unsigned long long)seed);
    return (struct property){.state = seed};
}

/* A Weyl sequence through a 64-bit finaliser. */
static inline uint64_t property_next(struct property *property)
{
    uint64_t x = property->state += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93;
    return x ^ (x >> 32);
}

/* Returns a number from 0 to below - 1. */
static inline uint64_t property_below(struct property *property, uint64_t below)
{
    return property_next(property) % below;
}

/* Returns a number of any magnitude: all bit lengths are equally likely, round numbers are
 * frequent. */
static inline uint64_t property_magnitude(struct property *property)
{
    uint64_t value = property_next(property) >> property_below(property, 64);
    switch (property_below(property, 4)) {
    case 0:
        return value >> 20 << 20;
    case 1:
        return value / 1000000 * 1000000;
    default:
        return value;
    }
}

#endif
