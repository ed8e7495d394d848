/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/writer_share.h"

#include "base/checked.h"

uint64_t share_request_from(const struct share *share, uint64_t bytes)
{
    if (!share->turn_bytes)
        return divide_up(bytes, share->request_bytes);
    return bytes / share->turn_bytes * share->turn_requests +
           divide_up(bytes % share->turn_bytes, share->request_bytes);
}

uint64_t share_request_at(const struct share *share, uint64_t bytes)
{
    if (!share->turn_bytes)
        return bytes / share->request_bytes;
    return bytes / share->turn_bytes * share->turn_requests +
           bytes % share->turn_bytes / share->request_bytes;
}

uint64_t share_file_bytes(const struct share *share, uint64_t file)
{
    return smaller(share->cut_bytes, share->file_offset + share->bytes - file * share->cut_bytes);
}

void share_cut(struct share *share, uint64_t bytes)
{
    share->cut_bytes = share->turn_bytes = share->period_bytes = bytes;
    share->turn_requests = bytes ? divide_up(bytes, share->request_bytes) : 0;
    share_set_bytes(share, share->bytes);
}

void share_set_bytes(struct share *share, uint64_t bytes)
{
    share->bytes = bytes;
    share->request_count = share_request_from(share, bytes);
}

uint64_t share_bytes_before(const struct share *share, uint64_t index)
{
    if (index >= share->request_count)
        return share->bytes;
    if (!share->turn_bytes)
        return index * share->request_bytes;
    return index / share->turn_requests * share->turn_bytes +
           index % share->turn_requests * share->request_bytes;
}
