/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures of stream: stream_bench [NAME...]. One thread, its CPU time, alternating pairs. A
 * buffer of 1 MiB fits in the caches; the pool is larger than the last-level cache.
 *   stream.fill.PATH      content into the buffer      against memset
 *   stream.pool.PATH      content into the pool        against memset of the same buffers
 *   stream.verify.PATH    checking the buffer          against filling it
 *   stream.ratio.WHAT     content with ratios          against ratio 1 (best path)
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/content.h"
#include "platform/clock.h"
#include "stream.h"

enum {
    BUFFER_BYTES = 1 << 20,
    PAIRS = 15,
    ROUNDS = 48, /* buffers of one run */
    POOL_MINIMUM_BYTES = 512 << 20,
};

enum act { ACT_MEMSET, ACT_FILL, ACT_CHECK };

struct side {
    const char *name;
    enum act act;
    struct content content;
    uint8_t *memory;
    size_t buffers; /* of the memory, used in turn */
    size_t rounds;
};

static struct content content_of(struct content_setup setup, const char *path)
{
    struct content content;
    struct failure why = {0};
    setup.seed = 1;
    if (content_init(&content, &setup, path, &why)) {
        fprintf(stderr, "stream_bench: %s\n", why.text);
        exit(1);
    }
    return content;
}

static void act(const struct side *side, size_t round)
{
    size_t buffer = round % side->buffers;
    struct position place = {.offset = buffer * BUFFER_BYTES};
    uint8_t *memory = side->memory + place.offset;
    if (side->act == ACT_MEMSET)
        memset(memory, (int)round, BUFFER_BYTES);
    else if (side->act == ACT_FILL)
        content_fill(&side->content, &place, memory, BUFFER_BYTES);
    else if (content_check(&side->content, &place, memory, BUFFER_BYTES, NULL) != 0)
        exit(1);
    __asm__ volatile("" ::"r"(memory) : "memory"); /* keeps the compiler from dropping the bytes */
}

/* Returns GB/s of one run. */
static double measure(const struct side *side)
{
    if (side->act == ACT_CHECK) /* the other side may have written something else */
        for (size_t i = 0; i < side->buffers; i++) {
            struct position place = {.offset = i * BUFFER_BYTES};
            content_fill(&side->content, &place, side->memory + place.offset, BUFFER_BYTES);
        }
    int64_t start = clock_thread_cpu_ns();
    for (size_t i = 0; i < side->rounds; i++)
        act(side, i);
    return (double)(side->rounds * BUFFER_BYTES) / (double)(clock_thread_cpu_ns() - start);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double values[PAIRS])
{
    qsort(values, PAIRS, sizeof *values, compare);
    return values[PAIRS / 2];
}

static void figure(const char *name, const struct side *own, const struct side *other)
{
    double mine[PAIRS], theirs[PAIRS], ratios[PAIRS];
    measure(own);
    measure(other);
    for (int i = 0; i < PAIRS; i++) {
        bool first = i % 2 == 0;
        mine[i] = first ? measure(own) : 0;
        theirs[i] = measure(other);
        mine[i] = first ? mine[i] : measure(own);
        ratios[i] = mine[i] / theirs[i];
    }
    double ratio = median(ratios);
    printf("%s\t%.2f\tGB/s\t%s\t%.2f\t%.3f\t%.3f-%.3f\n", name, median(mine), other->name,
           median(theirs), ratio, ratios[0], ratios[PAIRS - 1]);
    fflush(stdout);
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(name, argv[i], strlen(argv[i])) == 0)
            return true;
    return argc < 2;
}

static void bench_paths(struct side plain, uint8_t *pool, size_t pool_buffers, int argc,
                        char **argv)
{
    for (size_t i = 0; stream_paths[i]; i++) {
        char name[64];
        if (!stream_paths[i]->supported())
            continue;
        struct side fill = plain;
        fill.content = content_of((struct content_setup){0}, stream_paths[i]->name);
        struct side check = fill, clear = plain;
        check.act = ACT_CHECK;
        clear.act = ACT_MEMSET;
        clear.name = "memset";
        snprintf(name, sizeof name, "stream.fill.%s", stream_paths[i]->name);
        if (wanted(name, argc, argv))
            figure(name, &fill, &clear);
        snprintf(name, sizeof name, "stream.verify.%s", stream_paths[i]->name);
        fill.name = "fill";
        if (wanted(name, argc, argv))
            figure(name, &check, &fill);
        snprintf(name, sizeof name, "stream.pool.%s", stream_paths[i]->name);
        fill.memory = clear.memory = pool;
        fill.buffers = clear.buffers = fill.rounds = clear.rounds = pool_buffers;
        if (wanted(name, argc, argv))
            figure(name, &fill, &clear);
    }
}

static void bench_ratios(struct side plain, int argc, char **argv)
{
    static const struct {
        const char *name;
        struct content_setup setup;
    } cases[] = {
        {"stream.ratio.compress-1.25", {.compress_ratio = 1.25}},
        {"stream.ratio.compress-2", {.compress_ratio = 2}},
        {"stream.ratio.compress-4", {.compress_ratio = 4}},
        {"stream.ratio.compress-8", {.compress_ratio = 8}},
        {"stream.ratio.compress-16", {.compress_ratio = 16}},
        {"stream.ratio.dedup-2", {.dedup_ratio = 2}},
        {"stream.ratio.dedup-100", {.dedup_ratio = 100}},
        {"stream.ratio.both-2", {.compress_ratio = 2, .dedup_ratio = 2}},
        {"stream.ratio.dedup-2-block-512", {.dedup_ratio = 2, .dedup_block_bytes = 512}},
    };
    plain.name = "ratio-1";
    plain.content = content_of((struct content_setup){0}, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct content_setup setup = cases[i].setup;
        setup.dedup_block_bytes = setup.dedup_block_bytes ? setup.dedup_block_bytes : 4096;
        setup.total_bytes = UINT64_C(1) << 40;
        setup.share_count = 64;
        struct side own = plain;
        own.content = content_of(setup, NULL);
        if (wanted(cases[i].name, argc, argv))
            figure(cases[i].name, &own, &plain);
    }
}

int main(int argc, char **argv)
{
    long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    size_t pool_bytes = cache > 0 ? 2 * (size_t)cache : 0;
    pool_bytes = pool_bytes < POOL_MINIMUM_BYTES ? POOL_MINIMUM_BYTES : pool_bytes;
    pool_bytes -= pool_bytes % BUFFER_BYTES;
    uint8_t *pool = aligned_alloc(BUFFER_BYTES, pool_bytes);
    if (!pool)
        return 1;
    memset(pool, 1, pool_bytes);
    struct side plain = {
        .name = "fill", .act = ACT_FILL, .memory = pool, .buffers = 1, .rounds = ROUNDS};
    bench_paths(plain, pool, pool_bytes / BUFFER_BYTES, argc, argv);
    bench_ratios(plain, argc, argv);
    free(pool);
    return 0;
}
