#include "cluster/skew.h"

#include "links.h"
#include "platform/clock.h"

enum {
    /* Exchanges go on until the shortest trip was met again: on a busy node a first run of them can
     * miss it altogether. */
    LEAST_EXCHANGES = 64,
    TRIPS_ALIKE = 8,
    LONGEST_COMPARISON_MS = 100,
    GATES_OF_SLACK = 4,
    /* What a clock may run wrong between two looks at it: kernels slew by at most 500 ppm. */
    WORST_DRIFT_PPM = 500,
};

/* What a parent answers: the common time at which it did, and how wrong that may be. */
struct answer {
    int64_t common_ns;
    int64_t error_ns;
};

/* Who learns asks until it has enough. */
enum question { ASK_TIME, ASK_NO_MORE };

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

/* A point that is some time old is less sure. */
static int64_t error_at(const struct clock_point *point, int64_t local_ns)
{
    return point->error_ns + (local_ns - point->local_ns) * WORST_DRIFT_PPM / 1000000;
}

static void teach(MPI_Comm comm, int child, const struct clock_source *source,
                  const struct clock_point *point)
{
    for (;;) {
        int question = ASK_NO_MORE;
        MPI_Recv(&question, 1, MPI_INT, child, TAG_CLOCK, comm, MPI_STATUS_IGNORE);
        if (question == ASK_NO_MORE)
            return;
        int64_t local_ns = now(source);
        struct answer answer = {.common_ns = local_ns - point->offset_ns,
                                .error_ns = error_at(point, local_ns)};
        MPI_Send(&answer, sizeof answer, MPI_BYTE, child, TAG_CLOCK, comm);
    }
}

/* The answer was given some time between sending and receiving: in the middle, give or take half.
 * Returns the length of the trip. */
static int64_t learn_once(MPI_Comm comm, int parent, const struct clock_source *source,
                          struct clock_point *point)
{
    const int question = ASK_TIME;
    struct answer answer;
    int64_t sent_ns = now(source);
    MPI_Send(&question, 1, MPI_INT, parent, TAG_CLOCK, comm);
    MPI_Recv(&answer, sizeof answer, MPI_BYTE, parent, TAG_CLOCK, comm, MPI_STATUS_IGNORE);
    int64_t round_trip_ns = now(source) - sent_ns;
    if (point->round_trip_ns == 0 || round_trip_ns < point->round_trip_ns) {
        point->local_ns = sent_ns + round_trip_ns / 2;
        point->offset_ns = point->local_ns - answer.common_ns;
        point->round_trip_ns = round_trip_ns;
        point->error_ns = round_trip_ns / 2 + 1 + answer.error_ns;
    }
    return round_trip_ns;
}

static void learn(MPI_Comm comm, int parent, const struct clock_source *source,
                  struct clock_point *point)
{
    const int no_more = ASK_NO_MORE;
    const int64_t end_ns = clock_now_ns() + LONGEST_COMPARISON_MS * INT64_C(1000000);
    int alike = 0;
    for (int i = 0; i < LEAST_EXCHANGES || (alike < TRIPS_ALIKE && clock_now_ns() < end_ns); i++) {
        int64_t shortest_ns = point->round_trip_ns;
        int64_t trip_ns = learn_once(comm, parent, source, point);
        if (trip_ns < shortest_ns - shortest_ns / 4)
            alike = 0;
        else if (trip_ns <= shortest_ns + shortest_ns / 4)
            alike++;
    }
    MPI_Send(&no_more, 1, MPI_INT, parent, TAG_CLOCK, comm);
}

/* Round by round, those who know the common time teach as many others. */
static void compare_keepers(MPI_Comm comm, const struct clock_source *source,
                            struct clock_point *point)
{
    int rank = 0;
    int count = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &count);
    for (int step = 1; step < count; step *= 2) {
        if (rank < step && rank + step < count)
            teach(comm, rank + step, source, point);
        else if (rank >= step && rank < 2 * step)
            learn(comm, rank - step, source, point);
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

int64_t cluster_start_at(struct cluster *cluster, const struct clock_source *source,
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

/* Multiplies before it divides, and does not overflow. */
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
    int64_t doubt_ns = before->error_ns + after->error_ns;
    if (span_ns <= 0 || (change_ns <= doubt_ns && change_ns >= -doubt_ns))
        return 0;
    return scale(change_ns, 1000000000, span_ns - change_ns);
}
