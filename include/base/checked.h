/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic that detects overflow: a function that can overflow returns 0, or -EOVERFLOW and
 * leaves '*result' unchanged.
 */
#ifndef TIDEMILL_BASE_CHECKED_H
#define TIDEMILL_BASE_CHECKED_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

static inline int checked_add(uint64_t a, uint64_t b, uint64_t *result)
{
    uint64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return -EOVERFLOW;
    *result = sum;
    return 0;
}

static inline int checked_multiply(uint64_t a, uint64_t b, uint64_t *result)
{
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return -EOVERFLOW;
    *result = product;
    return 0;
}

/* Returns a * b / c, rounded down; exact for every product as long as the quotient fits; c > 0. */
static inline uint64_t checked_scale(uint64_t a, uint64_t b, uint64_t c)
{
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)((wide)a * b / c);
}

static inline uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* Rounds down to a multiple of 'unit', which need not be a power of two; unit > 0. */
static inline uint64_t align_down(uint64_t value, uint64_t unit)
{
    return value - value % unit;
}

static inline bool is_aligned(uint64_t value, uint64_t unit)
{
    return value % unit == 0;
}

#endif
