/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay ROUNDS [FILE...]: runs a fuzz target on its seeds, the files, and ROUNDS mutations of
 * both, which are the same on every machine.
 */
#include "target.h"

enum { INPUT_MOST = 1 << 20 };

struct input {
    uint8_t *bytes;
    size_t length;
};

static uint64_t dice_state = 88172645463325252U;

static uint64_t dice(uint64_t below)
{
    dice_state ^= dice_state << 13;
    dice_state ^= dice_state >> 7;
    dice_state ^= dice_state << 17;
    return below ? dice_state % below : 0;
}

static struct input read_file(const char *path)
{
    struct input input = {.bytes = malloc(INPUT_MOST)};
    FILE *file = fopen(path, "rb");
    if (!file || !input.bytes)
        abort();
    input.length = fread(input.bytes, 1, INPUT_MOST, file);
    fclose(file);
    return input;
}

static void put_number(uint8_t *at)
{
    static const char *const numbers[] = {"0",          "1",          "-1",
                                          "2147483648", "4294967296", "9223372036854775807",
                                          "1e9",        "0x10",       "18446744073709551616"};
    const char *number = numbers[dice(sizeof numbers / sizeof *numbers)];
    memcpy(at, number, strlen(number));
}

static void mutate(struct input *input)
{
    enum { PIECE_MOST = 32 };
    size_t at = dice(input->length + 1);
    size_t piece = dice(PIECE_MOST) + 1;
    switch (dice(6)) {
    case 0: /* a bit flips */
        if (at < input->length)
            input->bytes[at] ^= (uint8_t)(1U << dice(8));
        break;
    case 1: /* a byte changes */
        if (at < input->length)
            input->bytes[at] = (uint8_t)dice(256);
        break;
    case 2: /* a piece is removed */
        if (piece > input->length - at)
            piece = input->length - at;
        memmove(input->bytes + at, input->bytes + at + piece, input->length - at - piece);
        input->length -= piece;
        break;
    case 3: /* a piece is duplicated */
        if (piece > input->length - at || input->length + piece > INPUT_MOST)
            break;
        memmove(input->bytes + at + piece, input->bytes + at, input->length - at);
        input->length += piece;
        break;
    case 4: /* a number at an edge of a type */
        if (input->length - at >= PIECE_MOST)
            put_number(input->bytes + at);
        break;
    default: /* the end is lost */
        input->length = at;
        break;
    }
}

static void feed(const struct input *seed)
{
    struct input input = {.bytes = malloc(INPUT_MOST), .length = seed->length};
    if (!input.bytes || seed->length > INPUT_MOST)
        abort();
    memcpy(input.bytes, seed->bytes, seed->length);
    for (uint64_t left = dice(4); left > 0; left--)
        mutate(&input);
    /* An exact allocation, so that a sanitizer detects each byte read beyond the input. */
    uint8_t *exact = malloc(input.length ? input.length : 1);
    if (!exact)
        abort();
    memcpy(exact, input.bytes, input.length);
    LLVMFuzzerTestOneInput(exact, input.length);
    free(exact);
    free(input.bytes);
}

int main(int count, char **words)
{
    enum { SEEDS_MOST = 256 };
    struct input seeds[SEEDS_MOST];
    size_t used = 0;
    long rounds = count > 1 ? strtol(words[1], NULL, 10) : 1000;
    for (; target_seeds[used]; used++)
        seeds[used] =
            (struct input){(uint8_t *)strdup(target_seeds[used]), strlen(target_seeds[used])};
    for (int i = 2; i < count && used < SEEDS_MOST; i++)
        seeds[used++] = read_file(words[i]);
    seeds[used].bytes = target_generate_seed(&seeds[used].length);
    used += seeds[used].bytes != NULL;
    for (size_t i = 0; i < used; i++)
        LLVMFuzzerTestOneInput(seeds[i].bytes, seeds[i].length);
    for (long round = 0; round < rounds; round++)
        feed(&seeds[dice(used)]);
    for (size_t i = 0; i < used; i++)
        free(seeds[i].bytes);
    printf("%zu seeds and %ld mutations of them\n", used, rounds);
    return 0;
}
