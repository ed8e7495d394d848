/* SPDX-License-Identifier: Apache-2.0 */
/* Broadcasts, sums and exchanges. */
#include "ranks.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void bytes_are_broadcast(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 1, 4096, 3000001};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *bytes = malloc(lengths[i] + 1);
        memset(bytes, cluster.rank == 0 ? 7 : 1, lengths[i] + 1);
        bytes[lengths[i]] = 3;
        cluster_broadcast(&cluster, bytes, lengths[i]);
        bool good = bytes[lengths[i]] == 3;
        for (size_t at = 0; at < lengths[i]; at++)
            good = good && bytes[at] == 7;
        free(bytes);
        assert_everywhere(good);
    }
}

static void a_text_is_broadcast(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "size = 1GiB\nlayout = shared\n"};
    for (int i = 0; i < 2; i++) {
        char *text = cluster.rank == 0 ? strdup(texts[i]) : NULL;
        char *before = text;
        int code = cluster_broadcast_text(&cluster, &text);
        bool good = code == 0 && text && strcmp(text, texts[i]) == 0 &&
                    (cluster.rank != 0 || text == before);
        free(text);
        assert_everywhere(good);
    }
    char *none = cluster.rank == 0 ? NULL : (char *)&none;
    assert_everywhere(cluster_broadcast_text(&cluster, &none) == 0 && !none);
}

static void sums_minima_and_maxima(void **state)
{
    (void)state;
    uint64_t ranks = cluster.shape.rank_count;
    uint64_t large = UINT64_C(1) << 58;
    assert_everywhere(cluster_sum(&cluster, large + cluster.rank) ==
                      large * ranks + ranks * (ranks - 1) / 2);
    assert_everywhere(cluster_min(&cluster, UINT64_MAX - cluster.rank) == UINT64_MAX - ranks + 1);
    assert_everywhere(cluster_max(&cluster, UINT64_MAX - cluster.rank) == UINT64_MAX);
}

/* The same permutation on every rank, by random swaps. */
static void shuffle(uint32_t *order, struct property *property)
{
    for (uint32_t i = 0; i < cluster.shape.rank_count; i++) {
        uint32_t other = (uint32_t)property_below(property, i + 1);
        order[i] = order[other];
        order[other] = i;
    }
}

static void ranks_exchange_bytes(void **state)
{
    (void)state;
    struct property property = property_start("exchange");
    for (int round = 0; round < 40; round++) {
        uint32_t to[256] = {0};
        uint32_t from = 0;
        shuffle(to, &property);
        while (to[from] != cluster.rank)
            from++;
        size_t length = (size_t)property_below(&property, 2) * property_below(&property, 200000);
        unsigned char *send = malloc(length + 1);
        unsigned char *receive = malloc(length + 1);
        memset(send, (int)cluster.rank + 1, length + 1);
        memset(receive, 0, length + 1);
        cluster_exchange(&cluster, send, to[cluster.rank], receive, from, length);
        bool good = receive[length] == 0;
        for (size_t at = 0; at < length; at++)
            good = good && receive[at] == from + 1;
        free(send);
        free(receive);
        assert_everywhere(good);
    }
}

static void each_rank_gets_its_sums(void **state)
{
    (void)state;
    const uint32_t ranks = cluster.shape.rank_count;
    uint64_t *all = calloc(ranks, 3 * sizeof *all);
    uint64_t mine[3] = {0};
    for (uint32_t i = 0; i < ranks; i++) {
        all[3 * i] = i;
        all[3 * i + 1] = cluster.rank;
        all[3 * i + 2] = UINT64_C(1) << 63; /* sums of hashes overflow */
    }
    cluster_sum_for_each(&cluster, all, mine, 3);
    free(all);
    assert_everywhere(mine[0] == (uint64_t)ranks * cluster.rank &&
                      mine[1] == (uint64_t)ranks * (ranks - 1) / 2 &&
                      mine[2] == (uint64_t)(ranks % 2) << 63);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void broadcast_any(void)
{
    int value = 0;
    cluster_broadcast(&cluster, &value, sizeof value);
}

static void broadcast_text(void)
{
    char text[] = "a text";
    char *shared = text;
    assert_int_equal(cluster_broadcast_text(&cluster, &shared), 0);
    if (cluster.rank)
        free(shared);
}

static void sum(void)
{
    cluster_sum(&cluster, 1);
}

static void gather(void)
{
    void *all;
    size_t count;
    assert_int_equal(
        cluster_gather(&cluster, &cluster.rank, sizeof cluster.rank, 1, &all, &count, NULL), 0);
    free(all);
}

/* Rank 0 may be held up, as by a slow file: meanwhile the others leave the cores alone. */
static void ranks_that_wait_for_rank_0_sleep(void **state)
{
    (void)state;
    void (*const waits[])(void) = {broadcast_any, broadcast_text, sum, gather};
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        cluster_gate_sleeping(&cluster);
        const int64_t start_ns = clock_ns(CLOCK_MONOTONIC);
        const int64_t start_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
        if (cluster.rank == 0)
            usleep(400 * 1000);
        waits[i]();
        const int64_t cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - start_cpu_ns;
        assert_everywhere(cpu_ns * 20 < clock_ns(CLOCK_MONOTONIC) - start_ns);
    }
}

/* More than one piece, and more than MPI's int can count: needs gigabytes, so only in --long. */
static void more_bytes_than_an_int_can_count(void **state)
{
    (void)state;
    if (!getenv("TIDEMILL_TEST_LONG")) {
        print_message("skipped: needs 5 GiB for each rank; set TIDEMILL_TEST_LONG=1\n");
        skip();
    }
    size_t length = ((size_t)1 << 31) + 12345;
    uint64_t *send = malloc(length + 8);
    uint64_t *receive = calloc(1, length + 8);
    for (size_t at = 0; at < length / 8; at++)
        send[at] = at ^ cluster.rank;
    uint32_t next = (cluster.rank + 1) % cluster.shape.rank_count;
    uint32_t last = (cluster.rank + cluster.shape.rank_count - 1) % cluster.shape.rank_count;
    cluster_exchange(&cluster, send, next, receive, last, length);
    bool good = true;
    for (size_t at = 0; at < length / 8; at++)
        good = good && receive[at] == (at ^ last);
    assert_everywhere(good);
    cluster_broadcast(&cluster, send, length);
    for (size_t at = 0; at < length / 8; at++)
        good = good && send[at] == at;
    assert_everywhere(good);
    free(send);
    free(receive);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_broadcast),
        cmocka_unit_test(a_text_is_broadcast),
        cmocka_unit_test(sums_minima_and_maxima),
        cmocka_unit_test(ranks_exchange_bytes),
        cmocka_unit_test(each_rank_gets_its_sums),
        cmocka_unit_test(ranks_that_wait_for_rank_0_sleep),
        cmocka_unit_test(more_bytes_than_an_int_can_count),
    };
    return RANKS_MAIN(argc, argv, "share", tests);
}
