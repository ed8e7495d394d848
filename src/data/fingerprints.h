/*
 * A set of fingerprints in bounded memory that counts how often each was seen. When it is three
 * quarters full it drops every other content, by a bit of the fingerprint, and from then on looks
 * at the remaining half (quarter, ...) only: a fair sample of contents, each counted exactly.
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
    unsigned level; /* one content in 2^level is looked at */
};

struct fingerprints_share {
    double unique; /* different contents / all seen; 1 for an empty set */
    double error;  /* 95 %; 0 when nothing was dropped */
};

/* Of any bytes; equal ones only by chance of 2^-64 or less. */
struct fingerprint fingerprint_of(const void *bytes, size_t length);

/* 0 or -ENOMEM. */
int fingerprints_init(struct fingerprints *set, size_t memory_bytes);
void fingerprints_release(struct fingerprints *set);

void fingerprints_add(struct fingerprints *set, struct fingerprint fingerprint);

struct fingerprints_share fingerprints_share(const struct fingerprints *set);

#endif
