/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/rounds.h"

enum { EDGES_MOST = STEADY_ROUNDS + 1 };

void rounds_clear(struct rounds *rounds)
{
    *rounds = (struct rounds){.width = 1, .count = 1};
}

static void double_width(struct rounds *rounds)
{
    rounds->count = (rounds->count + 1) / 2;
    rounds->width *= 2;
    for (size_t i = 0; i < rounds->count; i++)
        rounds->amounts[i] = rounds->amounts[2 * i];
}

bool rounds_add(struct rounds *rounds, uint64_t edge, uint64_t amount)
{
    if (rounds->count == EDGES_MOST)
        double_width(rounds);
    uint64_t next = rounds->origin + rounds->count * rounds->width;
    if (edge > next) {
        rounds->origin = edge;
        rounds->count = 0;
    } else if (edge < next) {
        return false;
    }
    rounds->amounts[rounds->count++] = amount;
    if (rounds->count <= STEADY_WINDOW)
        return false;
    int64_t window[STEADY_WINDOW];
    const uint64_t *last = &rounds->amounts[rounds->count - 1 - STEADY_WINDOW];
    for (size_t i = 0; i < STEADY_WINDOW; i++)
        window[i] = (int64_t)(last[i + 1] - last[i]);
    struct steady steady;
    return steady_find(window, STEADY_WINDOW, &steady);
}

int64_t rounds_width_ns(const struct rounds *rounds)
{
    return (int64_t)(rounds->width << ROUND_SHIFT);
}

int64_t rounds_window_ns(const struct rounds *rounds)
{
    uint64_t first = rounds->count > STEADY_WINDOW ? rounds->count - 1 - STEADY_WINDOW : 0;
    return (int64_t)((rounds->origin + first * rounds->width) << ROUND_SHIFT);
}
