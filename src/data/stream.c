/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <string.h>

#include "stream_seed.h"

/* Arbitrary constants (splitmix64 of "tidemill"); part of the data format. */
const uint64_t stream_lanes[3][STREAM_LANES] = {
    {
        UINT64_C(0xaae136c22cf7d7c8),
        UINT64_C(0x13533edecd4be03e),
        UINT64_C(0x4d3c85aab269cafa),
        UINT64_C(0x0bfc3995d0896bb1),
        UINT64_C(0x697bafe029b6fcb2),
        UINT64_C(0x46d12bc38ff63dfc),
        UINT64_C(0xd7bb7519bf09ece3),
        UINT64_C(0x14a58fb42475b981),
        UINT64_C(0x39be1b48f0d08ff3),
        UINT64_C(0xf0164d6533752acc),
        UINT64_C(0x5c8ad7652cc31ea6),
        UINT64_C(0xad1f96b296ee55bb),
        UINT64_C(0xa6e50e4b8e9b2f15),
        UINT64_C(0x7f3a0be0aa7e6c21),
        UINT64_C(0xd0510d1595be9772),
        UINT64_C(0x47d4eefb0ace2f01),
    },
    {
        UINT64_C(0xc5f5f39104f08b7f),
        UINT64_C(0x6b93f77cca4594d2),
        UINT64_C(0xc90ffe030ebf1e31),
        UINT64_C(0xe3cf2fc00d6f1940),
        UINT64_C(0x5e017b150e8aa47b),
        UINT64_C(0x21ddd8532d6a71e8),
        UINT64_C(0x6efa4e707ad2d908),
        UINT64_C(0x24ad074489d12b3c),
        UINT64_C(0x72105994c6700c46),
        UINT64_C(0x1ab616875f45731d),
        UINT64_C(0x517dab9f1078de30),
        UINT64_C(0xb483ad87e3ad29fc),
        UINT64_C(0x2629062f4578ac0a),
        UINT64_C(0x0dbe96196ba60de2),
        UINT64_C(0x5d3c549c930f78f5),
        UINT64_C(0x4af33b5ea3e1e55b),
    },
    {
        UINT64_C(0x66990397590a4c9a),
        UINT64_C(0x6103f686fcb71e48),
        UINT64_C(0x13169c379a38d9e1),
        UINT64_C(0xfb0ff5fba6b5d9b4),
        UINT64_C(0xde363c8058eec3a4),
        UINT64_C(0x91b5264f7176d484),
        UINT64_C(0x0f7f20defedb4323),
        UINT64_C(0x711e2e5d3d5929b0),
        UINT64_C(0x7bace287ebdf6ad9),
        UINT64_C(0x8638d3aa001266cc),
        UINT64_C(0x86d94d49670cecb2),
        UINT64_C(0xacc1e0805da2c8a0),
        UINT64_C(0xa9db4b2f77ea6d98),
        UINT64_C(0xec5631902e81e7bd),
        UINT64_C(0x505adc496aa86f2f),
        UINT64_C(0xb36bc22d77d70fbb),
    },
};

extern const struct stream_path stream_portable;
#ifdef __x86_64__
extern const struct stream_path stream_v2, stream_v3, stream_v4;
#endif

const struct stream_path *const stream_paths[] = {
    &stream_portable,
#ifdef __x86_64__
    &stream_v2,
    &stream_v3,
    &stream_v4,
#endif
    NULL,
};

const struct stream_path *stream_choose(const char *name)
{
    bool best = !name || strcmp(name, "auto") == 0;
    const struct stream_path *chosen = NULL;
    for (size_t i = 0; stream_paths[i]; i++)
        if ((best || strcmp(name, stream_paths[i]->name) == 0) && stream_paths[i]->supported())
            chosen = stream_paths[i];
    return chosen;
}

struct stream_key stream_key(uint64_t seed, uint64_t file, uint64_t generation)
{
    uint64_t a = mix(seed + UINT64_C(0x243f6a8885a308d3));
    uint64_t b = mix(seed ^ UINT64_C(0x13198a2e03707344));
    a = mix(a ^ mix(file + UINT64_C(0xa4093822299f31d0)));
    b = mix(b + mix(file ^ UINT64_C(0x082efa98ec4e6c89)));
    a = mix(a ^ mix(generation + UINT64_C(0x452821e638d01377)));
    b = mix(b + mix(generation ^ UINT64_C(0xbe5466cf34e90c6c)));
    return (struct stream_key){
        .a = a, .b = b, .seed = seed, .file = file, .generation = generation};
}

bool stamp_read(const uint8_t *memory, struct stamp *stamp)
{
    uint64_t words[STAMP_WORDS];
    memcpy(words, memory, sizeof words);
    if ((words[2] ^ stamp_mask(words[0], words[1], 2)) != STAMP_MAGIC)
        return false;
    for (unsigned i = 3; i < STAMP_WORDS; i++)
        words[i] ^= stamp_mask(words[0], words[1], i);
    *stamp = (struct stamp){
        .seed = words[3],
        .file = words[4],
        .generation = words[5],
        .index = words[6],
        .period = (uint32_t)words[7],
        .bytes = (uint32_t)(words[7] >> 32),
    };
    return true;
}
