/* SPDX-License-Identifier: Apache-2.0 */
#include "workloads.h"

#include <stdlib.h>
#include <string.h>

#include "summary_parts.h"

enum { LEAST_RANGE = 3, DIGITS = 18 };

static bool alike(const struct workload *a, const struct workload *b)
{
    return strcmp(text_string(&a->what), text_string(&b->what)) == 0 &&
           strcmp(text_string(&a->reader), text_string(&b->reader)) == 0 && !*a->data == !*b->data;
}

/* The next one behind 'i' that is like it; 'count' if none is. */
static size_t next_alike(const struct workload *list, size_t count, size_t i)
{
    const size_t from = i++;
    while (i < count && !alike(&list[from], &list[i]))
        i++;
    return i;
}

static bool is_first(const struct workload *list, size_t i)
{
    for (size_t before = 0; before < i; before++)
        if (alike(&list[before], &list[i]))
            return false;
    return true;
}

/* The length of a name without the number at its end. */
static size_t stem(const char *name)
{
    size_t length = strlen(name);
    while (length && name[length - 1] >= '0' && name[length - 1] <= '9')
        length--;
    return length;
}

/* Does 'b' have the number that follows that of 'a', as "save-10" follows "save-09"? */
static bool follows(const char *a, const char *b)
{
    const size_t length = stem(a);
    return length == stem(b) && strncmp(a, b, length) == 0 && a[length] && b[length] &&
           strlen(a + length) <= DIGITS && strlen(b + length) <= DIGITS &&
           strtoull(b + length, NULL, 10) == strtoull(a + length, NULL, 10) + 1;
}

static const char *name_of(const struct workload *workload, bool data)
{
    return data ? workload->data : workload->section;
}

/* The last of those alike from 'i' on whose names are numbered one after the other. */
static size_t range_end(const struct workload *list, size_t count, size_t i, bool data)
{
    size_t length = 1;
    size_t last = i;
    for (size_t next = next_alike(list, count, i);
         next < count && follows(name_of(&list[last], data), name_of(&list[next], data));
         next = next_alike(list, count, next)) {
        last = next;
        length++;
    }
    return length < LEAST_RANGE ? i : last;
}

/* "dump, save-01 to save-10 and last": the sections like the first one, or those of their data. */
static void add_names(const struct workload *list, size_t count, size_t first, bool data,
                      struct text *out)
{
    const char *quote = data ? "'" : "";
    size_t next;
    for (size_t i = first; i < count; i = next) {
        const size_t last = range_end(list, count, i, data);
        next = next_alike(list, count, last);
        if (i != first)
            text_add(out, next < count ? ", " : " and ");
        text_add(out, "%s%s%s", quote, name_of(&list[i], data), quote);
        if (last != i)
            text_add(out, " to %s%s%s", quote, name_of(&list[last], data), quote);
    }
}

static void add_seeds(const struct workload *list, size_t count, size_t first, struct text *out)
{
    const bool several = next_alike(list, count, first) < count;
    text_add(out, "; seed%s", several ? "s" : "");
    for (size_t i = first; i < count; i = next_alike(list, count, i))
        text_add(out, "%s %llu", i == first ? "" : ",", (unsigned long long)list[i].seed);
}

static bool same_data(const struct workload *list, size_t count, size_t first)
{
    for (size_t i = first; i < count; i = next_alike(list, count, i))
        if (strcmp(list[i].data, list[first].data) != 0)
            return false;
    return true;
}

static void add_line(const struct workload *list, size_t count, size_t first, bool verbose,
                     struct text *out)
{
    const struct workload *workload = &list[first];
    if (*workload->section) {
        add_names(list, count, first, false, out);
        text_add(out, ": ");
    }
    text_add(out, "%s", text_string(&workload->what));
    if (workload->reader.length) {
        text_add(out, "; ");
        if (*workload->data) {
            text_add(out, "data of ");
            add_names(list, same_data(list, count, first) ? first + 1 : count, first, true, out);
            text_add(out, " ");
        }
        text_add(out, "%s", text_string(&workload->reader));
    }
    if (verbose && !workload->objects_only)
        add_seeds(list, count, first, out);
}

void workloads_write(const struct workload *list, size_t count, bool verbose, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        struct text line = {0};
        out->failed |= list[i].what.failed || list[i].reader.failed;
        if (!is_first(list, i))
            continue;
        add_line(list, count, i, verbose, &line);
        summary_line(out, i ? "" : "workload", "%s", text_string(&line));
        out->failed |= line.failed;
        text_release(&line);
    }
}
