/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/sequence.h"

#include "base/checked.h"
#include "plan/writer_share.h"

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

struct sequence sequence_of(const struct share *share, enum order order, uint64_t seed)
{
    return (struct sequence){
        .count = share->request_count,
        .order = order,
        .key = sequence_key(seed, share->file, share->file_offset),
        .file_requests = share->cut_bytes ? share->turn_requests : 0,
    };
}

/* Half of the bits that hold every number below 'count', rounded up. */
static unsigned half_bits(uint64_t count)
{
    unsigned bits = count > 1 ? 64 - (unsigned)__builtin_clzll(count - 1) : 1;
    return (bits + 1) / 2;
}

/* What a round of the network changes the other half by. */
static uint64_t round_bits(const struct sequence *sequence, uint64_t half, uint64_t round)
{
    return scatter(half + sequence->key + (round << 56));
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
            uint64_t next = left ^ (round_bits(sequence, right, round) & mask);
            left = right;
            right = next;
        }
        place = left << half | right;
    } while (place >= sequence->count);
    return place;
}

/* The high half of the product, so that each request is as likely as any other. */
uint64_t sequence_drawn(const struct sequence *sequence, uint64_t place)
{
    __extension__ typedef unsigned __int128 product;
    return (uint64_t)((product)scatter(sequence->key + place) * sequence->count >> 64);
}

/* sequence_shuffled backwards: its rounds from the last to the first, along the same walk. */
static uint64_t place_of_shuffled(const struct sequence *sequence, uint64_t request)
{
    const unsigned half = half_bits(sequence->count);
    const uint64_t mask = (UINT64_C(1) << half) - 1;
    do {
        uint64_t left = request >> half;
        uint64_t right = request & mask;
        for (uint64_t round = ROUNDS; round-- > 0;) {
            uint64_t before = right ^ (round_bits(sequence, left, round) & mask);
            right = left;
            left = before;
        }
        request = left << half | right;
    } while (request >= sequence->count);
    return request;
}

/* The order of files. */
static struct sequence of_files(const struct sequence *sequence)
{
    return (struct sequence){
        .count = divide_up(sequence->count, sequence->file_requests),
        .order = ORDER_RANDOM,
        .key = sequence->key,
    };
}

/* By how many requests the last file is shorter than the others, and the place behind it. */
static uint64_t find_last(const struct sequence *sequence, const struct sequence *files,
                          uint64_t *behind)
{
    const uint64_t lacks = files->count * sequence->file_requests - sequence->count;
    *behind =
        lacks ? (place_of_shuffled(files, files->count - 1) + 1) * sequence->file_requests - lacks
              : 0;
    return lacks;
}

uint64_t sequence_shuffled_files(const struct sequence *sequence, uint64_t place)
{
    const struct sequence files = of_files(sequence);
    uint64_t behind;
    const uint64_t lacks = find_last(sequence, &files, &behind);
    place += place >= behind ? lacks : 0;
    return sequence_shuffled(&files, place / sequence->file_requests) * sequence->file_requests +
           place % sequence->file_requests;
}

static uint64_t place_of_shuffled_files(const struct sequence *sequence, uint64_t request)
{
    const struct sequence files = of_files(sequence);
    const uint64_t file = request / sequence->file_requests;
    uint64_t behind;
    const uint64_t lacks = find_last(sequence, &files, &behind);
    const uint64_t place = place_of_shuffled(&files, file) * sequence->file_requests +
                           request % sequence->file_requests;
    return place >= behind + lacks ? place - lacks : place;
}

static uint64_t place_of_strided(const struct sequence *sequence, uint64_t request)
{
    uint64_t rows = sequence->count / SEQUENCE_STRIDE;
    uint64_t longer = sequence->count % SEQUENCE_STRIDE;
    uint64_t column = request % SEQUENCE_STRIDE;
    uint64_t longer_before = column < longer ? column : longer;
    return column * rows + longer_before + request / SEQUENCE_STRIDE;
}

uint64_t sequence_place_of(const struct sequence *sequence, uint64_t request)
{
    switch (sequence->order) {
    case ORDER_STRIDED:
        return place_of_strided(sequence, request);
    case ORDER_RANDOM:
        return sequence->file_requests ? place_of_shuffled_files(sequence, request)
                                       : place_of_shuffled(sequence, request);
    case ORDER_SEQUENTIAL:
    case ORDER_RANDOM_REPEAT:
        break;
    }
    return request;
}

uint64_t sequence_reach(const struct sequence *sequence, uint64_t places)
{
    uint64_t column = divide_up(sequence->count, SEQUENCE_STRIDE);
    if (!places || places >= sequence->count || sequence->order == ORDER_SEQUENTIAL)
        return places < sequence->count ? places : sequence->count;
    if (sequence->order == ORDER_STRIDED && places <= column)
        return (places - 1) * SEQUENCE_STRIDE + 1;
    return sequence->count;
}
