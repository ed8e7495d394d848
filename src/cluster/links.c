/* SPDX-License-Identifier: Apache-2.0 */
#include "links.h"

#include "arrivals.h"
#include "platform/clock.h"

enum { FIRST_NAP_NS = 50 * 1000, LONGEST_NAP_NS = 1000 * 1000, PIECE_BYTES = 1 << 30 };

/* 'links' NULL: without the watch for missing ranks. */
static void wait_sleeping(struct cluster_links *links, MPI_Request *request)
{
    int64_t nap_ns = FIRST_NAP_NS;
    for (;;) {
        int done = 0;
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done)
            return;
        if (links)
            arrivals_progress(links);
        clock_sleep_ns(nap_ns);
        nap_ns = nap_ns * 2 < LONGEST_NAP_NS ? nap_ns * 2 : LONGEST_NAP_NS;
    }
}

void links_wait_sleeping(struct cluster_links *links, MPI_Request *request)
{
    arrivals_enter(links);
    wait_sleeping(links, request);
    arrivals_end(links);
}

void links_reduce(MPI_Comm comm, const void *mine, void *all, MPI_Datatype type, MPI_Op operation)
{
    MPI_Request request;
    MPI_Iallreduce(mine, all, 1, type, operation, comm, &request);
    wait_sleeping(NULL, &request);
}

void links_sum_for_each(MPI_Comm comm, const uint64_t *all, uint64_t *mine, int count)
{
    MPI_Request request;
    MPI_Ireduce_scatter_block(all, mine, count, MPI_UINT64_T, MPI_SUM, comm, &request);
    wait_sleeping(NULL, &request);
}

int links_worst(MPI_Comm comm, int code)
{
    int worst = 0;
    links_reduce(comm, &code, &worst, MPI_INT, MPI_MIN);
    return worst;
}

static int piece(uint64_t left)
{
    return left < PIECE_BYTES ? (int)left : PIECE_BYTES;
}

void links_send(MPI_Comm comm, const void *bytes, uint64_t length, int to, int tag)
{
    const char *from = bytes;
    for (uint64_t sent = 0; sent < length; sent += (uint64_t)piece(length - sent))
        MPI_Send(from + sent, piece(length - sent), MPI_BYTE, to, tag, comm);
}

void links_receive(MPI_Comm comm, void *bytes, uint64_t length, int from, int tag)
{
    char *to = bytes;
    for (uint64_t got = 0; got < length; got += (uint64_t)piece(length - got))
        MPI_Recv(to + got, piece(length - got), MPI_BYTE, from, tag, comm, MPI_STATUS_IGNORE);
}

void links_broadcast(MPI_Comm comm, void *bytes, uint64_t length)
{
    char *at = bytes;
    for (uint64_t done = 0; done < length; done += (uint64_t)piece(length - done)) {
        MPI_Request request;
        MPI_Ibcast(at + done, piece(length - done), MPI_BYTE, 0, comm, &request);
        wait_sleeping(NULL, &request);
    }
}
