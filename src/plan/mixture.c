/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/mixture.h"

#include "plan/geometry.h"
#include "plan/sequence.h"

struct mix mix_of(uint64_t fraction_ppm, uint64_t seed, const struct share *share,
                  uint64_t generation)
{
    const uint64_t key =
        sequence_key(sequence_key(seed, share->file, share->file_offset), generation, 0);
    return (struct mix){
        .reads = fraction_ppm * MIX_ALL / MIX_FRACTION_PPM,
        .key = (uint32_t)(key >> 32),
    };
}
