/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Points of sweeps and probes of a search that never took place, for viewing reports: writing by
 * depth, reading by load, verifying by nodes, and rewriting by words and several options.
 */
#ifndef TIDEMILL_TESTS_SAMPLE_POINTS_H
#define TIDEMILL_TESTS_SAMPLE_POINTS_H

#include <math.h>

#include "sample_record.h"

enum { SAMPLE_REPEATS = 6, SAMPLE_RUN_NS = 1000000000 };

/* One measurement of each repetition. */
static void sample_point(struct record *record, struct record_sweep_run run, double per_s,
                         double p50_ms)
{
    for (int64_t i = 0; i < SAMPLE_REPEATS; i++) {
        const double share = run.offered_per_s ? 0.004 : 0.04;
        const double noise = 1 + share * sample_spread(run.point * 31 + i * 7);
        run.repetition = i + 1;
        run.duration_ns = SAMPLE_RUN_NS;
        run.bytes = (int64_t)(per_s * noise);
        run.requests = run.bytes >> 20;
        run.p50_ns = (int64_t)(p50_ms * 1e6 * noise);
        run.p99_ns = 4 * run.p50_ns;
        run.cpu_ns = run.bytes / 4;
        record_add_sweep_run(record, &run);
    }
}

static void sample_depths(struct record *record, const char *phase)
{
    struct record_sweep_run run = {.point = 1};
    text_copy(run.phase, sizeof run.phase, phase);
    for (int depth = 1; depth <= 64; depth *= 2, run.point++) {
        snprintf(run.settings, sizeof run.settings, "depth %d", depth);
        sample_point(record, run, 3e9 * depth / (depth + 3.0), 0.3 + depth * 0.1);
    }
}

/* 2 GB/s are possible: then a queue grows. */
static void sample_loads(struct record *record, const char *phase)
{
    static const int percents[] = {10, 25, 50, 75, 90, 95, 110, 150};
    struct record_sweep_run run = {.point = 1};
    text_copy(run.phase, sizeof run.phase, phase);
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++, run.point++) {
        const double offered = 2e9 * percents[i] / 100;
        const double load = percents[i] < 100 ? percents[i] / 100.0 : 0.97;
        run.offered_per_s = (int64_t)(offered);
        snprintf(run.settings, sizeof run.settings, "rate %dMB/s", percents[i] * 20);
        sample_point(record, run, 2e9 * load,
                     0.2 / (1 - load) * (percents[i] < 100 ? 1 : percents[i] / 20));
    }
}

static void sample_scales(struct record *record, const char *phase)
{
    struct record_sweep_run run = {.point = 1, .base_point = 1};
    text_copy(run.phase, sizeof run.phase, phase);
    for (int nodes = 1; nodes <= 64; nodes *= 2, run.point++) {
        run.scale = nodes;
        snprintf(run.settings, sizeof run.settings, "nodes %d", nodes);
        sample_point(record, run, 2e9 * nodes / (1 + nodes / 40.0), 1);
    }
}

static void sample_words(struct record *record, const char *phase)
{
    static const char *const engines[] = {"uring", "pwrite", "pwritev"};
    struct record_sweep_run run = {.point = 1};
    text_copy(run.phase, sizeof run.phase, phase);
    for (int i = 0; i < 36; i++, run.point++) {
        const int writers = 1 << i / 3 % 4;
        const int size = 1 << i / 12;
        snprintf(run.settings, sizeof run.settings, "engine %s, writers %d, buffer-size %dMiB",
                 engines[i % 3], writers, size);
        sample_point(record, run, 1e9 + 2e8 * (2 * writers + size - 2 * (i % 3)), 1);
    }
}

static void sample_probe(struct record *record, const char *phase, enum record_tune_stage stage,
                         const char *option, const char *settings, double per_s)
{
    const int64_t number = (int64_t)record->tune_count;
    struct record_tune probe = {
        .stage = (uint8_t)stage,
        .bytes = (int64_t)(per_s * (1 + 0.08 * sample_spread(number * 17))),
        .duration_ns = SAMPLE_RUN_NS,
        .started_ns = number * SAMPLE_RUN_NS,
    };
    text_copy(probe.phase, sizeof probe.phase, phase);
    text_copy(probe.option, sizeof probe.option, option);
    text_copy(probe.settings, sizeof probe.settings, settings);
    record_add_tune(record, &probe);
}

static double sample_speed(const int levels[4])
{
    return 4e9 * (1 - exp2(-levels[0] / 2.0)) * (1 - exp2(-levels[1])) * (1 - exp2(-levels[2])) *
           (levels[3] ? 1 : 0.8);
}

static void sample_settings(const int levels[4], char *settings)
{
    snprintf(settings, RECORD_LINE,
             "--buffer-size %dKiB --writers %d --depth %d --buffer-count %d --huge-pages %s",
             64 << levels[0], levels[1], 1 << levels[2], (1 << levels[2]) + 1,
             levels[3] ? "prefer" : "never");
}

/* Two rounds of each option; each round compares four values six times. */
static void sample_search(struct record *record, const char *phase)
{
    static const char *const options[4] = {"buffer-size", "writers", "depth", "huge-pages"};
    static const int start[4] = {4, 2, 2, 0};
    int best[4] = {7, 5, 5, 1};
    char settings[RECORD_LINE];
    struct record_tune_result *results =
        reallocarray(record->tune_results, record->tune_result_count + 1, sizeof *results);
    if (!results)
        return;
    record->tune_results = results;
    struct record_tune_result *result = &results[record->tune_result_count++];
    *result = (struct record_tune_result){.finished = TRUTH_YES,
                                          .start_per_s = (int64_t)sample_speed(start),
                                          .settled_per_s = (int64_t)sample_speed(best),
                                          .ratio_ppm = 1900000,
                                          .low_ppm = 1850000,
                                          .high_ppm = 1950000,
                                          .level_ppm = 969000,
                                          .noise_ppm = 40000,
                                          .half_width_ppm = 20000,
                                          .knee_depth = 16,
                                          .knee_writers = 5,
                                          .knee_buffers = 17};
    text_copy(result->phase, sizeof result->phase, phase);
    sample_settings(best, result->settings);
    sample_settings(start, result->start);
    int levels[4];
    memcpy(levels, start, sizeof levels);
    for (int option = 0; option < 4; levels[option] = best[option], option++)
        for (int round = 0; round < SAMPLE_REPEATS; round++)
            for (int value = 0; value < (option == 3 ? 2 : 4); value++) {
                int tried[4];
                memcpy(tried, levels, sizeof tried);
                tried[option] = option == 3 ? value : best[option] - 3 + value;
                sample_settings(tried, settings);
                sample_probe(record, phase, TUNE_COMPARE, options[option], settings,
                             sample_speed(tried));
            }
    for (int i = 0; i < 2 * SAMPLE_REPEATS; i++)
        sample_probe(record, phase, TUNE_PAIR, "", i % 2 ? result->settings : result->start,
                     sample_speed(i % 2 ? best : start));
    for (; best[2] > 1; best[2]--) {
        sample_settings(best, settings);
        for (int i = 0; i < 3; i++)
            sample_probe(record, phase, TUNE_KNEE, "", settings, sample_speed(best));
    }
    result->probes = (int64_t)record->tune_count;
}

static void __attribute__((unused)) sample_points(struct record *record)
{
    sample_search(record, "write");
    sample_depths(record, "write");
    sample_loads(record, "read");
    sample_scales(record, "verify");
    sample_words(record, "rewrite");
}

#endif
