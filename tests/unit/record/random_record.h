/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of random content and shape, and whether two are the same. Walks the schema, so a new
 * column is covered as soon as it is in the list (schema_test sees that every member is in it).
 */
#ifndef TIDEMILL_TESTS_RANDOM_RECORD_H
#define TIDEMILL_TESTS_RANDOM_RECORD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/record.h"
#include "record/schema.h"

struct dice {
    unsigned short state[3];
};

static struct dice dice_of(unsigned seed)
{
    return (struct dice){{0x330e, (unsigned short)seed, (unsigned short)(seed >> 16)}};
}

static size_t roll(struct dice *dice, size_t sides)
{
    return (size_t)nrand48(dice->state) % sides;
}

static int64_t random_integer(struct dice *dice)
{
    static const int64_t special[] = {0, -1, 1, INT64_MAX, INT64_MIN, INT64_C(1) << 40};
    if (roll(dice, 3) == 0)
        return special[roll(dice, sizeof special / sizeof special[0])];
    return (int64_t)nrand48(dice->state) << roll(dice, 31);
}

/* UTF-8 of up to 'size' - 1 bytes, never cut inside a letter. */
static void random_text(struct dice *dice, char *to, size_t size)
{
    static const char *const pieces[] = {"a", "Z", "0",  " ",  "/", "\n", "'",  "\"", "%s",
                                         "é", "ß", "漢", "字", "🌊", "=",  "\t", "-"};
    size_t wanted = roll(dice, size);
    size_t length = 0;
    for (;;) {
        const char *piece = pieces[roll(dice, sizeof pieces / sizeof pieces[0])];
        if (length + strlen(piece) > wanted)
            break;
        memcpy(to + length, piece, strlen(piece));
        length += strlen(piece);
    }
    to[length] = 0;
}

static char *random_string(struct dice *dice, size_t size)
{
    if (roll(dice, 8) == 0)
        return NULL;
    char *text = malloc(size);
    random_text(dice, text, size);
    return text;
}

static void fill_row(struct dice *dice, const struct schema_table *table, void *row)
{
    const char *const *names;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct column *column = &table->columns[i];
        char *member = (char *)row + column->offset;
        switch (column->kind) {
        case COLUMN_INTEGER:
        case COLUMN_BYTES:
        case COLUMN_OPERATIONS:
            *(int64_t *)(void *)member = random_integer(dice);
            break;
        case COLUMN_TEXT:
            random_text(dice, member, column->size);
            break;
        case COLUMN_STRING:
            *(char **)(void *)member = random_string(dice, 300);
            break;
        default:
            schema_enum_set(column, row,
                            (unsigned)roll(dice, schema_enum_names(column->kind, &names)));
        }
    }
}

static void *random_rows(struct dice *dice, const struct schema_table *table, size_t most,
                         size_t *count)
{
    *count = roll(dice, most + 1);
    if (*count == 0)
        return NULL;
    char *rows = calloc(*count, table->row_bytes);
    for (size_t i = 0; i < *count; i++)
        fill_row(dice, table, rows + i * table->row_bytes);
    return rows;
}

static void random_histogram(struct dice *dice, struct histogram *histogram)
{
    histogram_clear(histogram);
    for (size_t i = roll(dice, 400); i > 0; i--)
        histogram_record(histogram, (int64_t)nrand48(dice->state) << roll(dice, 12));
}

/* Sometimes the nodes have no histogram but a few. */
static void random_subset(struct dice *dice, struct record_phase *phase)
{
    if (roll(dice, 2) || phase->node_count < 2)
        return;
    phase->latency_nodes = calloc(phase->node_count, sizeof *phase->latency_nodes);
    for (size_t i = 1; i < phase->node_count; i++)
        if (roll(dice, 2) || (i == phase->node_count - 1 && !phase->latency_node_count))
            phase->latency_nodes[phase->latency_node_count++] = (int64_t)i;
}

static void random_phase(struct dice *dice, struct record_phase *phase, size_t number)
{
    fill_row(dice, &schema_row, &phase->total);
    fill_row(dice, &schema_phase, phase);
    snprintf(phase->name, sizeof phase->name, "%02zu_%s", number + 1,
             roll(dice, 2) ? "write" : "größe");
    phase->nodes = random_rows(dice, &schema_row, 20, &phase->node_count);
    phase->ranks = random_rows(dice, &schema_row, 40, &phase->rank_count);
    phase->writers = random_rows(dice, &schema_row, 60, &phase->writer_count);
    phase->files = random_rows(dice, &schema_file, 30, &phase->file_count);
    phase->differences = random_rows(dice, &schema_difference, 5, &phase->difference_count);
    phase->objects = random_rows(dice, &schema_objects, 5, &phase->objects_count);
    phase->renamed = random_rows(dice, &schema_renamed, 5, &phase->renamed_count);
    phase->errors = random_rows(dice, &schema_error, 5, &phase->error_count);
    phase->bins = random_rows(dice, &schema_bin, 100, &phase->bin_count);
    phase->devices = random_rows(dice, &schema_device, 20, &phase->device_count);
    phase->readers = random_rows(dice, &schema_reader, 10, &phase->reader_count);
    phase->used_targets = random_rows(dice, &schema_used_target, 5, &phase->used_target_count);
    phase->slowest = random_rows(dice, &schema_slow, 10, &phase->slowest_count);
    if (roll(dice, 3) == 0) {
        phase->halves = calloc(HALVES, sizeof *phase->halves);
        for (int i = 0; i < HALVES; i++) {
            struct record_half *half = &phase->halves[i];
            fill_row(dice, &schema_half, half);
            half->bins = random_rows(dice, &schema_bin, 50, &half->bin_count);
            random_histogram(dice, &half->histogram);
        }
    }
    random_histogram(dice, &phase->latency);
    random_histogram(dice, &phase->intended);
    random_histogram(dice, &phase->file_latency);
    random_histogram(dice, &phase->making);
    random_histogram(dice, &phase->queue_wait);
    random_histogram(dice, &phase->open_latency);
    random_histogram(dice, &phase->transfer_latency);
    random_histogram(dice, &phase->sync_latency);
    random_histogram(dice, &phase->close_latency);
    if (phase->node_count > 0 && roll(dice, 2)) {
        phase->node_latency = calloc(phase->node_count, sizeof *phase->node_latency);
        for (size_t i = 0; i < phase->node_count; i++)
            random_histogram(dice, &phase->node_latency[i]);
        random_subset(dice, phase);
    }
}

static inline void random_record(struct dice *dice, struct record *record)
{
    memset(record, 0, sizeof *record);
    fill_row(dice, &schema_run, record);
    record->schema_version = RECORD_SCHEMA;
    record->schema_revision = RECORD_REVISION;
    record->detail = DETAIL_WRITER; /* else rows are left out */
    fill_row(dice, &schema_job, &record->job);
    record->nodes = random_rows(dice, &schema_node, 20, &record->node_count);
    record->targets = random_rows(dice, &schema_target, 20, &record->target_count);
    record->block_devices =
        random_rows(dice, &schema_block_device, 20, &record->block_device_count);
    record->networks = random_rows(dice, &schema_network, 20, &record->network_count);
    record->clocks = random_rows(dice, &schema_clock, 20, &record->clock_count);
    record->summary = random_rows(dice, &schema_summary, 5, &record->summary_count);
    record->ceilings = random_rows(dice, &schema_ceiling, 3, &record->ceiling_count);
    record->sweep = random_rows(dice, &schema_sweep, 4, &record->sweep_count);
    record->pfs = random_rows(dice, &schema_pfs, 16, &record->pfs_count);
    record->deviations = random_rows(dice, &schema_deviation, 5, &record->deviation_count);
    record->sweep_runs = random_rows(dice, &schema_sweep_run, 4, &record->sweep_run_count);
    record->tune = random_rows(dice, &schema_tune, 4, &record->tune_count);
    record->tune_choices = random_rows(dice, &schema_tune_choice, 4, &record->tune_choice_count);
    record->tune_results = random_rows(dice, &schema_tune_result, 3, &record->tune_result_count);
    record->advice = random_rows(dice, &schema_advice, 5, &record->advice_count);
    size_t phases = roll(dice, 5);
    for (size_t i = 0; i < phases; i++)
        random_phase(dice, record_add_phase(record), i);
}

/* NULL, or the name of the first column in which the rows differ. */
static const char *rows_differ(const struct schema_table *table, const void *a, const void *b,
                               size_t count)
{
    for (size_t row = 0; row < count; row++) {
        const char *left = (const char *)a + row * table->row_bytes;
        const char *right = (const char *)b + row * table->row_bytes;
        for (size_t i = 0; i < table->column_count; i++) {
            const struct column *column = &table->columns[i];
            bool text = column->kind == COLUMN_TEXT || column->kind == COLUMN_STRING;
            bool same =
                text ? strcmp(schema_text(column, left), schema_text(column, right)) == 0
                     : memcmp(left + column->offset, right + column->offset, column->size) == 0;
            if (!same)
                return column->name;
        }
    }
    return NULL;
}

#define DIFFER(table, rows, count)                                                                 \
    if (a->count != b->count)                                                                      \
        return #count;                                                                             \
    if ((what = rows_differ(&(table), a->rows, b->rows, a->count)))                                \
        return what;

static const char *halves_differ(const struct record_half *a, const struct record_half *b)
{
    const char *what;
    if ((what = rows_differ(&schema_half, a, b, 1)))
        return what;
    DIFFER(schema_bin, bins, bin_count)
    return memcmp(&a->histogram, &b->histogram, sizeof a->histogram) ? "histogram of a half" : NULL;
}

static const char *phases_differ(const struct record_phase *a, const struct record_phase *b)
{
    const char *what;
    if (strcmp(a->name, b->name) != 0)
        return "phase name";
    if ((what = rows_differ(&schema_phase, a, b, 1)))
        return what;
    if ((what = rows_differ(&schema_row, &a->total, &b->total, 1)))
        return what;
    DIFFER(schema_row, nodes, node_count)
    DIFFER(schema_row, ranks, rank_count)
    DIFFER(schema_row, writers, writer_count)
    DIFFER(schema_file, files, file_count)
    DIFFER(schema_difference, differences, difference_count)
    DIFFER(schema_objects, objects, objects_count)
    DIFFER(schema_renamed, renamed, renamed_count)
    DIFFER(schema_error, errors, error_count)
    DIFFER(schema_bin, bins, bin_count)
    DIFFER(schema_device, devices, device_count)
    DIFFER(schema_reader, readers, reader_count)
    DIFFER(schema_used_target, used_targets, used_target_count)
    DIFFER(schema_slow, slowest, slowest_count)
    if (!a->halves != !b->halves)
        return "presence of halves";
    for (int i = 0; a->halves && i < HALVES; i++)
        if ((what = halves_differ(&a->halves[i], &b->halves[i])))
            return what;
    if (memcmp(&a->latency, &b->latency, sizeof a->latency) != 0)
        return "latency";
    if (memcmp(&a->intended, &b->intended, sizeof a->intended) != 0)
        return "intended";
    if (memcmp(&a->file_latency, &b->file_latency, sizeof a->file_latency) != 0)
        return "file_latency";
    if (memcmp(&a->making, &b->making, sizeof a->making) != 0)
        return "making";
    if (memcmp(&a->queue_wait, &b->queue_wait, sizeof a->queue_wait) != 0)
        return "queue_wait";
    if (memcmp(&a->open_latency, &b->open_latency, sizeof a->open_latency) != 0)
        return "open_latency";
    if (memcmp(&a->transfer_latency, &b->transfer_latency, sizeof a->transfer_latency) != 0)
        return "transfer_latency";
    if (memcmp(&a->sync_latency, &b->sync_latency, sizeof a->sync_latency) != 0)
        return "sync_latency";
    if (memcmp(&a->close_latency, &b->close_latency, sizeof a->close_latency) != 0)
        return "close_latency";
    if (!a->node_latency != !b->node_latency)
        return "presence of node_latency";
    if (!a->latency_nodes != !b->latency_nodes || a->latency_node_count != b->latency_node_count)
        return "latency_node_count";
    if (a->latency_nodes && memcmp(a->latency_nodes, b->latency_nodes,
                                   a->latency_node_count * sizeof *a->latency_nodes) != 0)
        return "latency_nodes";
    const size_t latencies = a->latency_nodes ? a->latency_node_count : a->node_count;
    if (a->node_latency &&
        memcmp(a->node_latency, b->node_latency, latencies * sizeof *a->node_latency) != 0)
        return "node_latency";
    return NULL;
}

/* NULL when equal (NULL and "" are), else what differs. */
static inline const char *records_differ(const struct record *a, const struct record *b)
{
    const char *what;
    if ((what = rows_differ(&schema_run, a, b, 1)))
        return what;
    if ((what = rows_differ(&schema_job, &a->job, &b->job, 1)))
        return what;
    DIFFER(schema_node, nodes, node_count)
    DIFFER(schema_target, targets, target_count)
    DIFFER(schema_block_device, block_devices, block_device_count)
    DIFFER(schema_network, networks, network_count)
    DIFFER(schema_clock, clocks, clock_count)
    DIFFER(schema_summary, summary, summary_count)
    DIFFER(schema_ceiling, ceilings, ceiling_count)
    DIFFER(schema_sweep, sweep, sweep_count)
    DIFFER(schema_sweep_run, sweep_runs, sweep_run_count)
    DIFFER(schema_tune, tune, tune_count)
    DIFFER(schema_tune_choice, tune_choices, tune_choice_count)
    DIFFER(schema_tune_result, tune_results, tune_result_count)
    DIFFER(schema_advice, advice, advice_count)
    if (a->phase_count != b->phase_count)
        return "phase_count";
    for (size_t i = 0; i < a->phase_count; i++)
        if ((what = phases_differ(&a->phases[i], &b->phases[i])))
            return what;
    return NULL;
}

#endif
