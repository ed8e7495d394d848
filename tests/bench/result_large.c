/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the result of a large run that never took place: result_large RESULT NODES RANKS_EACH
 * PHASES SECONDS. Every number that differs between nodes in a real run is random here, because
 * equal numbers would deflate to nothing. What is kept of it is decided as in a run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/store.h"
#include "record/thin.h"
#include "report/advice.h"
#include "report/words.h"
#include "sample_record.h"

enum {
    BINS_OF_ALL = 1024,
    BINS_OF_NODES = 1 << 19,
    FEWEST_BINS = 32,
    READINGS = 256,
    REQUEST_BYTES = 4 << 20,
    WRITERS_EACH = 2,
};

struct random {
    unsigned short state[3];
};

static int64_t below(struct random *random, int64_t most)
{
    return most > 0 ? (int64_t)(erand48(random->state) * (double)most) : 0;
}

/* Numbers that no two nodes have in common. */
static void vary_row(struct random *random, struct record_row *row)
{
    struct counters *counters = &row->counters;
    const int64_t end_ns = counters->end_ns;
    int64_t *const times[] = {&counters->writer_waited_ns,
                              &counters->producer_time_ns,
                              &counters->producer_waited_ns,
                              &counters->made_ns,
                              &counters->longest_made_ns,
                              &counters->queue_wait_ns,
                              &counters->longest_queue_wait_ns,
                              &counters->open_ns,
                              &counters->sync_ns,
                              &counters->longest_sync_ns,
                              &counters->close_ns,
                              &counters->writer_cpu_ns,
                              &counters->producer_cpu_ns,
                              &counters->dirtied_bytes,
                              &counters->disks_written_bytes,
                              &counters->longest_gap_ns};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        *times[i] = below(random, end_ns / 20);
    counters->started_ns = below(random, 100000);
    counters->first_ns = counters->started_ns + below(random, 100000);
    counters->drained_ns = counters->last_ns = end_ns - below(random, end_ns / 50);
    counters->requests = counters->bytes / REQUEST_BYTES;
    counters->made_buffers = counters->queued_buffers = counters->requests;
    counters->sampled_pages = 4096;
    row->latency.mean_ns += below(random, row->latency.mean_ns / 4);
    row->latency.max_ns += below(random, row->latency.max_ns);
}

static void vary_histogram(struct random *random, struct histogram *histogram)
{
    histogram->total = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        histogram->counts[i] *= 1 + (uint64_t)below(random, 999);
        histogram->total += histogram->counts[i];
    }
    histogram->sum_ns *= 500;
}

static void add_bins(struct random *random, struct record_phase *phase)
{
    const int64_t nodes = (int64_t)phase->node_count;
    int64_t each = BINS_OF_ALL;
    while (each > FEWEST_BINS && each * nodes > BINS_OF_NODES)
        each /= 2;
    const int64_t width_ns = phase->duration_ns / each + 1;
    phase->bins = calloc((size_t)(BINS_OF_ALL + nodes * each), sizeof *phase->bins);
    for (int64_t i = 0; i < BINS_OF_ALL; i++)
        phase->bins[phase->bin_count++] =
            (struct record_bin){.node = -1,
                                .start_ns = i * width_ns * each / BINS_OF_ALL,
                                .width_ns = width_ns * each / BINS_OF_ALL,
                                .amount = phase->amount / BINS_OF_ALL,
                                .requests = phase->requests / BINS_OF_ALL,
                                .slowest_ns = below(random, phase->latency.max_ns)};
    for (int64_t node = 0; node < nodes; node++)
        for (int64_t i = 0; i < each; i++) {
            const int64_t mean = phase->nodes[node].counters.requests / each;
            const int64_t requests = mean / 2 + below(random, mean);
            phase->bins[phase->bin_count++] =
                (struct record_bin){.node = node,
                                    .start_ns = i * width_ns,
                                    .width_ns = width_ns,
                                    .amount = requests * REQUEST_BYTES,
                                    .requests = requests,
                                    .slowest_ns = below(random, phase->latency.max_ns)};
        }
}

static void add_devices(struct random *random, struct record_phase *phase)
{
    const size_t most = thin_readings(phase->node_count);
    struct record_device rows[READINGS];
    phase->devices = calloc(phase->node_count * (most < READINGS ? most : READINGS), sizeof *rows);
    for (size_t node = 0; node < phase->node_count; node++) {
        for (int64_t i = 0; i < READINGS; i++) {
            const int64_t width_ns = phase->duration_ns / READINGS;
            rows[i] = (struct record_device){.node = (int64_t)node,
                                             .device = "nvme0n1",
                                             .start_ns = i * width_ns + below(random, 1000000),
                                             .width_ns = width_ns + below(random, 1000000),
                                             .busy_ns = below(random, width_ns),
                                             .queue_ns = below(random, width_ns * 16),
                                             .request_ns = below(random, width_ns * 16),
                                             .requests = below(random, 10000),
                                             .read_bytes = below(random, 1 << 20) << 9,
                                             .written_bytes = below(random, 1 << 30) << 9,
                                             .received_bytes = below(random, 1 << 30),
                                             .sent_bytes = below(random, 1 << 30)};
        }
        const size_t kept = thin_devices(rows, READINGS, most);
        memcpy(&phase->devices[phase->device_count], rows, kept * sizeof *rows);
        phase->device_count += kept;
    }
}

static void add_files(const struct record *record, struct record_phase *phase)
{
    phase->file_count = phase->rank_count * WRITERS_EACH;
    phase->files = calloc(phase->file_count, sizeof *phase->files);
    for (size_t i = 0; i < phase->file_count; i++) {
        const int64_t bytes = phase->ranks[i / WRITERS_EACH].counters.bytes / WRITERS_EACH;
        phase->files[i] = (struct record_file){.file = (int64_t)i / WRITERS_EACH,
                                               .rank = (int64_t)i / WRITERS_EACH,
                                               .writer = (int64_t)i % WRITERS_EACH,
                                               .offset = (int64_t)i % WRITERS_EACH * bytes,
                                               .bytes_planned = bytes,
                                               .bytes_acknowledged = bytes,
                                               .requests_done = bytes / REQUEST_BYTES,
                                               .generation = 1};
        if (asprintf(&phase->files[i].path, "/mnt/pfs/tidemill-%s/r%zu", record->run_id,
                     i / WRITERS_EACH) < 0)
            abort();
    }
}

static void add_environment(struct random *random, struct record *record)
{
    const size_t nodes = record->node_count;
    const size_t comparisons = 2 * record->phase_count;
    struct record_target target = record->targets[0];
    record->targets = reallocarray(record->targets, nodes, sizeof target);
    record->block_devices = calloc(nodes, sizeof *record->block_devices);
    record->networks = calloc(nodes, sizeof *record->networks);
    record->clocks = calloc(nodes * comparisons, sizeof *record->clocks);
    for (size_t i = 0; i < nodes; i++) {
        struct record_node *node = &record->nodes[i];
        for (size_t k = 0; k < 36; k++)
            node->boot_id[k] = "0123456789abcdef"[below(random, 16)];
        strcpy(node->kernel, "6.1.0-28-amd64");
        strcpy(node->cpu, "AMD EPYC 9654");
        node->memory_available_bytes = below(random, INT64_C(1) << 39);
        node->load_thousandths = below(random, 1000);
        record->targets[i] = target;
        text_copy(record->targets[i].node, sizeof target.node, node->hostname);
        record->targets[i].node_number = (int64_t)i;
        record->block_devices[i].node_number = record->networks[i].node_number = (int64_t)i;
        strcpy(record->block_devices[i].name, "nvme0n1");
        strcpy(record->networks[i].name, "mlx5_0:1");
        text_copy(record->block_devices[i].node, RECORD_NAME, node->hostname);
        text_copy(record->networks[i].node, RECORD_NAME, node->hostname);
        for (size_t k = 0; k < comparisons; k++) {
            struct record_clock *clock = &record->clocks[record->clock_count++];
            *clock = (struct record_clock){.node_number = (int64_t)i,
                                           .after = k % 2,
                                           .offset_ns = below(random, INT64_C(1) << 40),
                                           .local_ns = below(random, INT64_C(1) << 45),
                                           .error_ns = below(random, 10000),
                                           .round_trip_ns = below(random, 20000),
                                           .wall_error_ns = below(random, 1000000)};
            text_copy(clock->node, sizeof clock->node, node->hostname);
            text_copy(clock->phase, sizeof clock->phase, record->phases[k / 2].name);
        }
    }
    record->target_count = record->block_device_count = record->network_count = nodes;
}

static int add_phase(struct random *random, struct record *record, struct record_phase *phase)
{
    for (size_t i = 0; i < phase->node_count; i++) {
        vary_row(random, &phase->nodes[i]);
        vary_histogram(random, &phase->node_latency[i]);
    }
    for (size_t i = 0; i < phase->rank_count; i++)
        vary_row(random, &phase->ranks[i]);
    add_bins(random, phase);
    add_devices(random, phase);
    if (phase->writes)
        add_files(record, phase);
    record_mark_steady(phase);
    words_fill(phase);
    return thin_latency(phase);
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: result_large RESULT NODES RANKS_EACH PHASES SECONDS\n");
        return 2;
    }
    struct record record;
    struct failure why = {0};
    struct random random = {{1, 2, 3}};
    const double rate = 1.9e9;
    const int64_t nodes = atoll(argv[2]), each = atoll(argv[3]), seconds = atoll(argv[5]);
    const struct sample sample = {.nodes = nodes,
                                  .ranks = nodes * each,
                                  .bytes_per_rank = (int64_t)(rate * (double)seconds) / each &
                                                    ~(int64_t)(REQUEST_BYTES - 1),
                                  .requests_per_rank = 1024,
                                  .node_rate = rate};
    int result = 0;
    sample_record(&record, &sample);
    record.detail =
        (uint8_t)thin_detail((uint64_t)sample.ranks, (uint64_t)sample.ranks * WRITERS_EACH);
    for (int64_t i = 2; i < atoll(argv[4]); i++)
        sample_phase(&record, &sample, i % 2 ? "read" : "write");
    for (size_t i = 0; i < record.phase_count && !result; i++)
        result = add_phase(&random, &record, &record.phases[i]);
    add_environment(&random, &record);
    sample_totals(&record);
    if (!result)
        result = advice_consider(&record) || store_save(argv[1], &record, NULL, &why);
    if (result)
        fprintf(stderr, "result_large: %s\n", why.code ? why.text : "not enough memory");
    record_release(&record);
    return result ? 1 : 0;
}
