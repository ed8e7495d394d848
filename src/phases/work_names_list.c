/* SPDX-License-Identifier: Apache-2.0 */
/* Which directories this rank lists, and what it must find in them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "work_names.h"

enum { NUMBERS = sizeof(struct listing_sum) / sizeof(uint64_t) };

_Static_assert(NUMBERS * sizeof(uint64_t) == sizeof(struct listing_sum), "ranks add numbers");

/* Which rank lists what, computed alike on all ranks. */
struct listers {
    uint32_t *visitor_of;         /* rank -> the one that visits its objects */
    uint32_t *peers;              /* the ranks on the target of 'of', in order */
    struct listing_sum *expected; /* rank -> what this rank created and that one lists */
    uint32_t peer_count;
};

static void release(struct listers *listers)
{
    free(listers->visitor_of);
    free(listers->peers);
    free(listers->expected);
}

static uint32_t target_of(const struct work_names *names, uint32_t rank)
{
    return geometry_target(&names->phase->dataset->plan->geometry, rank);
}

/* Sets the ranks whose objects are on the same target as those of 'rank'. */
static void set_peers(const struct work_names *names, uint32_t rank, struct listers *listers)
{
    listers->peer_count = 0;
    for (uint32_t i = 0; i < names->tree->layout.ranks; i++)
        if (target_of(names, i) == target_of(names, rank))
            listers->peers[listers->peer_count++] = i;
}

static int init(const struct work_names *names, struct listers *listers, struct failure *why)
{
    const uint32_t ranks = names->tree->layout.ranks;
    *listers = (struct listers){
        .visitor_of = calloc(ranks, sizeof *listers->visitor_of),
        .peers = calloc(ranks, sizeof *listers->peers),
        .expected = calloc(ranks, sizeof *listers->expected),
    };
    if (!listers->visitor_of || !listers->peers || !listers->expected)
        return failure_set(why, -ENOMEM, "not enough memory to list directories");
    for (uint32_t i = 0; i < ranks; i++)
        listers->visitor_of[names->work.methods->owner(&names->work, i)] = i;
    return 0;
}

/* Adds what this rank created to what each rank that lists it must find. */
static void add_expected(const struct work_names *names, struct listers *listers)
{
    const struct object_tree *tree = names->tree;
    const struct listing_search *search = &names->listing.search;
    const uint32_t rank = names->phase->run->cluster->rank;
    const uint64_t bytes =
        tree->directories ? 0 : names->phase->prepared->settings->object_size_bytes;
    struct object_cursor cursor;
    struct object object;
    char name[OBJECT_NAME];
    object_cursor_visit(&cursor, &tree->layout, rank, tree->created, &tree->names, 0, 1);
    while (object_cursor_next(&cursor, &object)) {
        const uint32_t part =
            tree->layout.shared ? listing_part(&tree->layout, &object, listers->peer_count) : 0;
        const uint32_t owner = tree->layout.shared ? listers->peers[part] : rank;
        struct listing_sum *sum = &listers->expected[listers->visitor_of[owner]];
        listing_add(sum, &tree->layout, &object);
        if (search->name)
            objects_write_name(&tree->layout, &object, name);
        sum->matches += listing_matches(search, name, bytes, search->since_ns);
    }
}

/* The part of this rank, by the rank whose objects it visits. */
static void set_part(struct work_names *names, struct listers *listers)
{
    struct listing_setup *listing = &names->listing;
    const struct object_layout *layout = &names->tree->layout;
    uint32_t place = 0;
    set_peers(names, names->owner, listers);
    while (listers->peers[place] != names->owner)
        place++;
    listing->parts = layout->shared ? listers->peer_count : 1;
    listing->part = layout->shared ? place : 0;
    listing->top = place == 0;
    listing->directories = !layout->shared   ? listing_directories(layout, names->created)
                           : layout->fan_out ? names->tree->shared_directories
                                             : 1;
}

int work_names_prepare_list(struct work_names *names, struct agreement *agreement)
{
    struct cluster *cluster = names->phase->run->cluster;
    const struct object_tree *tree = names->tree;
    struct listing_setup *listing = &names->listing;
    struct listers listers;
    struct failure failure = {0};
    listing_search_init(&listing->search, names->phase->prepared->settings, &failure);
    cluster_exchange(cluster, &tree->since_ns, work_names_visitor(names), &listing->search.since_ns,
                     names->owner, sizeof tree->since_ns);
    listing->unsure = tree->unsure;
    listing->partly = cluster_max(cluster, tree->names.parts > 0);
    init(names, &listers, &failure);
    const int result = cluster_agree(cluster, &failure, agreement);
    if (!result) {
        set_peers(names, cluster->rank, &listers);
        add_expected(names, &listers);
        cluster_sum_for_each(cluster, (const uint64_t *)listers.expected,
                             (uint64_t *)&listing->expected, NUMBERS);
        set_part(names, &listers);
    }
    release(&listers);
    return result;
}
