/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of fingerprints in bounded memory that counts how often each one was added. When it is
 * three quarters full it drops every second content, selected by one bit of the fingerprint, and
 * from then on only counts the remaining half (quarter, ...): a random sample of contents, each
 * counted exactly.
 */
#ifndef TIDEMILL_DATA_FINGERPRINTS_H
#define TIDEMILL_DATA_FINGERPRINTS_H

#include <stddef.h>
#include <stdint.h>

struct fingerprint {
    uint64_t a, b;
};

struct fingerprints {
    struct fingerprints_entry *entries;
    size_t capacity; /* a power of two */
    size_t used;
    unsigned level; /* one content in 2^level is counted */
};

struct fingerprints_share {
    double unique; /* different contents / all that were added; 1 for an empty set */
    double error;  /* 95 % error; 0 if no content was dropped */
};

/* Returns the fingerprint of any bytes; two contents collide with a probability of 2^-64 or
 * less. */
struct fingerprint fingerprint_of(const void *bytes, size_t length);

/* Creates a set that uses at most 'memory_bytes', but at least a small minimum. 0 or -ENOMEM. */
int fingerprints_init(struct fingerprints *set, size_t memory_bytes);
void fingerprints_release(struct fingerprints *set);

/* Adds one fingerprint, or counts it again. */
void fingerprints_add(struct fingerprints *set, struct fingerprint fingerprint);

/* Returns the share of unique contents and its error. */
struct fingerprints_share fingerprints_share(const struct fingerprints *set);

#endif
