/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the requests each thread reads. */
#include "base/checked.h"
#include "plan/reading.h"

/* The requests from 'first' to before 'end', counted over all stretches, that are in a stretch. */
static bool cut(const struct piece *stretch, uint64_t first, uint64_t end, struct piece *piece)
{
    const struct share *share = &stretch->share;
    uint64_t before = first > stretch->first_request ? first - stretch->first_request : 0;
    uint64_t after = end > stretch->first_request ? end - stretch->first_request : 0;
    if (after > share->request_count)
        after = share->request_count;
    if (before >= after)
        return false;
    *piece = *stretch;
    piece->first_request += before;
    if (share->turn_bytes && !share->cut_bytes) {
        piece->share.skipped_requests = before;
        piece->share.request_count = after - before;
        return true;
    }
    const uint64_t start = share_bytes_before(share, before);
    piece->share.file_offset += start;
    share_set_bytes(&piece->share, share_bytes_before(share, after) - start);
    return true;
}

static uint64_t count_files(const struct piece *stretch)
{
    return divide_up(stretch->share.request_count, stretch->share.turn_requests);
}

/* The first request of the file that a thread begins with, counted over all stretches. */
static uint64_t first_of_files(const struct reading *reading, uint32_t thread)
{
    const struct piece *stretch = reading->stretches;
    uint64_t files = 0;
    for (uint32_t i = 0; i < reading->stretch_count; i++)
        files += count_files(&stretch[i]);
    files = checked_scale(files, thread, reading->setup.threads);
    for (uint32_t i = 0; i < reading->stretch_count; files -= count_files(stretch++), i++)
        if (files < count_files(stretch))
            return stretch->first_request + files * stretch->share.turn_requests;
    return reading->request_count;
}

/* The first request of a thread, counted over all stretches. */
static uint64_t first_of(const struct reading *reading, uint32_t thread)
{
    return reading->setup.written->setup.files_per_rank > 1
               ? first_of_files(reading, thread)
               : checked_scale(reading->request_count, thread, reading->setup.threads);
}

void reading_assign(const struct reading *reading, uint32_t thread, struct piece *pieces,
                    struct reading_part *dealt)
{
    const struct reading_setup *setup = &reading->setup;
    uint64_t first = first_of(reading, thread);
    uint64_t end = first_of(reading, thread + 1);
    if (reading->same) {
        first = reading->stretches[thread].first_request;
        end = first + reading->stretches[thread].share.request_count;
    }
    *dealt = (struct reading_part){
        .sequence = {.count = end - first, .order = setup->order},
        .places = end - first,
    };
    for (uint32_t i = 0; i < reading->stretch_count; i++)
        if (cut(&reading->stretches[i], first, end, &pieces[dealt->piece_count]))
            pieces[dealt->piece_count++].first_request -= first;
    if (dealt->piece_count) {
        const struct share *share = &pieces[0].share;
        dealt->sequence.file_requests = share->cut_bytes ? share->turn_requests : 0;
        dealt->sequence.key =
            sequence_key(setup->seed, share->file, share->file_offset + share->skipped_requests);
    }
    if (reading->anew)
        dealt->sequence.key = sequence_key(dealt->sequence.key, setup->epoch, 0);
    if (reading->same && setup->acknowledged[thread].issued < dealt->places)
        dealt->places = setup->acknowledged[thread].issued;
}
