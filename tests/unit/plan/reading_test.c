/* SPDX-License-Identifier: Apache-2.0 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "property.h"

#include "base/checked.h"
#include "plan/reading.h"
#include "written.h"

enum { THREADS_MOST = 9, ROUNDS = 4000 };

static struct reading_setup as_written(const struct written *written, uint32_t rank)
{
    return (struct reading_setup){
        .written = &written->geometry,
        .written_order = written->order,
        .seed = written->seed,
        .rank = rank,
        .acknowledged = written->sets[rank],
        .request_bytes = written->geometry.setup.request_bytes,
        .threads = written->geometry.setup.writers_per_rank,
        .order = written->order,
    };
}

/* What the requests of all threads together did to each byte of the data set. */
struct tally {
    uint8_t covered[BYTES_MOST]; /* by requests, whether or not they may be read */
    uint8_t read[BYTES_MOST];
    struct amount amount;
    uint64_t least, most; /* requests of one thread */
};

static const struct piece *piece_of(const struct piece *pieces, uint32_t count, uint64_t request)
{
    const struct piece *piece = &pieces[count - 1];
    while (piece > pieces && piece->first_request > request)
        piece--;
    return piece;
}

/* A piece is in the file of its rank and writer, within the part of the rank. */
static void check_piece(const struct reading *reading, const struct piece *piece)
{
    const struct geometry *geometry = reading->setup.written;
    const struct share *share = &piece->share;
    struct share first, named;
    geometry_share(geometry, piece->rank, 0, &first);
    geometry_share(geometry, piece->rank, piece->writer, &named);
    const uint64_t begin = first.file_base + first.file_offset;
    assert_int_equal(piece->rank, reading->setup.rank);
    assert_int_equal(share->file, named.file);
    assert_int_equal(share->file_base, named.file_base);
    assert_int_equal(share->request_bytes, reading->setup.request_bytes);
    if (share->turn_bytes && !share->cut_bytes)
        return; /* each of its requests is checked by the owner of its bytes */
    assert_int_equal(share->request_count, share_request_from(share, share->bytes));
    assert_true(share->bytes > 0 && share->file_base + share->file_offset >= begin);
    assert_true(share->file_base + share->file_offset + share->bytes <=
                begin + geometry_rank_bytes(geometry, piece->rank));
    assert_true(share->file_offset + share->bytes <= geometry_file_bytes(geometry, &named));
    if (reading->same || !share->cut_bytes)
        return; /* whole files: all have one size but the rank's last */
    assert_int_equal(share->file_offset % share->cut_bytes, 0);
    assert_true(share->bytes % share->cut_bytes == 0 ||
                share->file_base + share->file_offset + share->bytes ==
                    begin + geometry_rank_bytes(geometry, piece->rank));
}

/* In random order, a file is read from its begin to its end before the next one. */
static void check_file_order(const struct reading_part *dealt)
{
    const uint64_t requests = dealt->sequence.file_requests;
    uint64_t within = 0;
    uint64_t file = 0;
    for (uint64_t place = 0; place < dealt->sequence.count && requests; place++, within++) {
        const uint64_t request = sequence_at(&dealt->sequence, place);
        if (within == requests || file * requests + within == dealt->sequence.count)
            within = 0;
        if (!within)
            file = request / requests;
        assert_int_equal(request, file * requests + within);
        assert_int_equal(sequence_place_of(&dealt->sequence, request), place);
    }
}

static void read_request(const struct written *written, const struct reading *reading,
                         uint32_t thread, uint64_t place, const struct piece *piece,
                         struct extent extent, struct tally *tally)
{
    uint64_t start = piece->share.file_base + extent.offset;
    const uint64_t cut = piece->share.cut_bytes;
    bool right = true;
    if (cut)
        assert_int_equal(extent.offset / cut, (extent.offset + extent.length - 1) / cut);
    for (uint64_t i = 0; i < extent.length; i++) {
        right &= written->had[start + i];
        tally->covered[start + i]++;
    }
    assert_true(extent.length > 0 && extent.length <= reading->setup.request_bytes);
    assert_int_equal(reading_may_read(reading, thread, place, piece->share.file_base, extent),
                     right);
    for (uint64_t i = 0; i < extent.length; i++)
        tally->read[start + i] += right;
    tally->amount.requests += right;
    tally->amount.bytes += right ? extent.length : 0;
}

static void read_thread(const struct written *written, const struct reading *reading,
                        uint32_t thread, struct tally *tally)
{
    struct piece pieces[WRITERS_MOST];
    struct reading_part dealt;
    uint64_t requests = 0;
    reading_assign(reading, thread, pieces, &dealt);
    assert_true(dealt.piece_count <= reading->stretch_count);
    for (uint32_t i = 0; i < dealt.piece_count; i++) {
        assert_int_equal(pieces[i].first_request, requests);
        check_piece(reading, &pieces[i]);
        requests += pieces[i].share.request_count;
    }
    if (dealt.sequence.order == ORDER_RANDOM)
        check_file_order(&dealt);
    assert_int_equal(dealt.sequence.count, requests);
    assert_int_equal(dealt.sequence.order, reading->setup.order);
    assert_true(dealt.places <= requests);
    for (uint64_t place = 0; place < dealt.places; place++) {
        uint64_t request = sequence_at(&dealt.sequence, place);
        const struct piece *piece = piece_of(pieces, dealt.piece_count, request);
        read_request(written, reading, thread, place, piece,
                     share_extent(&piece->share, request - piece->first_request), tally);
    }
    tally->least = requests < tally->least ? requests : tally->least;
    tally->most = requests > tally->most ? requests : tally->most;
}

/* Each byte that was acknowledged is in exactly one request, none is in two, and exactly those
 * requests may be read that hold nothing else. */
static void check_reading(const struct written *written, const struct reading_setup *setup)
{
    struct reading reading;
    struct tally tally = {.least = UINT64_MAX};
    struct amount amount;
    assert_int_equal(reading_init(&reading, setup, NULL), 0);
    for (uint32_t thread = 0; thread < setup->threads; thread++)
        read_thread(written, &reading, thread, &tally);
    for (uint64_t i = 0; i < BYTES_MOST; i++) {
        bool mine = written->owner[i] == setup->rank + 1;
        assert_in_range(tally.covered[i], mine && written->had[i], 1);
        assert_in_range(tally.read[i], 0, mine && written->had[i]);
        if (reading.whole && tally.covered[i])
            assert_int_equal(tally.read[i], 1);
    }
    if (!reading.same)
        assert_true(tally.most - tally.least <= 1 || setup->written->setup.files_per_rank > 1);
    reading_count(&reading, &amount);
    assert_int_equal(amount.requests, tally.amount.requests);
    assert_int_equal(amount.bytes, tally.amount.bytes);
    reading_release(&reading);
}

static void test_every_acknowledged_byte_once(void **state)
{
    (void)state;
    struct property property = property_start("reading");
    for (int round = 0; round < ROUNDS; round++) {
        struct written written = {0};
        write_some(&property, &written);
        for (uint32_t rank = 0; rank < written.geometry.setup.shape.rank_count; rank++) {
            struct reading_setup setup = as_written(&written, rank);
            if (property_below(&property, 4))
                setup.request_bytes = some_bytes(&property, written.geometry.setup.turn_bytes
                                                                ? written.geometry.setup.turn_bytes
                                                                : 300);
            if (property_below(&property, 4))
                setup.threads = 1 + (uint32_t)property_below(&property, THREADS_MOST);
            if (property_below(&property, 4))
                setup.order = orders[property_below(&property, 3)];
            if (property_below(&property, 2))
                setup.epoch = property_below(&property, 5);
            check_reading(&written, &setup);
        }
        geometry_release(&written.geometry);
    }
}

/* Drawn requests are counted one by one, as only some of them may be read. */
static void test_drawn_requests_are_counted(void **state)
{
    (void)state;
    struct property property = property_start("drawn");
    for (int round = 0; round < ROUNDS / 4; round++) {
        struct written written = {0};
        struct reading reading;
        struct tally tally = {0};
        struct amount amount;
        write_some(&property, &written);
        struct reading_setup setup = as_written(&written, 0);
        setup.order = ORDER_RANDOM_REPEAT;
        setup.threads = 1 + (uint32_t)property_below(&property, THREADS_MOST);
        assert_int_equal(reading_init(&reading, &setup, NULL), 0);
        for (uint32_t thread = 0; thread < setup.threads; thread++)
            read_thread(&written, &reading, thread, &tally);
        assert_int_equal(reading_count_drawn(&reading, &amount, NULL), 0);
        assert_int_equal(amount.requests, tally.amount.requests);
        assert_int_equal(amount.bytes, tally.amount.bytes);
        reading_release(&reading);
        geometry_release(&written.geometry);
    }
}

static void check_like_writer(const struct reading *reading, uint32_t thread)
{
    const struct reading_setup *setup = &reading->setup;
    const struct acknowledged *set = &setup->acknowledged[thread];
    struct piece pieces[WRITERS_MOST];
    struct reading_part dealt;
    struct share share;
    geometry_share(setup->written, setup->rank, thread, &share);
    reading_assign(reading, thread, pieces, &dealt);
    assert_int_equal(dealt.piece_count, acknowledged_count(set) > 0);
    assert_int_equal(dealt.places, set->issued);
    if (!dealt.piece_count)
        return;
    assert_int_equal(pieces[0].share.file, share.file);
    assert_int_equal(pieces[0].share.file_offset, share.file_offset);
    assert_int_equal(pieces[0].share.file_base, share.file_base);
    assert_int_equal(pieces[0].share.bytes, share.bytes);
    assert_int_equal(pieces[0].share.request_count, share.request_count);
    assert_true(dealt.sequence.key == sequence_key(setup->seed, share.file, share.file_offset));
}

/* A reader like the writers has their shares, order and keys, and stops at the same places. So has
 * one with another order, where all was acknowledged, except for interleaved files. */
static void test_like_the_writers(void **state)
{
    (void)state;
    struct property property = property_start("same");
    for (int round = 0; round < ROUNDS; round++) {
        struct written written = {0};
        struct reading reading;
        struct amount amount;
        write_some(&property, &written);
        const struct shape *shape = &written.geometry.setup.shape;
        uint32_t rank = (uint32_t)property_below(&property, shape->rank_count);
        struct reading_setup setup = as_written(&written, rank);
        setup.order = orders[property_below(&property, 3)];
        assert_int_equal(reading_init(&reading, &setup, NULL), 0);
        reading_count(&reading, &amount);
        if (setup.order == written.order ||
            (!written.geometry.setup.turn_bytes &&
             amount.bytes == geometry_rank_bytes(&written.geometry, rank)))
            for (uint32_t thread = 0; thread < setup.threads; thread++)
                check_like_writer(&reading, thread);
        reading_release(&reading);
        geometry_release(&written.geometry);
    }
}

static const uint32_t one_node[] = {0};

/* Two files of 3 MiB, written by two threads in requests of 1 MiB. */
static void two_files(struct geometry *geometry)
{
    const struct geometry_setup setup = {
        .layout = LAYOUT_WRITER,
        .total_bytes = 6 << 20,
        .request_bytes = 1 << 20,
        .writers_per_rank = 2,
        .target_count = 1,
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = one_node},
    };
    assert_int_equal(geometry_init(geometry, &setup, NULL), 0);
}

static void assert_piece(const struct piece *piece, uint32_t writer, uint64_t offset_kib,
                         uint64_t kib)
{
    assert_int_equal(piece->writer, writer);
    assert_int_equal(piece->share.file_offset, offset_kib << 10);
    assert_int_equal(piece->share.bytes, kib << 10);
}

static void test_files_by_hand(void **state)
{
    (void)state;
    struct geometry geometry;
    struct acknowledged sets[2];
    struct piece pieces[2];
    struct reading_part dealt;
    struct amount amount;
    struct reading reading;
    two_files(&geometry);
    acknowledged_all(&sets[0], 3, 3 << 20);
    acknowledged_from(&sets[1], 3, 2 << 20, (uint64_t[]){1}, 1);
    struct reading_setup setup = {
        .written = &geometry, .acknowledged = sets, .request_bytes = 2 << 20, .threads = 1};
    /* one thread: both files, each with a short request at its end */
    assert_int_equal(reading_init(&reading, &setup, NULL), 0);
    reading_assign(&reading, 0, pieces, &dealt);
    assert_int_equal(dealt.piece_count, 2);
    assert_piece(&pieces[0], 0, 0, 3072);
    assert_piece(&pieces[1], 1, 0, 3072);
    reading_count(&reading, &amount);
    assert_int_equal(amount.requests, 3); /* all but the one with the hole */
    assert_int_equal(amount.bytes, 4 << 20);
    reading_release(&reading);
    /* three threads for 12 requests: the second has the end of one file and the start of another */
    setup.request_bytes = 512 << 10;
    setup.threads = 3;
    assert_int_equal(reading_init(&reading, &setup, NULL), 0);
    reading_assign(&reading, 1, pieces, &dealt);
    assert_int_equal(dealt.piece_count, 2);
    assert_piece(&pieces[0], 0, 2048, 1024);
    assert_piece(&pieces[1], 1, 0, 1024);
    reading_count(&reading, &amount);
    assert_int_equal(amount.requests, 10);
    assert_int_equal(amount.bytes, 5 << 20);
    reading_release(&reading);
    geometry_release(&geometry);
}

/* A large share of which little was written, because the time was over: the reader's requests are
 * distributed over what was written, and counted without visiting each. */
static void test_large_and_hardly_written(void **state)
{
    (void)state;
    const struct geometry_setup written = {
        .layout = LAYOUT_RANK,
        .total_bytes = INT64_MAX,
        .request_bytes = 4096,
        .writers_per_rank = 2,
        .target_count = 1,
        .shape = {.rank_count = 1, .node_count = 1, .rank_node = one_node},
    };
    struct geometry geometry;
    struct acknowledged sets[2];
    struct piece pieces[2];
    struct reading_part dealt;
    struct amount amount;
    struct reading reading;
    assert_int_equal(geometry_init(&geometry, &written, NULL), 0);
    acknowledged_from(&sets[0], UINT64_C(1) << 40, 0, (uint64_t[]){7}, 1);
    acknowledged_from(&sets[1], 256, 0, NULL, 0);
    const struct reading_setup setup = {.written = &geometry,
                                        .acknowledged = sets,
                                        .request_bytes = 1 << 20,
                                        .threads = 3,
                                        .order = ORDER_RANDOM};
    assert_int_equal(reading_init(&reading, &setup, NULL), 0);
    reading_count(&reading, &amount);
    assert_int_equal(amount.requests, UINT64_C(1) << 32);
    assert_int_equal(amount.bytes, UINT64_C(1) << 52);
    assert_int_equal(reading.request_count, amount.requests + 1);
    reading_assign(&reading, 2, pieces, &dealt);
    assert_int_equal(dealt.piece_count, 2);
    assert_int_equal(pieces[1].share.bytes, 1 << 20);
    reading_release(&reading);
    geometry_release(&geometry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_acknowledged_byte_once),
        cmocka_unit_test(test_drawn_requests_are_counted),
        cmocka_unit_test(test_like_the_writers),
        cmocka_unit_test(test_files_by_hand),
        cmocka_unit_test(test_large_and_hardly_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
