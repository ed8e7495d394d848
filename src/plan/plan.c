/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "rank_sort.h"
#include "stats/rounds.h"

static const uint64_t objects_most = UINT64_C(1) << 55;

/* FNV-1a, 64 bit (Fowler, Noll, Vo): distinguishes plans, without cryptographic strength. */
static uint64_t fold(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* With its length, so that two adjacent texts differ from two others with the same bytes. */
static uint64_t fold_text(uint64_t hash, const char *text)
{
    uint64_t length = strlen(text);
    return fold(fold(hash, &length, sizeof length), text, length);
}

static int make_fingerprint(struct plan *plan, struct failure *why)
{
    struct text text = {0};
    settings_print_canonical(plan->setup.settings, &text);
    if (text.failed) {
        text_release(&text);
        return failure_set(why, -ENOMEM, "not enough memory");
    }
    uint64_t hash = fold_text(UINT64_C(0xcbf29ce484222325), text_string(&text));
    hash = fold_text(hash, plan->run_id);
    const bool use[] = {plan->setup.writes, plan->setup.reads, plan->setup.creates,
                        plan->setup.visits, (bool)plan->setup.files};
    hash = fold(hash, use, sizeof use);
    hash = fold(hash, &plan->geometry.setup.total_bytes, sizeof(uint64_t));
    hash = fold(hash, plan->setup.shape.rank_node,
                plan->setup.shape.rank_count * sizeof *plan->setup.shape.rank_node);
    hash = fold(hash, &plan->setup.shape.working_ranks, sizeof plan->setup.shape.working_ranks);
    hash = fold(hash, &plan->setup.shape.working_nodes, sizeof plan->setup.shape.working_nodes);
    hash = fold(hash, plan->setup.target_kinds,
                plan->setup.settings->target_count * sizeof *plan->setup.target_kinds);
    text_clear(&text);
    text_add(&text, "%016" PRIx64, hash);
    text_copy(plan->fingerprint, sizeof plan->fingerprint, text_string(&text));
    text_release(&text);
    return 0;
}

static int total_bytes(const struct plan_setup *setup, uint64_t *total, struct failure *why)
{
    const struct settings *settings = setup->settings;
    int result = 0;
    *total = setup->open_ended_bytes;
    if (settings->size_bytes)
        *total = settings->size_bytes;
    else if (settings->size_per_rank_bytes)
        result = checked_multiply(settings->size_per_rank_bytes, shape_count_ranks(&setup->shape),
                                  total);
    else if (settings->size_per_node_bytes)
        result = checked_multiply(settings->size_per_node_bytes,
                                  shape_count_groups(&setup->shape, setup->shape.rank_node), total);
    if (result || *total > INT64_MAX)
        return failure_set(why, -EOVERFLOW,
                           "the data set of all ranks is larger than 8 EiB: use a smaller size");
    return 0;
}

/* Their numbers must fit, also where the ranks' threads have uneven shares. */
static int check_objects(const struct plan_setup *setup, struct failure *why)
{
    const struct settings *settings = setup->settings;
    uint64_t all;
    uint64_t bytes;
    if (!setup->creates)
        return 0;
    if (checked_multiply(settings->objects_per_rank, setup->shape.rank_count, &all) ||
        all > objects_most)
        return failure_set(why, -EOVERFLOW,
                           "all ranks together have more than 2^55 objects: use a smaller "
                           "--objects-per-rank");
    if (checked_multiply(all, settings->object_size_bytes, &bytes) || bytes > INT64_MAX)
        return failure_set(why, -EOVERFLOW,
                           "the objects of all ranks are larger than 8 EiB: use a smaller "
                           "--object-size");
    return 0;
}

static int check_targets(const struct plan_setup *setup, struct failure *why)
{
    const struct settings *settings = setup->settings;
    if (settings->spread > SPREAD_NODE && settings->target_count > 1 &&
        (setup->creates || setup->visits))
        return failure_set(why, -EINVAL,
                           "--spread %s excludes metadata phases, as all objects of a node are on "
                           "one target; use --spread node",
                           settings->spread == SPREAD_RANK ? "rank" : "writer");
    for (size_t i = 0; i < settings->target_count; i++) {
        enum target_kind kind = setup->target_kinds[i];
        if (kind == TARGET_DIRECTORY)
            continue;
        if (settings->files_per_rank > 1 && (setup->writes || setup->reads))
            return failure_set(why, -EINVAL,
                               "target '%s' is not a directory, which --files-per-rank needs",
                               settings->targets[i]);
        if (setup->creates || setup->visits)
            return failure_set(why, -EINVAL,
                               "target '%s' is not a directory, which metadata phases need",
                               settings->targets[i]);
        if (kind == TARGET_NULL && setup->reads)
            return failure_set(why, -EINVAL,
                               "'/dev/null' stores nothing that a phase could read: use '--phases "
                               "write'");
        if (kind != TARGET_NULL && settings->layout != LAYOUT_SHARED)
            return failure_set(why, -EINVAL,
                               "target '%s' is one file: use '--layout shared', or a directory",
                               settings->targets[i]);
    }
    return 0;
}

/* With a shorter time no phase could complete its first window. */
static int check_steady(const struct settings *settings, struct failure *why)
{
    const int64_t window_ns = (int64_t)STEADY_WINDOW << ROUND_SHIFT;
    if (settings->until_steady && settings->time_ns && settings->time_ns <= window_ns)
        return failure_set(why, -EINVAL,
                           "--until-steady needs five rounds of 1.07 s: use a --time of 6s or "
                           "more, or leave it out");
    return 0;
}

/* Writers that take turns have equal shares, and so have nodes only if they have equally many. */
static int check_interleave(const struct plan_setup *setup, struct failure *why)
{
    const struct settings *settings = setup->settings;
    const struct shape *shape = &setup->shape;
    uint32_t *ranks;
    bool even = true;
    if (!settings->interleave_bytes || !settings->size_per_node_bytes)
        return 0;
    ranks = calloc(shape->node_count, sizeof *ranks);
    if (!ranks)
        return failure_set(why, -ENOMEM, "not enough memory");
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        ranks[shape->rank_node[rank]] += shape_works(shape, rank);
    for (uint32_t node = 0; node < shape_count_groups(shape, shape->rank_node); node++)
        even &= ranks[node] == ranks[0];
    free(ranks);
    return even ? 0
                : failure_set(why, -EINVAL,
                              "--interleave gives each writer the same, and nodes have different "
                              "numbers of ranks: use --size instead of --size-per-node");
}

int plan_init(struct plan *plan, const struct plan_setup *setup, struct failure *why)
{
    const struct settings *settings = setup->settings;
    uint64_t total;
    *plan = (struct plan){.setup = *setup};
    if (check_targets(setup, why) || check_objects(setup, why) || check_steady(settings, why) ||
        check_interleave(setup, why) || total_bytes(setup, &total, why))
        return why->code;
    text_copy(plan->run_id, sizeof plan->run_id, setup->run_id);
    const uint64_t part_bytes = settings->size_per_rank_bytes ? settings->size_per_rank_bytes
                                                              : settings->size_per_node_bytes;
    struct geometry_setup geometry = {
        .layout = settings->layout,
        .total_bytes = total,
        .part_bytes = settings->size_bytes || setup->undivided ? 0 : part_bytes,
        .turn_bytes = settings->interleave_bytes,
        .files_per_rank = setup->writes || setup->reads ? settings->files_per_rank : 1,
        .request_bytes = settings->buffer_size_bytes,
        .writers_per_rank = (uint32_t)settings->writers,
        .target_count = (uint32_t)settings->target_count,
        .spread = (enum spread)settings->spread,
        .by_node = settings->size_per_node_bytes && !settings->size_bytes &&
                   !settings->size_per_rank_bytes,
        .shape = setup->shape,
    };
    if (geometry_init(&plan->geometry, &geometry, why) || make_fingerprint(plan, why) ||
        plan_shift(plan, 0, why)) {
        plan_release(plan);
        return why->code;
    }
    return 0;
}

void plan_release(struct plan *plan)
{
    geometry_release(&plan->geometry);
    free(plan->reads_of);
    *plan = (struct plan){0};
}

/* A kernel whose ranks are 'distance' or more apart from themselves, both ways round, reads nothing
 * of its own: at least the largest kernel's ranks, and at most all but those. Where the largest one
 * has more than half of the ranks, anything between the two is equally good. */
static uint32_t rotate_by(uint32_t distance, uint32_t largest, uint32_t count)
{
    uint32_t least = largest < count - largest ? largest : count - largest;
    uint32_t most = count - least;
    if (distance < least)
        return least;
    return distance > most ? most : distance;
}

/* Rotates the list of ranks, ordered by kernel, so far that kernel 0 lands on the first rank of the
 * kernel 'kernels' further on, and so each kernel if all have equally many ranks. */
int plan_shift(struct plan *plan, uint64_t kernels, struct failure *why)
{
    const struct shape *shape = &plan->setup.shape;
    const uint32_t *rank_kernel = shape->rank_kernel ? shape->rank_kernel : shape->rank_node;
    const uint32_t kernel_count = shape_count_groups(shape, rank_kernel);
    const uint32_t count = shape_count_ranks(shape);
    uint32_t *ordered = calloc(count, sizeof *ordered);
    free(plan->reads_of);
    plan->reads_of = calloc(shape->rank_count, sizeof *plan->reads_of);
    for (uint32_t rank = 0, i = 0; ordered && plan->reads_of && rank < shape->rank_count; rank++) {
        plan->reads_of[rank] = rank;
        if (shape_works(shape, rank))
            ordered[i++] = rank;
    }
    if (!ordered || !plan->reads_of || rank_sort(ordered, count, rank_kernel, kernel_count)) {
        free(ordered);
        return failure_set(why, -ENOMEM, "not enough memory for a plan of %u ranks", count);
    }
    uint32_t ranks_before = 0; /* on kernels below the one to shift to */
    uint32_t largest = 0;
    for (uint32_t i = 0, run = 0; i < count; i++) {
        uint32_t kernel = rank_kernel[ordered[i]];
        run = i && kernel == rank_kernel[ordered[i - 1]] ? run + 1 : 1;
        largest = run > largest ? run : largest;
        ranks_before += kernel < kernels % kernel_count;
    }
    uint32_t distance = ranks_before ? rotate_by(ranks_before, largest, count) : 0;
    plan->same_node = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t from = ordered[(i + distance) % count];
        plan->reads_of[ordered[i]] = from;
        plan->same_node += rank_kernel[from] == rank_kernel[ordered[i]];
    }
    plan->shift = distance ? (uint32_t)(kernels % kernel_count) : 0;
    free(ordered);
    return 0;
}
