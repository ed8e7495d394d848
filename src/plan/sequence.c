#include "plan/sequence.h"

enum { ROUNDS = 4 };

/* A bijection of 64 bits in which each input bit moves half of the output bits (the finaliser of
 * SplitMix64, by S. Vigna). */
static uint64_t scatter(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return x;
}

uint64_t sequence_key(uint64_t seed, uint64_t file, uint64_t file_offset)
{
    return scatter(scatter(scatter(seed) + file) + file_offset);
}

/* Half of the bits that hold every number below 'count', rounded up. */
static unsigned half_bits(uint64_t count)
{
    unsigned bits = count > 1 ? 64 - (unsigned)__builtin_clzll(count - 1) : 1;
    return (bits + 1) / 2;
}

uint64_t sequence_shuffled(const struct sequence *sequence, uint64_t place)
{
    const unsigned half = half_bits(sequence->count);
    const uint64_t mask = (UINT64_C(1) << half) - 1;
    /* Of the numbers that the network permutes, at least a quarter are below the count; and a place
     * below it always comes back below it at last. */
    do {
        uint64_t left = place >> half;
        uint64_t right = place & mask;
        for (uint64_t round = 0; round < ROUNDS; round++) {
            uint64_t next = left ^ (scatter(right + sequence->key + (round << 56)) & mask);
            left = right;
            right = next;
        }
        place = left << half | right;
    } while (place >= sequence->count);
    return place;
}
