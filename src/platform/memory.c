/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/units.h"
#include "platform/cgroup.h"
#include "platform/headroom.h"
#include "small_file.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum {
    TRANSPARENT_BYTES = 2 << 20, /* x86-64, and arm64 with pages of 4 KiB */
    EXCESS_PART = 8,
};

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Parses a line "Hugepagesize:    2048 kB"; -1 if it has another key. */
static int64_t kilobytes(const char *line, const char *key)
{
    int64_t value;
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0 || sscanf(line + length, ": %" SCNd64 " kB", &value) != 1)
        return -1;
    return value;
}

size_t arena_huge_page_bytes(void)
{
    char line[256];
    int64_t value = -1;
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && value < 0 && fgets(line, sizeof line, file))
        value = kilobytes(line, "Hugepagesize");
    if (file)
        fclose(file);
    return value > 0 ? (size_t)value << 10 : 0;
}

/* Rounds up to whole units and adds 'slack'; 0 on overflow. */
static size_t round_up(size_t bytes, size_t unit, size_t slack)
{
    size_t whole;
    if (__builtin_add_overflow(bytes ? bytes : 1, unit - 1, &whole))
        return 0;
    whole -= whole % unit;
    return __builtin_add_overflow(whole, slack, &whole) ? 0 : whole;
}

static bool map(struct arena *arena, size_t bytes, int flags)
{
    void *memory = bytes ? mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0)
                         : MAP_FAILED;
    if (memory == MAP_FAILED)
        return false;
    *arena =
        (struct arena){.memory = memory, .bytes = bytes, .start = memory, .mapped_bytes = bytes};
    return true;
}

/* The kernel reserves explicit huge pages at once, or refuses the mapping. Where they are so large
 * (512 MiB, 1 GiB) that the pool would grow by more than an eighth, they are not used. */
static bool map_explicit(struct arena *arena, size_t bytes)
{
    const size_t huge = arena_huge_page_bytes();
    const size_t whole = huge ? round_up(bytes, huge, 0) : 0;
    if (!whole || (huge > TRANSPARENT_BYTES && whole - bytes > bytes / EXCESS_PART))
        return false;
    return arena->reserved = map(arena, whole, MAP_HUGETLB);
}

/* A transparent huge page is aligned to its size. */
static bool map_transparent(struct arena *arena, size_t bytes)
{
    const size_t whole = round_up(bytes, TRANSPARENT_BYTES, 0);
    if (!map(arena, whole ? round_up(whole, TRANSPARENT_BYTES, TRANSPARENT_BYTES) : 0, 0))
        return false;
    const size_t before = (uintptr_t)arena->start % TRANSPARENT_BYTES;
    arena->memory = (char *)arena->start + (before ? TRANSPARENT_BYTES - before : 0);
    arena->bytes = whole;
    /* If the kernel has none, arena_count shows it. */
    madvise(arena->memory, whole, MADV_HUGEPAGE);
    return true;
}

static int refuse(size_t bytes, struct failure *why)
{
    struct headroom headroom;
    struct text limit = {0};
    headroom_detect("", &headroom);
    headroom_explain_mapping(&headroom, bytes, &limit);
    failure_set(why, -ENOMEM,
                "cannot map %zu bytes of memory for buffers, as %s: use fewer or smaller ones",
                bytes, text_string(&limit));
    text_release(&limit);
    return -ENOMEM;
}

static bool prefers_huge(uint64_t bytes, enum preference huge)
{
    return huge == REQUIRE || (huge == PREFER && bytes >= TRANSPARENT_BYTES);
}

uint64_t arena_whole_bytes(uint64_t bytes, enum preference huge)
{
    const uint64_t unit = prefers_huge(bytes, huge) ? TRANSPARENT_BYTES : page_bytes();
    return divide_up(bytes, unit) * unit;
}

int arena_map(struct arena *arena, size_t bytes, enum preference huge, struct failure *why)
{
    *arena = (struct arena){0};
    if (prefers_huge(bytes, huge) && (map_explicit(arena, bytes) || map_transparent(arena, bytes)))
        return 0;
    if (map(arena, round_up(bytes, page_bytes(), 0), 0)) {
        if (huge == NEVER)
            madvise(arena->memory, arena->bytes, MADV_NOHUGEPAGE);
        return 0;
    }
    return refuse(bytes, why);
}

/* Has the kernel write to a page, which leaves it as it is. Where a store of this thread would be a
 * SIGBUS, the kernel returns -EFAULT. */
static int touch_page(uint32_t *word)
{
    uint32_t own = 0;
    const int change_nothing = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0);
    return syscall(SYS_futex, &own, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, NULL, word,
                   change_nothing) < 0
               ? -errno
               : 0;
}

int arena_touch(void *memory, size_t bytes)
{
    const size_t page = page_bytes();
    const size_t before = (size_t)memory % page;
    char *start = (char *)memory - before;
    int result = 0;

    if (bytes == 0 || madvise(start, before + bytes, MADV_POPULATE_WRITE) == 0)
        return 0;
    if (errno != EINVAL)
        return -errno;
    /* kernels before 5.14 */
    for (size_t at = 0; at < before + bytes && !result; at += page)
        result = touch_page((uint32_t *)(void *)(start + at));
    return result;
}

int arena_secure(struct arena *arena, struct failure *why)
{
    const size_t bytes = arena->bytes;
    if (!arena->reserved || arena_touch(arena->memory, bytes) == 0)
        return 0;
    arena_unmap(arena);
    if (map_transparent(arena, bytes) || map(arena, bytes, 0))
        return 1;
    return refuse(bytes, why);
}

static uint64_t overlap(const struct arena *arena, uint64_t start, uint64_t end)
{
    const uint64_t first = (uint64_t)(uintptr_t)arena->memory;
    const uint64_t last = first + arena->bytes;
    start = start > first ? start : first;
    end = end < last ? end : last;
    return start < end ? end - start : 0;
}

/* smaps may list a mapping in several parts, or together with its slack, whose pages are not
 * allocated. */
void arena_count(const struct arena *arena, struct arena_pages *pages)
{
    char line[512];
    uint64_t start, end;
    bool inside = false;
    *pages = (struct arena_pages){0};
    FILE *file = fopen("/proc/self/smaps", "re");
    while (file && fgets(line, sizeof line, file)) {
        int64_t value;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2)
            inside = overlap(arena, start, end) > 0;
        else if (!inside)
            continue;
        else if ((value = kilobytes(line, "Private_Hugetlb")) > 0)
            pages->hugetlb_bytes += (uint64_t)value << 10;
        else if ((value = kilobytes(line, "AnonHugePages")) > 0)
            pages->transparent_bytes += (uint64_t)value << 10;
        else if ((value = kilobytes(line, "Anonymous")) > 0)
            pages->small_bytes += (uint64_t)value << 10;
    }
    if (file)
        fclose(file);
    /* "Anonymous" includes transparent huge pages */
    pages->small_bytes -= pages->transparent_bytes < pages->small_bytes ? pages->transparent_bytes
                                                                        : pages->small_bytes;
}

static int64_t huge_pages_number(const char *file)
{
    char path[96];
    snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%zukB/%s",
             arena_huge_page_bytes() >> 10, file);
    return small_file_number(path, 0);
}

int64_t arena_huge_pages(void)
{
    return huge_pages_number("nr_hugepages");
}

int64_t arena_huge_pages_free(void)
{
    return huge_pages_number("free_hugepages");
}

void arena_transparent_mode(char *out, size_t size)
{
    char line[128];
    small_file_line("/sys/kernel/mm/transparent_hugepage/enabled", line, sizeof line);
    const char *chosen = strchr(line, '[');
    snprintf(out, size, "%.*s", chosen ? (int)strcspn(chosen + 1, "]") : 0,
             chosen ? chosen + 1 : "");
}

void arena_explain_refusal(struct text *out)
{
    struct cgroup_limits limits;
    char size[UNITS_TEXT];
    cgroup_detect("", &limits);
    text_add(out, "%" PRId64 " explicit huge pages are free", arena_huge_pages_free());
    if (limits.huge.free < 0) {
        text_add(out, " (reserve more with sysctl vm.nr_hugepages)");
        return;
    }
    units_format_size((uint64_t)limits.huge.free, size);
    text_add(out, ", of which control group '%s' allows %s more (hugetlb)", limits.huge.group,
             size);
}

int arena_check_huge(const struct arena_pages *pages, struct failure *why)
{
    char mode[32];
    struct text refusal = {0};
    if (pages->small_bytes < TRANSPARENT_BYTES &&
        pages->hugetlb_bytes + pages->transparent_bytes > 0)
        return 0;
    arena_transparent_mode(mode, sizeof mode);
    arena_explain_refusal(&refusal);
    failure_set(why, -ENOMEM,
                "%" PRIu64 " bytes of the buffers are not in huge pages: %s, and transparent huge "
                "pages are %s",
                pages->small_bytes, text_string(&refusal),
                strcmp(mode, "never") == 0 ? "disabled" : "not available now");
    text_release(&refusal);
    return -ENOMEM;
}

int arena_try_huge(struct arena *arena, size_t bytes, struct failure *why)
{
    struct arena_pages pages;
    struct text refusal = {0};
    if (arena_map(arena, bytes, REQUIRE, why))
        return why->code;
    const int secured = arena_secure(arena, why);
    if (secured < 0)
        return secured;
    const int touched = arena_touch(arena->memory, arena->bytes);
    if (touched)
        return failure_system(why, -touched, "cannot allocate %zu bytes for buffers", bytes);
    arena_count(arena, &pages);
    if (!secured)
        return arena_check_huge(&pages, why);
    arena_explain_refusal(&refusal);
    failure_set(why, -ENOMEM, "the kernel refuses explicit huge pages: %s", text_string(&refusal));
    text_release(&refusal);
    return -ENOMEM;
}

void arena_unmap(struct arena *arena)
{
    if (arena->start)
        munmap(arena->start, arena->mapped_bytes);
    *arena = (struct arena){0};
}

int arena_take(struct arena *arena, struct arena_reserve *reserve, size_t bytes,
               enum preference huge, struct failure *why)
{
    if (reserve->whole.bytes < bytes || reserve->huge != huge) {
        arena_unmap(&reserve->whole);
        if (arena_map(&reserve->whole, bytes, huge, why) || arena_secure(&reserve->whole, why) < 0)
            return why->code;
        reserve->huge = huge;
    }
    *arena =
        (struct arena){.memory = reserve->whole.memory, .bytes = round_up(bytes, page_bytes(), 0)};
    return 0;
}
