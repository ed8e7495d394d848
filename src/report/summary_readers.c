/* SPDX-License-Identifier: Apache-2.0 */
/* The proof of --shift: which node wrote or created what each node used. */
#include <string.h>

#include "summary_parts.h"

enum { PAIRS_SHOWN = 4 };

static bool is_known(const struct record_reader *reader)
{
    return reader->written_node[0] && reader->written_boot_id[0] && reader->boot_id[0];
}

/* Do both have one page cache? */
static bool shares_cache(const struct record_reader *reader)
{
    return !strcmp(reader->boot_id, reader->written_boot_id);
}

static bool same_pair(const struct record_reader *a, const struct record_reader *b)
{
    return !strcmp(a->node, b->node) && !strcmp(a->written_node, b->written_node);
}

/* "n1 from n2, n2 from n1": the first pairs of nodes, each once, and whether there are more. */
static void add_pairs(const struct record_phase *phase, struct text *out)
{
    const struct record_reader *shown[PAIRS_SHOWN];
    size_t count = 0;
    bool more = false;
    for (size_t i = 0; i < phase->reader_count && !more; i++) {
        const struct record_reader *reader = &phase->readers[i];
        size_t pair = 0;
        if (!is_known(reader) || shares_cache(reader))
            continue;
        while (pair < count && !same_pair(shown[pair], reader))
            pair++;
        if (pair < count)
            continue;
        more = count == PAIRS_SHOWN;
        if (!more)
            shown[count++] = reader;
    }
    for (size_t i = 0; i < count; i++)
        text_add(out, "%s%s from %s", i ? ", " : "", shown[i]->node, shown[i]->written_node);
    text_add(out, "%s", more ? ", ..." : "");
}

void summary_readers(const struct record *record, const struct record_phase *phase,
                     struct text *out)
{
    size_t others = 0;
    size_t known = 0;
    struct text line = {0};
    for (size_t i = 0; i < phase->reader_count; i++) {
        known += is_known(&phase->readers[i]);
        others += is_known(&phase->readers[i]) && !shares_cache(&phase->readers[i]);
    }
    if (record->node_count < 2 || !known)
        return;
    text_add(&line, "%zu of %zu rank%s used what another kernel had %s (by boot id)%s", others,
             phase->reader_count, summary_plural((int64_t)phase->reader_count),
             phase->unit == UNIT_BYTE ? "written" : "created", others ? ": " : "");
    add_pairs(phase, &line);
    summary_line(out, "source", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
