/* SPDX-License-Identifier: Apache-2.0 */
/* Failed operations of all ranks by their error: a row for each in the record. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "work_names.h"

struct error_row {
    uint32_t rank; /* that had it */
    struct crew_error error;
};

static void set_first(const struct work_names *names, const struct error_row *row,
                      struct record_error *to, struct failure *why)
{
    const struct cluster *cluster = names->phase->run->cluster;
    const struct slow_request place = {.rank = row->rank,
                                       .file_writer = object_key(&row->error.first),
                                       .offset = work_names_place(names, &row->error.first)};
    const char *const name = row->error.error ? strerrorname_np(row->error.error) : "other";
    uint64_t offset = 0;
    char *path = row->error.directory
                     ? work_names_directory(names, &place, why)
                     : names->work.methods->path(&names->work, &place, &offset, why);
    to->number = row->error.error;
    to->rank = row->rank;
    text_copy(to->name, sizeof to->name, name ? name : "unknown");
    text_copy(to->host, sizeof to->host, cluster->node_names[cluster->shape.rank_node[row->rank]]);
    text_copy(to->path, sizeof to->path, path ? path : "");
    free(path);
}

static int by_count(const void *a, const void *b)
{
    const struct record_error *left = a;
    const struct record_error *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    return (left->number > right->number) - (left->number < right->number);
}

/* Rows come in the order of ranks, so that the first with an error is the lowest rank. */
static void merge(const struct work_names *names, const struct error_row *rows, size_t count,
                  struct record_phase *into, struct failure *why)
{
    into->errors = calloc(count + 1, sizeof *into->errors);
    if (!into->errors) {
        failure_set(why, -ENOMEM, "not enough memory for the results");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t place = 0;
        while (place < into->error_count && into->errors[place].number != rows[i].error.error)
            place++;
        struct record_error *to = &into->errors[place];
        if (place == into->error_count) {
            into->error_count++;
            set_first(names, &rows[i], to, why);
        }
        to->count += (int64_t)rows[i].error.count;
        to->ranks++;
    }
    qsort(into->errors, into->error_count, sizeof *into->errors, by_count);
}

void work_names_gather_errors(const struct work_names *names, struct record_phase *into,
                              struct failure *why)
{
    struct cluster *cluster = names->phase->run->cluster;
    struct crew_error mine[CREW_ERRORS] = {0};
    struct error_row rows[CREW_ERRORS];
    void *all = NULL;
    size_t count = 0;
    size_t used = 0;
    for (uint32_t i = 0; i < names->threads; i++)
        for (uint32_t j = 0; j < CREW_ERRORS; j++)
            if (crew_outcome(names->crew, i)->errors[j].count)
                crew_add_errors(mine, &crew_outcome(names->crew, i)->errors[j]);
    for (uint32_t j = 0; j < CREW_ERRORS; j++)
        if (mine[j].count)
            rows[used++] = (struct error_row){cluster->rank, mine[j]};
    cluster_gather(cluster, rows, sizeof *rows, used, &all, &count, why);
    if (into && !why->code)
        merge(names, all, count, into, why);
    free(all);
}
