/*
 * A bounded ring of buffer numbers, any number of threads at both ends, with a place to sleep while
 * it is empty. The cells carry sequence numbers (D. Vyukov's bounded MPMC queue); the sleep is an
 * event count on a futex, so putting into a ring that nobody waits on makes no system call.
 *
 * A ring is made with room for every number that can ever be in it, so put never fails. What the
 * putter wrote before ring_put is seen by the taker after ring_take. No wake-up is ever lost, also
 * not that of ring_wake_all, when the sleeper listened before it looked at what else it waits for.
 */
#ifndef TIDEMILL_PIPELINE_RING_H
#define TIDEMILL_PIPELINE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    RING_LINE = 128, /* two cache lines: the adjacent-line prefetcher pairs them */
    RING_ROOM_MAX = 1 << 30,
};

struct ring_cell {
    _Atomic uint32_t sequence;
    uint32_t value;
};

struct ring {
    struct ring_cell *cells;
    uint32_t mask;
    _Alignas(RING_LINE) _Atomic uint32_t head; /* next to take */
    _Alignas(RING_LINE) _Atomic uint32_t tail; /* next to put */
    _Alignas(RING_LINE) _Atomic uint32_t sleepers;
    _Atomic uint32_t bell; /* changes whenever sleepers should look again */
};

/* Room for at least 'room' numbers, at most RING_ROOM_MAX. -ENOMEM. */
int ring_init(struct ring *ring, uint32_t room);
void ring_release(struct ring *ring);

/* Puts a number; wakes one sleeper if there is one. */
void ring_put(struct ring *ring, uint32_t value);

/* Takes a number if there is one. */
bool ring_take(struct ring *ring, uint32_t *value);

/* What to give to ring_take_wait: asked for before looking at whatever else would end the wait. */
static inline uint32_t ring_listen(const struct ring *ring)
{
    return atomic_load_explicit(&ring->bell, memory_order_acquire);
}

/* Takes a number, waiting up to 'limit_ns' after looking for 'spin_ns'; false when the time passed,
 * or the bell has rung since 'heard' and there is none: the caller looks again. */
bool ring_take_wait(struct ring *ring, uint32_t *value, uint32_t heard, int64_t spin_ns,
                    int64_t limit_ns);

/* Lets every sleeper look again: something else than the ring has changed, and was stored before.
 */
void ring_wake_all(struct ring *ring);

#endif
