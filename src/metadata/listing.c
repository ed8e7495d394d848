/* SPDX-License-Identifier: Apache-2.0 */
#include "metadata/listing.h"

#include <fnmatch.h>

#include "options/find_words.h"

int listing_search_init(struct listing_search *search, const struct settings *settings,
                        struct failure *why)
{
    *search = (struct listing_search){.name = settings->find_name};
    return find_size_parse(settings->find_size, &search->sized, &search->bytes, why);
}

uint64_t listing_directories(const struct object_layout *layout, const struct acknowledged *created)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < layout->threads; i++) {
        const struct object last = {.thread = i, .place = created[i].issued - 1};
        if (!created[i].issued)
            continue;
        const uint64_t own = objects_directory(layout, &last) + 1;
        count = own > count ? own : count;
    }
    return count;
}

bool listing_matches(const struct listing_search *search, const char *name, uint64_t bytes,
                     int64_t modified_ns)
{
    return (!search->sized || bytes == search->bytes) && modified_ns >= search->since_ns &&
           (!search->name || !fnmatch(search->name, name, 0));
}

/* Mixes all bits (the finalizer of SplitMix64), so that no two sets of numbers that a faulty file
 * system may list have equal sums. */
static uint64_t hash(uint64_t number)
{
    number += UINT64_C(0x9e3779b97f4a7c15);
    number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
    return number ^ (number >> 31);
}

void listing_add(struct listing_sum *sum, const struct object_layout *layout,
                 const struct object *object)
{
    sum->objects++;
    sum->hashes += hash(objects_number(layout, object));
}
