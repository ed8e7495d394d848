/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/skew.h"

#include "links.h"
#include "platform/clock.h"

enum {
    /* Exchanges continue until the shortest round trip has been repeated: on a busy node the first
     * exchanges may all be slow. */
    LEAST_EXCHANGES = 64,
    SIMILAR_TRIPS = 8,
    LONGEST_COMPARISON_MS = 100,
    GATES_OF_SLACK = 4,
    /* Largest drift between two comparisons: Linux slews a clock by at most 500 ppm. */
    WORST_DRIFT_PPM = 500,
};

/* The reply of a parent: the common time at which it replied, and its error bound. */
struct reply {
    int64_t common_ns;
    int64_t error_ns;
};

/* The child requests the time until it has enough replies. */
enum request { REQUEST_TIME, REQUEST_END };

static int64_t kernel_now(void *context)
{
    (void)context;
    return clock_now_ns();
}

static int64_t kernel_wall(void *context)
{
    (void)context;
    return clock_wall_ns();
}

const struct clock_source clock_source_kernel = {.now_ns = kernel_now, .wall_ns = kernel_wall};

static int64_t now(const struct clock_source *source)
{
    return source->now_ns(source->context);
}

/* The error bound grows with the age of a comparison. */
static int64_t error_at(const struct clock_point *point, int64_t local_ns)
{
    return point->error_ns + (local_ns - point->local_ns) * WORST_DRIFT_PPM / 1000000;
}

static void serve_time(MPI_Comm comm, int child, const struct clock_source *source,
                       const struct clock_point *point)
{
    for (;;) {
        int request = REQUEST_END;
        MPI_Recv(&request, 1, MPI_INT, child, TAG_CLOCK, comm, MPI_STATUS_IGNORE);
        if (request == REQUEST_END)
            return;
        int64_t local_ns = now(source);
        struct reply reply = {.common_ns = local_ns - point->offset_ns,
                              .error_ns = error_at(point, local_ns)};
        MPI_Send(&reply, sizeof reply, MPI_BYTE, child, TAG_CLOCK, comm);
    }
}

/* The parent replied at some time between send and receive: in the middle, plus or minus half.
 * Returns the length of the round trip. */
static int64_t request_time(MPI_Comm comm, int parent, const struct clock_source *source,
                            struct clock_point *point)
{
    const int request = REQUEST_TIME;
    struct reply reply;
    int64_t sent_ns = now(source);
    MPI_Send(&request, 1, MPI_INT, parent, TAG_CLOCK, comm);
    MPI_Recv(&reply, sizeof reply, MPI_BYTE, parent, TAG_CLOCK, comm, MPI_STATUS_IGNORE);
    int64_t round_trip_ns = now(source) - sent_ns;
    if (point->round_trip_ns == 0 || round_trip_ns < point->round_trip_ns) {
        point->local_ns = sent_ns + round_trip_ns / 2;
        point->offset_ns = point->local_ns - reply.common_ns;
        point->round_trip_ns = round_trip_ns;
        point->error_ns = round_trip_ns / 2 + 1 + reply.error_ns;
    }
    return round_trip_ns;
}

static void estimate_offset(MPI_Comm comm, int parent, const struct clock_source *source,
                            struct clock_point *point)
{
    const int end = REQUEST_END;
    const int64_t end_ns = clock_now_ns() + LONGEST_COMPARISON_MS * INT64_C(1000000);
    int similar = 0;
    for (int i = 0; i < LEAST_EXCHANGES || (similar < SIMILAR_TRIPS && clock_now_ns() < end_ns);
         i++) {
        int64_t shortest_ns = point->round_trip_ns;
        int64_t trip_ns = request_time(comm, parent, source, point);
        if (trip_ns < shortest_ns - shortest_ns / 4)
            similar = 0;
        else if (trip_ns <= shortest_ns + shortest_ns / 4)
            similar++;
    }
    MPI_Send(&end, 1, MPI_INT, parent, TAG_CLOCK, comm);
}

/* In each step every rank that knows the common time serves one that does not. */
static void compare_keepers(MPI_Comm comm, const struct clock_source *source,
                            struct clock_point *point)
{
    int rank = 0;
    int count = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &count);
    for (int step = 1; step < count; step *= 2) {
        if (rank < step && rank + step < count)
            serve_time(comm, rank + step, source, point);
        else if (rank >= step && rank < 2 * step)
            estimate_offset(comm, rank - step, source, point);
    }
}

void cluster_compare_clocks(struct cluster *cluster, const struct clock_source *source,
                            struct clock_point *point)
{
    struct cluster_links *links = cluster->links;
    *point = (struct clock_point){.local_ns = now(source)};
    if (links->keepers != MPI_COMM_NULL)
        compare_keepers(links->keepers, source, point);
    int64_t local_ns = now(source);
    point->wall_ns = source->wall_ns(source->context) - local_ns;
    MPI_Bcast(point, sizeof *point, MPI_BYTE, 0, links->clock);
}

int64_t cluster_agree_start(struct cluster *cluster, const struct clock_source *source,
                            const struct clock_point *point, int64_t least_ns, int64_t *slack_ns)
{
    MPI_Comm world = cluster->links->world;
    int64_t start_ns[2] = {0};
    MPI_Barrier(world);
    int64_t before_ns = now(source);
    MPI_Barrier(world);
    int64_t after_ns = now(source);
    start_ns[1] = GATES_OF_SLACK * (after_ns - before_ns);
    if (start_ns[1] < least_ns)
        start_ns[1] = least_ns;
    start_ns[0] = now(source) - point->offset_ns + start_ns[1];
    MPI_Bcast(start_ns, 2, MPI_INT64_T, 0, world);
    *slack_ns = start_ns[1];
    return start_ns[0] + point->offset_ns;
}

__extension__ typedef __int128 wide;

/* Computes value * times / by without overflow. */
static int64_t scale(int64_t value, int64_t times, int64_t by)
{
    return (int64_t)((wide)value * times / by);
}

int64_t clock_common_ns(const struct clock_point *before, const struct clock_point *after,
                        int64_t local_ns)
{
    int64_t span_ns = after->local_ns - before->local_ns;
    int64_t offset_ns = before->offset_ns;
    if (span_ns > 0)
        offset_ns +=
            scale(after->offset_ns - before->offset_ns, local_ns - before->local_ns, span_ns);
    return local_ns - offset_ns;
}

int64_t clock_drift_ppb(const struct clock_point *before, const struct clock_point *after)
{
    int64_t span_ns = after->local_ns - before->local_ns;
    int64_t change_ns = after->offset_ns - before->offset_ns;
    int64_t error_ns = before->error_ns + after->error_ns;
    if (span_ns <= 0 || (change_ns <= error_ns && change_ns >= -error_ns))
        return 0;
    return scale(change_ns, 1000000000, span_ns - change_ns);
}
