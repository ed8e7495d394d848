/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An arena: one memory mapping that holds a pool of buffers. It is page-aligned, as O_DIRECT
 * requires. Mapping does not touch the pages: the first thread that uses a page allocates it.
 *
 * Huge pages save TLB misses and kernel work for each request: explicit ones if enough are
 * reserved, else transparent ones by madvise, else base pages. Which ones were used is counted
 * after the pages have been touched.
 */
#ifndef TIDEMILL_PLATFORM_MEMORY_H
#define TIDEMILL_PLATFORM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/preference.h"
#include "base/text.h"

struct arena {
    void *memory;
    size_t bytes;
    size_t mapped_bytes; /* from 'start', including the alignment slack */
    void *start;
    bool reserved; /* explicit huge pages, which the kernel may still refuse when they are used */
};

/* The pages of an arena that have been allocated. */
struct arena_pages {
    uint64_t hugetlb_bytes;
    uint64_t transparent_bytes;
    uint64_t small_bytes;
};

/* Maps at least 'bytes', readable and writable. -ENOMEM with the size. Any kind of pages is
 * accepted; see arena_check_huge. */
int arena_map(struct arena *arena, size_t bytes, enum preference huge, struct failure *why);

/* Allocates reserved huge pages. If the kernel refuses them (a limit of hugetlb control groups, no
 * free one on the bound NUMA node), maps other pages in their place, which are not bound, and
 * returns 1. Returns 0 if there is nothing to do, or -ENOMEM. No other thread may use the arena. */
int arena_secure(struct arena *arena, struct failure *why);

/* Returns the size of such a mapping: whole pages of the preferred kind. Locked memory is counted
 * by this size. */
uint64_t arena_whole_bytes(uint64_t bytes, enum preference huge);

/* Allocates the pages of a range, so that no page fault happens while the clock runs. Bytes keep
 * their values. 0, or -errno if some page cannot be allocated: using it would be a SIGBUS. */
int arena_touch(void *memory, size_t bytes);

/* Counts the pages that were touched; 0 if /proc does not report them. */
void arena_count(const struct arena *arena, struct arena_pages *pages);

/* Checks that these are huge pages, except for a remainder smaller than one. Returns 0, or -ENOMEM
 * with the reason and what to do. */
int arena_check_huge(const struct arena_pages *pages, struct failure *why);

/* Checks whether 'bytes' are available in huge pages now: maps and touches them. The caller unmaps
 * them when all processes that need such memory have tried. */
int arena_try_huge(struct arena *arena, size_t bytes, struct failure *why);

/* Adds why explicit huge pages are refused, as far as that is known, to a line. */
void arena_explain_refusal(struct text *out);

/* Returns the size of an explicit huge page; 0 if the kernel has none. */
size_t arena_huge_page_bytes(void);

/* Return the number of explicit huge pages that are set aside, and of those that are free. */
int64_t arena_huge_pages(void);
int64_t arena_huge_pages_free(void);

/* Gets the kernel's mode of transparent huge pages: "always", "madvise", "never"; "" if unknown. */
void arena_transparent_mode(char *out, size_t size);

/* Unmaps the arena; accepts a zeroed one. */
void arena_unmap(struct arena *arena);

/* Memory that outlives a pool of buffers: the next pool need not allocate its pages again. */
struct arena_reserve {
    struct arena whole;
    enum preference huge;
};

/* Takes the arena from the beginning of the reserve, which is mapped again if it is too small or
 * has other pages. Unmapping that arena leaves the reserve as it is. One user at a time. */
int arena_take(struct arena *arena, struct arena_reserve *reserve, size_t bytes,
               enum preference huge, struct failure *why);

#endif
