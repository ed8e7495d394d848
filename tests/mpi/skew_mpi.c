/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every rank reads the machine's clock with its own offset and drift, so the true offset is known;
 * the result must be within its own error bound.
 */
#include "ranks.h"

#include <stdlib.h>

#include "cluster/skew.h"
#include "platform/clock.h"

enum { SECOND_NS = 1000000000, NAP_NS = 100 * 1000 * 1000 };

/* The start is not waited for: far more time than a busy machine needs until the last rank checks
 * it. */
static const int64_t ahead_ns = 60LL * SECOND_NS;

/* local = true + offset + (true - zero) * ppm / 10^6 */
struct wrong_clock {
    int64_t zero_ns;
    int64_t offset_ns;
    int64_t drift_ppm;
};

static int64_t local_of(const struct wrong_clock *clock, int64_t true_ns)
{
    return true_ns + clock->offset_ns + (true_ns - clock->zero_ns) * clock->drift_ppm / 1000000;
}

static int64_t read_wrong(void *context)
{
    return local_of(context, clock_now_ns());
}

static int64_t read_wall(void *context)
{
    (void)context;
    return clock_wall_ns();
}

static struct wrong_clock clock_of(uint32_t keeper_host, int64_t zero_ns, uint64_t round)
{
    struct property property = {.state = round * 1000 + keeper_host};
    return (struct wrong_clock){
        .zero_ns = zero_ns,
        .offset_ns = (int64_t)property_below(&property, 2000) * SECOND_NS - 1000LL * SECOND_NS,
        .drift_ppm = (int64_t)property_below(&property, 201) - 100,
    };
}

/* Returns the true offset from rank 0's clock when the local clock shows 'local_ns'. */
static int64_t true_offset(const struct wrong_clock *own, const struct wrong_clock *first,
                           int64_t local_ns)
{
    int64_t low = own->zero_ns - SECOND_NS;
    int64_t high = own->zero_ns + 3600LL * SECOND_NS;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        *(local_of(own, middle) <= local_ns ? &low : &high) = middle;
    }
    return local_ns - local_of(first, low);
}

static bool within(int64_t value, int64_t limit)
{
    return value <= limit && value >= -limit;
}

static void offset_and_drift_are_within_the_bound(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 3; round++) {
        int64_t zero_ns = clock_now_ns();
        cluster_broadcast(&cluster, &zero_ns, sizeof zero_ns);
        uint32_t host = layout_host(cluster.rank, cluster.shape.rank_count);
        struct wrong_clock own = clock_of(host, zero_ns, round);
        uint32_t first_host = layout_host(0, cluster.shape.rank_count);
        struct wrong_clock first = clock_of(first_host, zero_ns, round);
        struct clock_source source = {read_wrong, read_wall, &own};
        struct clock_point before;
        struct clock_point after;
        cluster_compare_clocks(&cluster, &source, &before);
        clock_sleep_ns(NAP_NS);
        int64_t middle_ns = read_wrong(&own);
        clock_sleep_ns(NAP_NS);
        cluster_compare_clocks(&cluster, &source, &after);

        int64_t wrong_ns = before.offset_ns - true_offset(&own, &first, before.local_ns);
        assert_everywhere(before.error_ns >= 0 && within(wrong_ns, before.error_ns + 2));
        wrong_ns = after.offset_ns - true_offset(&own, &first, after.local_ns);
        assert_everywhere(within(wrong_ns, after.error_ns + 2));

        int64_t common_ns = clock_common_ns(&before, &after, middle_ns);
        wrong_ns = common_ns - (middle_ns - true_offset(&own, &first, middle_ns));
        int64_t bound_ns = before.error_ns > after.error_ns ? before.error_ns : after.error_ns;
        assert_everywhere(within(wrong_ns, bound_ns + 2));
        bool with_first = host == first_host;
        assert_everywhere(!with_first || (before.error_ns == 0 && before.offset_ns == 0));
        if (getenv("TIDEMILL_PRINT_SKEW"))
            fprintf(stderr, "rank %u: wrong by %lld ns, bound %lld ns, drift %lld ppb\n",
                    cluster.rank, (long long)wrong_ns, (long long)bound_ns,
                    (long long)clock_drift_ppb(&before, &after));
    }
}

/* A clock that both of two ranks read as scripted: exchange number k begins at 2 k ms. One round
 * trip takes 10 us; all others take 1 ms, of which the reply takes nothing. */
enum {
    EXCHANGE_NS = 2 * 1000 * 1000,
    SLOW_NS = 1000 * 1000,
    FAST_NS = 10 * 1000,
    FAST_EXCHANGE = 40,
    LEAD_NS = 123456789,
};

struct scripted_clock {
    bool serves;
    int calls; /* the first one is not part of an exchange */
};

static int64_t read_scripted(void *context)
{
    struct scripted_clock *clock = context;
    int call = clock->calls++ - 1;
    if (call < 0)
        return 0;
    int exchange = clock->serves ? call : call / 2;
    int64_t begins_ns = (int64_t)exchange * EXCHANGE_NS;
    bool fast = exchange == FAST_EXCHANGE;
    if (clock->serves)
        return begins_ns + (fast ? FAST_NS / 2 : SLOW_NS);
    return begins_ns + LEAD_NS + (call % 2 ? (fast ? FAST_NS : SLOW_NS) : 0);
}

static int64_t read_nothing(void *context)
{
    (void)context;
    return 0;
}

/* However slow most exchanges are. */
static void the_shortest_round_trip_decides(void **state)
{
    (void)state;
    if (cluster.shape.rank_count != 2 || cluster.shape.node_count != 2)
        return;
    struct scripted_clock clock = {.serves = cluster.rank == 0};
    struct clock_source source = {read_scripted, read_nothing, &clock};
    struct clock_point point;
    cluster_compare_clocks(&cluster, &source, &point);
    bool first = cluster.rank == 0;
    assert_everywhere(first || point.round_trip_ns == FAST_NS);
    assert_everywhere(point.offset_ns == (first ? 0 : LEAD_NS));
    /* half of the trip, and what two clocks may drift apart until then */
    int64_t drift_ns = (int64_t)(FAST_EXCHANGE + 1) * EXCHANGE_NS / 2000;
    assert_everywhere(
        first || (point.error_ns > FAST_NS / 2 && point.error_ns <= FAST_NS / 2 + 1 + drift_ns));
}

/* The start is in the future on every clock, and is the same instant. */
static void all_ranks_get_the_same_start(void **state)
{
    (void)state;
    int64_t zero_ns = clock_now_ns();
    cluster_broadcast(&cluster, &zero_ns, sizeof zero_ns);
    struct wrong_clock own =
        clock_of(layout_host(cluster.rank, cluster.shape.rank_count), zero_ns, 9);
    struct clock_source source = {read_wrong, read_wall, &own};
    struct clock_point point;
    cluster_compare_clocks(&cluster, &source, &point);
    int64_t slack_ns = 0;
    int64_t start_ns = cluster_agree_start(&cluster, &source, &point, ahead_ns, &slack_ns);
    bool ahead = start_ns > read_wrong(&own);
    assert_everywhere(ahead && slack_ns >= ahead_ns);
    int64_t common_ns = start_ns - point.offset_ns;
    uint64_t least = cluster_min(&cluster, (uint64_t)common_ns);
    assert_everywhere(least == (uint64_t)common_ns);
}

static void instants_are_converted(void **state)
{
    (void)state;
    const struct clock_point before = {.local_ns = 1000, .offset_ns = 100, .error_ns = 1};
    const struct clock_point after = {.local_ns = 2001000, .offset_ns = 300, .error_ns = 1};
    assert_everywhere(clock_common_ns(&before, &after, 1000) == 900);
    assert_everywhere(clock_common_ns(&before, &after, 2001000) == 2000700);
    assert_everywhere(clock_common_ns(&before, &after, 1001000) == 1000800);
    assert_everywhere(clock_common_ns(&before, &before, 5000) == 4900);
    assert_everywhere(clock_drift_ppb(&before, &after) == 100010);
    const struct clock_point unsure = {.local_ns = 2001000, .offset_ns = 300, .error_ns = 200};
    assert_everywhere(clock_drift_ppb(&before, &unsure) == 0);
    assert_everywhere(clock_drift_ppb(&before, &before) == 0);
    /* weeks of uptime do not overflow */
    const struct clock_point long_ago = {.local_ns = 1, .offset_ns = -(INT64_C(1) << 61)};
    const struct clock_point now = {.local_ns = INT64_C(1) << 61, .offset_ns = -(INT64_C(1) << 61)};
    assert_everywhere(clock_common_ns(&long_ago, &now, INT64_C(1) << 60) ==
                      (INT64_C(1) << 60) + (INT64_C(1) << 61));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offset_and_drift_are_within_the_bound),
        cmocka_unit_test(the_shortest_round_trip_decides),
        cmocka_unit_test(all_ranks_get_the_same_start),
        cmocka_unit_test(instants_are_converted),
    };
    return RANKS_MAIN(argc, argv, "skew", tests);
}
