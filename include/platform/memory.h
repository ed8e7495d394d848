/*
 * The arena: one mapping that a pool of buffers is cut from. Page-aligned, so fit for O_DIRECT;
 * mapped by the caller's thread, but not touched: who uses a page touches it first.
 *
 * Large pages spare the processor translations and the kernel work for each request: explicit ones
 * where enough are set aside, else transparent ones by madvise, else ordinary pages. What it
 * became is counted once the pages are there.
 */
#ifndef TIDEMILL_PLATFORM_MEMORY_H
#define TIDEMILL_PLATFORM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/preference.h"

struct arena {
    void *memory;
    size_t bytes;
    size_t mapped_bytes; /* from 'start', the slack of the alignment included */
    void *start;
    bool explicit_huge; /* of pages that were set aside */
};

/* Of an arena's pages that are there. */
struct arena_pages {
    uint64_t hugetlb_bytes;
    uint64_t transparent_bytes;
    uint64_t small_bytes;
};

/* Maps at least 'bytes', readable and writable. -ENOMEM with the size in the text. Never refuses
 * for the kind of pages: see arena_judge. */
int arena_map(struct arena *arena, size_t bytes, enum preference huge, struct failure *why);

/* Bytes that such a mapping has: whole pages of the kind that is hoped for. What is locked of it is
 * counted by these. */
uint64_t arena_whole_bytes(uint64_t bytes, enum preference huge);

/* Writes to each page of a range, so that no page fault happens once the clock runs. */
void arena_touch(void *memory, size_t bytes);

/* Counts pages that were touched. Zero where /proc does not tell. */
void arena_count(const struct arena *arena, struct arena_pages *pages);

/* Are these huge pages, but for a rest of less than one? 0, or -ENOMEM with what is missing (why
 * neither kind was had) and what to do. */
int arena_judge(const struct arena_pages *pages, struct failure *why);

/* Can 'bytes' be had in huge pages just now? Maps, touches and gives them back. */
int arena_try_huge(size_t bytes, struct failure *why);

/* Bytes of an explicit huge page; 0 when the kernel has none. */
size_t arena_huge_page_bytes(void);

/* Explicit huge pages that are free now; 0 where there are none. */
int64_t arena_huge_pages_free(void);

/* Who gets transparent ones: "always", "madvise", "never"; "" when not told. */
void arena_transparent_mode(char *out, size_t room);

/* Unmaps; accepts a zeroed arena. */
void arena_unmap(struct arena *arena);

#endif
