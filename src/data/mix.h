/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two hash functions behind every decision about content: mix, a bijection of 64 bits in which
 * each input bit changes half of the output bits, and fold, which hashes two words to 64 bits.
 * Changing either changes every byte that tidemill writes.
 */
#ifndef TIDEMILL_DATA_MIX_H
#define TIDEMILL_DATA_MIX_H

#include <stdint.h>

static inline uint64_t mix(uint64_t x)
{
    x ^= x >> 27;
    x *= UINT64_C(0x3c79ac492ba7b653);
    x ^= x >> 33;
    x *= UINT64_C(0x1c69b3f74ac4ae35);
    x ^= x >> 27;
    return x;
}

static inline uint64_t fold(uint64_t x, uint64_t y)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

#endif
