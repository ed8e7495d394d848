/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the result of a run of any size that never took place, for tests of reports: synthetic
 * RESULT NODES PHASES SECONDS [NAME]. The third node is slow; NAME replaces each name and text that
 * comes from outside. PHASES 0: the points of sweeps and the probes of a search, without phases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/store.h"
#include "report/advice.h"
#include "report/words.h"
#include "sample_points.h"
#include "stats/timeline.h"

enum { MOST_BINS = 1 << 19, LEAST_NODE_BINS = 32, ALL_BINS = 1024, READINGS = 60 };

/* Between 0.6 and 1.1, different for each node and time. */
static double wave(int64_t node, int64_t bin)
{
    return (1 + 0.1 * sample_spread(node * 977 + bin)) * (bin % 60 < 52 ? 1 : 0.7);
}

/* The amount of a node, spread over the bins until its end. */
static void add_node(struct record_phase *phase, int64_t node, int64_t count)
{
    struct record_bin *bins = &phase->bins[phase->bin_count];
    const struct record_row *row = &phase->nodes[node];
    const int64_t width_ns = phase->bins[0].width_ns * (ALL_BINS / count);
    const int64_t used = (row->counters.end_ns + width_ns - 1) / width_ns;
    double whole = 0;
    for (int64_t i = 0; i < used; i++)
        whole += wave(node, i);
    for (int64_t i = 0; i < used && i < count; i++) {
        const int64_t amount = (int64_t)((double)row->counters.bytes * wave(node, i) / whole);
        bins[i] = (struct record_bin){.node = node,
                                      .start_ns = i * width_ns,
                                      .width_ns = width_ns,
                                      .amount = amount,
                                      .requests = amount >> 22,
                                      .slowest_ns = row->latency.max_ns / 2};
        for (int64_t k = 0; k < ALL_BINS / count; k++)
            phase->bins[i * (ALL_BINS / count) + k].amount += amount / (ALL_BINS / count);
        phase->bin_count++;
    }
}

static int add_timeline(struct record_phase *phase)
{
    const int64_t nodes = (int64_t)phase->node_count;
    int64_t each = ALL_BINS;
    while (each > LEAST_NODE_BINS && each * nodes > MOST_BINS)
        each /= 2;
    phase->bins = calloc((size_t)(ALL_BINS + nodes * each), sizeof *phase->bins);
    if (!phase->bins)
        return -1;
    for (int64_t i = 0; i < ALL_BINS; i++) {
        const int64_t width_ns = phase->duration_ns / ALL_BINS + 1;
        phase->bins[phase->bin_count++] =
            (struct record_bin){.node = -1, .start_ns = i * width_ns, .width_ns = width_ns};
    }
    for (int64_t i = 0; i < nodes; i++)
        add_node(phase, i, each);
    return 0;
}

static int add_devices(struct record_phase *phase)
{
    phase->devices = calloc(phase->node_count * READINGS, sizeof *phase->devices);
    if (!phase->devices)
        return -1;
    for (size_t node = 0; node < phase->node_count; node++)
        for (int64_t i = 0; i < READINGS; i++) {
            struct record_device *device = &phase->devices[phase->device_count++];
            *device = (struct record_device){.node = (int64_t)node,
                                             .start_ns = i * phase->duration_ns / READINGS,
                                             .width_ns = phase->duration_ns / READINGS};
            strcpy(device->device, "nvme0n1");
            device->busy_ns = (int64_t)((double)device->width_ns * 0.8 * wave((int64_t)node, i));
            device->queue_ns = device->busy_ns * 12;
            device->requests = 1000;
            device->request_ns = device->queue_ns;
            device->written_bytes = phase->amount / READINGS / (int64_t)phase->node_count;
        }
    return 0;
}

static int extend(struct record *record, int64_t phases)
{
    const struct sample sample = {.nodes = (int64_t)record->node_count,
                                  .ranks = (int64_t)record->phases[0].rank_count,
                                  .bytes_per_rank = record->phases[0].ranks[0].counters.bytes,
                                  .requests_per_rank = 1024,
                                  .node_rate = (double)record->phases[0].amount /
                                               (double)record->node_count /
                                               (double)record->phases[0].duration_ns * 1.2e9};
    while ((int64_t)record->phase_count < phases)
        sample_phase(record, &sample, record->phase_count % 2 ? "read" : "write");
    for (size_t i = 0; i < record->phase_count; i++) {
        struct record_phase *phase = &record->phases[i];
        if (add_timeline(phase) || add_devices(phase))
            return -1;
        record_mark_steady(phase);
    }
    sample_totals(record);
    return 0;
}

static void rename_points(struct record *record, const char *name)
{
    for (size_t i = 0; i < record->sweep_count; i++) {
        struct record_sweep *row = &record->sweep[i];
        text_copy(row->settings, sizeof row->settings, name);
        text_copy(row->phase, sizeof row->phase, i % 2 ? name : "write");
    }
    for (size_t i = 0; i < record->sweep_run_count; i++)
        text_copy(record->sweep_runs[i].reason, sizeof record->sweep_runs[i].reason,
                  i % 9 ? "" : name);
    for (size_t i = 0; i < record->tune_count; i++)
        text_copy(record->tune[i].option, sizeof record->tune[i].option, name);
    for (size_t i = 0; i < record->tune_result_count; i++)
        text_copy(record->tune_results[i].settings, sizeof record->tune_results[i].settings, name);
}

/* Puts a text into everything that is not a number. */
static void rename_all(struct record *record, const char *name)
{
    char **texts[] = {&record->label, &record->command_line, &record->job.environment};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(*texts[i]);
        *texts[i] = strdup(name);
    }
    for (size_t i = 0; i < record->node_count; i++) {
        snprintf(record->nodes[i].hostname, sizeof record->nodes[i].hostname, "%zu%s", i, name);
        snprintf(record->nodes[i].cpu, sizeof record->nodes[i].cpu, "%s", name);
    }
    snprintf(record->targets[0].path, sizeof record->targets[0].path, "/%s", name);
    snprintf(record->targets[0].source, sizeof record->targets[0].source, "%s", name);
    rename_points(record, name);
    for (size_t i = 0; i < record->phase_count; i++) {
        struct record_phase *phase = &record->phases[i];
        snprintf(phase->nodes[0].name, sizeof phase->nodes[0].name, "%s", name);
        snprintf(phase->ranks[0].first_failure, sizeof phase->ranks[0].first_failure, "%s", name);
        snprintf(phase->ranks[0].name, sizeof phase->ranks[0].name, "%s", name);
        snprintf(phase->name, sizeof phase->name, "%zu%.40s", i, name);
        for (char *at = strchr(phase->name, '/'); at; at = strchr(at, '/'))
            *at = '_';
    }
}

static void keep_points(struct record *record)
{
    for (size_t i = 0; i < record->phase_count; i++)
        record_phase_release(&record->phases[i]);
    record->phase_count = 0;
    sample_points(record);
}

int main(int argc, char **argv)
{
    if (argc != 5 && argc != 6) {
        fprintf(stderr, "usage: synthetic RESULT NODES PHASES SECONDS [NAME]\n");
        return 2;
    }
    struct record record;
    struct failure why = {0};
    const int64_t nodes = atoll(argv[2]);
    const double rate = 1.9e9;
    const struct sample sample = {.nodes = nodes,
                                  .ranks = nodes,
                                  .bytes_per_rank = (int64_t)(rate * (double)atoll(argv[4])) &
                                                    ~(int64_t)((4 << 20) - 1),
                                  .requests_per_rank = 1024,
                                  .node_rate = rate};
    sample_record(&record, &sample);
    int result = 0;
    if (atoll(argv[3]))
        result = extend(&record, atoll(argv[3]));
    else
        keep_points(&record);
    if (argc > 5)
        rename_all(&record, argv[5]);
    for (size_t i = 0; i < record.phase_count; i++)
        words_fill(&record.phases[i]);
    if (!result)
        result = advice_consider(&record) || store_save(argv[1], &record, NULL, &why);
    if (result)
        fprintf(stderr, "synthetic: %s\n", why.code ? why.text : "not enough memory");
    record_release(&record);
    return result ? 1 : 0;
}
