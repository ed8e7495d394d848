/* SPDX-License-Identifier: Apache-2.0 */
/* Replaces libFuzzer's empty first inputs, and later one input in 50, by a seed of the target. */
#include "target.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t length, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t capacity, unsigned seed);

enum { FRESH_EVERY = 50 };

static size_t take_seed(uint8_t *bytes, size_t capacity, unsigned dice)
{
    size_t count = 0, length = 0;
    while (target_seeds[count])
        count++;
    uint8_t *made = dice % 2 ? target_generate_seed(&length) : NULL;
    const char *text = target_seeds[dice / 2 % count];
    if (!made)
        length = strlen(text);
    length = length < capacity ? length : capacity;
    memcpy(bytes, made ? made : (const uint8_t *)text, length);
    free(made);
    return length;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t length, size_t capacity, unsigned seed)
{
    if (length < 2 || seed % FRESH_EVERY == 0)
        length = take_seed(bytes, capacity, seed / FRESH_EVERY);
    return LLVMFuzzerMutate(bytes, length, capacity);
}
