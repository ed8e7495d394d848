/* SPDX-License-Identifier: Apache-2.0 */
#include "data/judge.h"

#include <errno.h>
#include <lz4.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "base/checked.h"
#include "fingerprints.h"

static const size_t chunk_bytes[JUDGE_SIZES] = {512, 4096, 128 << 10, JUDGE_WINDOW_BYTES};

enum {
    SMALLEST = 512,
    PARTS = JUDGE_WINDOW_BYTES / SMALLEST,
    SAMPLES_UNTIL_SPARSER = 64, /* windows; after that many samples, half as often */
    CHUNKS_PACKED = 64,         /* at most, for each window and chunk size */
};

/* Bytes of sampled chunks before and after compression; each window is weighted by the number of
 * windows that it represents. */
struct packed {
    double raw, zstd, lz4;
    uint64_t bytes;
};

struct judge {
    struct fingerprints sets[JUDGE_SIZES];
    uint64_t chunks[JUDGE_SIZES];
    uint64_t zero_chunks[JUDGE_SIZES];
    struct packed packed[JUDGE_SIZES];
    uint64_t windows;
    uint64_t samples;
    uint64_t sample_every;
    ZSTD_CCtx *zstd;
    void *scratch;
    size_t scratch_bytes;
};

struct judge *judge_open(size_t memory_bytes, struct failure *why)
{
    struct judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        goto out;
    judge->sample_every = 1;
    judge->scratch_bytes = ZSTD_compressBound(JUDGE_WINDOW_BYTES);
    if (judge->scratch_bytes < (size_t)LZ4_compressBound(JUDGE_WINDOW_BYTES))
        judge->scratch_bytes = (size_t)LZ4_compressBound(JUDGE_WINDOW_BYTES);
    judge->scratch = malloc(judge->scratch_bytes);
    judge->zstd = ZSTD_createCCtx();
    if (!judge->scratch || !judge->zstd)
        goto out;
    for (unsigned i = 0; i < JUDGE_SIZES; i++)
        if (fingerprints_init(&judge->sets[i], memory_bytes / JUDGE_SIZES))
            goto out;
    return judge;
out:
    judge_close(judge);
    failure_set(why, -ENOMEM, "cannot allocate %zu bytes of memory for fingerprints", memory_bytes);
    return NULL;
}

void judge_close(struct judge *judge)
{
    if (!judge)
        return;
    for (unsigned i = 0; i < JUDGE_SIZES; i++)
        fingerprints_release(&judge->sets[i]);
    ZSTD_freeCCtx(judge->zstd);
    free(judge->scratch);
    free(judge);
}

static bool all_zero(const uint8_t *bytes, size_t length)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, length - 1) == 0;
}

static void add_chunk(struct judge *judge, unsigned which, struct fingerprint fingerprint,
                      bool zero)
{
    fingerprints_add(&judge->sets[which], fingerprint);
    judge->chunks[which]++;
    judge->zero_chunks[which] += zero;
}

/* Fingerprints of larger chunks are computed from those of the smaller chunks in them. */
static void add_window(struct judge *judge, const uint8_t *bytes, size_t length)
{
    struct fingerprint parts[PARTS];
    bool zero[PARTS];
    size_t count = 0;
    for (size_t at = 0; at < length; at += SMALLEST, count++) {
        size_t size = length - at < SMALLEST ? length - at : SMALLEST;
        parts[count] = fingerprint_of(bytes + at, size);
        zero[count] = all_zero(bytes + at, size);
        add_chunk(judge, 0, parts[count], zero[count]);
    }
    for (unsigned which = 1; which < JUDGE_SIZES; which++) {
        size_t each = chunk_bytes[which] / chunk_bytes[which - 1], made = 0;
        for (size_t from = 0; from < count; from += each, made++) {
            size_t parts_count = count - from < each ? count - from : each;
            bool all = true;
            for (size_t i = 0; i < parts_count; i++)
                all = all && zero[from + i];
            parts[made] = fingerprint_of(parts + from, parts_count * sizeof *parts);
            zero[made] = all;
            add_chunk(judge, which, parts[made], all);
        }
        count = made;
    }
}

static void compress_chunk(struct judge *judge, struct packed *packed, const uint8_t *bytes,
                           size_t length, double weight)
{
    size_t zstd =
        ZSTD_compressCCtx(judge->zstd, judge->scratch, judge->scratch_bytes, bytes, length, 1);
    int lz4 = LZ4_compress_default((const char *)bytes, judge->scratch, (int)length,
                                   (int)judge->scratch_bytes);
    packed->raw += weight * (double)length;
    packed->zstd += weight * (double)smaller(ZSTD_isError(zstd) ? length : zstd, length);
    packed->lz4 += weight * (double)smaller(lz4 <= 0 ? length : (size_t)lz4, length);
    packed->bytes += length;
}

static void compress_window(struct judge *judge, const uint8_t *bytes, size_t length)
{
    double weight = (double)judge->sample_every;
    for (unsigned which = 0; which < JUDGE_SIZES; which++) {
        size_t size = chunk_bytes[which];
        size_t step = size * divide_up(divide_up(length, size), CHUNKS_PACKED);
        for (size_t at = 0; at < length; at += step) {
            size_t left = length - at;
            compress_chunk(judge, &judge->packed[which], bytes + at, left < size ? left : size,
                           weight);
        }
    }
    if (++judge->samples % SAMPLES_UNTIL_SPARSER == 0)
        judge->sample_every *= 2;
}

void judge_add_window(struct judge *judge, const void *bytes, size_t length)
{
    add_window(judge, bytes, length);
    if (judge->windows++ % judge->sample_every == 0)
        compress_window(judge, bytes, length);
}

struct judgement judge_result(const struct judge *judge, unsigned which)
{
    struct fingerprints_share share = fingerprints_share(&judge->sets[which]);
    const struct packed *packed = &judge->packed[which];
    bool none = packed->bytes == 0;
    return (struct judgement){
        .chunk_bytes = chunk_bytes[which],
        .chunks = judge->chunks[which],
        .zero_chunks = judge->zero_chunks[which],
        .unique_share = share.unique,
        .unique_error = share.error,
        .sampled_bytes = packed->bytes,
        .zstd_ratio = none ? 1 : packed->raw / packed->zstd,
        .lz4_ratio = none ? 1 : packed->raw / packed->lz4,
    };
}

void judge_print_libraries(struct text *out)
{
    text_add(out, "zstd %s, lz4 %s", ZSTD_versionString(), LZ4_versionString());
}
