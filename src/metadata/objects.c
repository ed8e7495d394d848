/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata/objects.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/checked.h"
#include "plan/names.h"

/* What the first and the second name of an object begin with. They are as long as what the names of
 * mdtest begin with, so that directories have as many blocks and rates compare: some file systems
 * search the names of a block one by one. */
enum { BEGINNING = 12 };
static const char first_beginning[] = "tm.created.r";
static const char second_beginning[] = "tm.renamed.r";
_Static_assert(sizeof first_beginning == BEGINNING + 1, "as long as \"file.mdtest.\"");
_Static_assert(sizeof second_beginning == BEGINNING + 1, "a rename keeps the length");

/* Plain calls by default, as applications make them: where storage is fast, they are faster too. */
uint32_t objects_depth(const struct settings *settings)
{
    return settings->engine == ENGINE_URING ? (uint32_t)settings->depth : 0;
}

uint32_t objects_creators(const struct settings *settings)
{
    const uint32_t depth = objects_depth(settings);
    return (uint32_t)settings->writers * (depth ? depth : 1);
}

uint64_t objects_share(uint64_t objects, uint32_t threads, uint32_t thread)
{
    return objects / threads + (thread < objects % threads);
}

uint64_t objects_share_most(const struct object_layout *layout)
{
    return (UINT64_C(1) << OBJECTS_BITS) / layout->threads / layout->ranks;
}

/* The number among the objects of its rank. */
static uint64_t number_in_rank(const struct object_layout *layout, const struct object *object)
{
    return object->place * layout->threads + object->thread;
}

uint64_t objects_number(const struct object_layout *layout, const struct object *object)
{
    return number_in_rank(layout, object) * layout->ranks + object->rank;
}

struct object objects_of_number(const struct object_layout *layout, uint64_t number)
{
    const uint64_t in_rank = number / layout->ranks;
    return (struct object){.rank = (uint32_t)(number % layout->ranks),
                           .thread = (uint32_t)(in_rank % layout->threads),
                           .place = in_rank / layout->threads};
}

/* In directories that all ranks share, the objects of all threads take turns. Else each thread has
 * directories of its own, so that one directory is not a bottleneck of all threads. */
uint64_t objects_directory(const struct object_layout *layout, const struct object *object)
{
    if (!layout->fan_out)
        return 0;
    if (layout->shared)
        return objects_number(layout, object) / layout->fan_out;
    return object->place / layout->fan_out * layout->threads + object->thread;
}

uint64_t objects_next_directory(const struct object_layout *layout, const struct object *object)
{
    if (!layout->fan_out)
        return UINT64_MAX;
    if (!layout->shared)
        return (object->place / layout->fan_out + 1) * layout->fan_out;
    const struct object first = {.rank = object->rank, .thread = object->thread};
    const uint64_t next = (objects_directory(layout, object) + 1) * layout->fan_out;
    return divide_up(next - objects_number(layout, &first),
                     (uint64_t)layout->ranks * layout->threads);
}

struct object objects_first_in(const struct object_layout *layout, uint32_t rank,
                               uint64_t directory)
{
    if (layout->shared)
        return objects_of_number(layout, directory * layout->fan_out);
    return (struct object){.rank = rank,
                           .thread = (uint32_t)(directory % layout->threads),
                           .place = directory / layout->threads * layout->fan_out};
}

enum { NUMBER_DIGITS = 20 };

/* Two digits at a time, as an object is named in each operation. There must be space for as many
 * digits as a number can have, since a copy of fixed length takes no call. */
static char *write_number(char *at, uint64_t number)
{
    static const char pairs[] = "0001020304050607080910111213141516171819"
                                "2021222324252627282930313233343536373839"
                                "4041424344454647484950515253545556575859"
                                "6061626364656667686970717273747576777879"
                                "8081828384858687888990919293949596979899";
    char digits[2 * NUMBER_DIGITS] = {0};
    char *const end = digits + NUMBER_DIGITS;
    char *first = end;
    for (; number >= 10; number /= 100)
        memcpy(first -= 2, pairs + number % 100 * 2, 2);
    if (number || first == end)
        *--first = (char)('0' + number);
    memcpy(at, first, NUMBER_DIGITS);
    return at + (end - first);
}

void objects_write_name(const struct object_layout *layout, const struct object *object,
                        char out[OBJECT_NAME])
{
    memcpy(out, object->second ? second_beginning : first_beginning, BEGINNING);
    char *at = write_number(out + BEGINNING, object->rank);
    *at++ = '.';
    at = write_number(at, number_in_rank(layout, object));
    *at = '\0';
}

void objects_write_other_name(const char name[OBJECT_NAME], char out[OBJECT_NAME])
{
    memcpy(out, name, OBJECT_NAME);
    memcpy(out, memcmp(name, first_beginning, BEGINNING) ? first_beginning : second_beginning,
           BEGINNING);
}

void objects_print_top(const struct object_layout *layout, const char *top, uint32_t rank,
                       struct text *out)
{
    text_add(out, "%s", top);
    if (!layout->shared)
        text_add(out, "/r%" PRIu32, rank);
}

uint32_t objects_levels(const struct settings *settings)
{
    return settings->tree_depth ? (uint32_t)settings->tree_depth : settings->fan_out > 0;
}

/* The number of the directory on a level above another one. */
static uint64_t number_above(const struct object_layout *layout, uint64_t directory, uint32_t level)
{
    const uint32_t bits = OBJECTS_DIGIT * (layout->levels - level);
    return bits < OBJECTS_BITS ? directory >> bits : 0;
}

uint64_t objects_above(const struct object_layout *layout, uint64_t directories, uint32_t level)
{
    return directories ? number_above(layout, directories - 1, level) + 1 : 0;
}

void objects_print_above(const struct object_layout *layout, const char *top, uint32_t rank,
                         uint64_t directory, uint32_t level, struct text *out)
{
    objects_print_top(layout, top, rank, out);
    for (uint32_t i = 1; i <= level; i++) {
        const uint64_t number = number_above(layout, directory, i);
        text_add(out, "/d%" PRIu64, i == 1 ? number : number % (1 << OBJECTS_DIGIT));
    }
}

void objects_print_directory(const struct object_layout *layout, const char *top,
                             const struct object *object, struct text *out)
{
    objects_print_above(layout, top, object->rank, objects_directory(layout, object),
                        layout->levels, out);
}

bool objects_of_name(const struct object_layout *layout, const char *name, struct object *object)
{
    uint64_t rank;
    uint64_t number;
    const bool second = !strncmp(name, second_beginning, BEGINNING);
    if (!second && strncmp(name, first_beginning, BEGINNING) != 0)
        return false;
    const char *rest = plan_read_number(name + BEGINNING, layout->ranks, &rank);
    if (!rest || *rest != '.')
        return false;
    rest = plan_read_number(rest + 1, UINT64_C(1) << OBJECTS_BITS, &number);
    if (!rest || *rest)
        return false;
    *object = (struct object){.rank = (uint32_t)rank,
                              .thread = (uint32_t)(number % layout->threads),
                              .place = number / layout->threads,
                              .second = second};
    return true;
}

bool objects_has_name(const struct object_layout *layout, const char *name)
{
    struct object object;
    return objects_of_name(layout, name, &object);
}

bool objects_has_directory(const struct object_layout *layout, const char *name)
{
    const char *rest = NULL;
    if (*name == 'd' && layout->levels)
        rest = plan_skip_number(name + 1, UINT64_C(1) << OBJECTS_BITS);
    else if (*name == 'r' && !layout->shared)
        rest = plan_skip_number(name + 1, layout->ranks);
    return rest && !*rest;
}

void object_cursor_create(struct object_cursor *cursor, uint32_t rank, uint32_t thread,
                          uint64_t count)
{
    *cursor = (struct object_cursor){.next = {.rank = rank, .thread = thread}, .left = count};
}

static uint64_t count_places(const struct acknowledged *created, uint32_t threads)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < threads; i++)
        all += created[i].issued;
    return all;
}

void object_cursor_visit(struct object_cursor *cursor, const struct object_layout *layout,
                         uint32_t rank, const struct acknowledged *created,
                         const struct object_names *names, uint32_t index, uint32_t of)
{
    const uint64_t all = count_places(created, layout->threads);
    uint64_t first = checked_scale(all, index, of);
    *cursor = (struct object_cursor){
        .created = created,
        .names = *names,
        .next = {.rank = rank},
        .position = first,
        .places = all,
        .left = checked_scale(all, index + UINT64_C(1), of) - first,
    };
    while (cursor->left && first >= created[cursor->next.thread].issued)
        first -= created[cursor->next.thread++].issued;
    cursor->next.place = first;
}

bool object_names_complete(const struct acknowledged *created, uint32_t threads,
                           const struct acknowledged *reached, uint32_t parts)
{
    const uint64_t all = count_places(created, threads);
    bool complete = true;
    for (uint32_t i = 0; i < parts; i++)
        complete &= acknowledged_count(&reached[i]) ==
                    checked_scale(all, i + UINT64_C(1), parts) - checked_scale(all, i, parts);
    return complete;
}

static bool has_second_name(const struct object_names *names, uint64_t position, uint64_t places)
{
    if (!names->parts)
        return names->second;
    uint64_t part = checked_scale(names->parts, position, places);
    while (checked_scale(places, part + 1, names->parts) <= position)
        part++;
    const uint64_t first = checked_scale(places, part, names->parts);
    return acknowledged_has(&names->reached[part], position - first) == names->second;
}

bool object_exists(const struct object_layout *layout, const struct acknowledged *created,
                   const struct object_names *names, const struct object *object)
{
    uint64_t position = object->place;
    if (!acknowledged_has(&created[object->thread], object->place))
        return false;
    if (!names->parts)
        return object->second == names->second;
    for (uint32_t i = 0; i < object->thread; i++)
        position += created[i].issued;
    return object->second ==
           has_second_name(names, position, count_places(created, layout->threads));
}

/* Skips threads that created nothing, to the next place. */
static void enter_next_thread(struct object_cursor *cursor)
{
    while (cursor->left && cursor->next.place == cursor->created[cursor->next.thread].issued) {
        cursor->next.thread++;
        cursor->next.place = 0;
    }
}

bool object_cursor_next(struct object_cursor *cursor, struct object *object)
{
    while (cursor->left) {
        const uint64_t position = cursor->position++;
        *object = cursor->next;
        cursor->next.place++;
        cursor->left--;
        if (!cursor->created)
            return true;
        enter_next_thread(cursor);
        if (!acknowledged_has(&cursor->created[object->thread], object->place))
            continue;
        object->second = has_second_name(&cursor->names, position, cursor->places);
        return true;
    }
    return false;
}

void object_cursor_skip(struct object_cursor *cursor, const struct object *object, uint64_t place)
{
    struct object *next = &cursor->next;
    if (next->thread != object->thread)
        return;
    uint64_t end = cursor->created ? cursor->created[next->thread].issued : UINT64_MAX;
    end = place < end ? place : end;
    uint64_t count = end > next->place ? end - next->place : 0;
    count = count < cursor->left ? count : cursor->left;
    next->place += count;
    cursor->position += count;
    cursor->left -= count;
    if (cursor->created)
        enter_next_thread(cursor);
}
