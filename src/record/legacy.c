/* SPDX-License-Identifier: Apache-2.0 */
#include "legacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

static bool begins(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* The value of an option in the canonical text, up to the end of its line; NULL without. */
static const char *option(const struct record *record, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = record->options; at && *at; at = strchr(at, '\n'), at += at != NULL)
        if (strncmp(at, name, length) == 0 && strncmp(at + length, " = ", 3) == 0)
            return at + length + 3;
    return NULL;
}

/* The line on the page cache of reads. */
static void derive_cache(struct record_phase *phase)
{
    const char *line = phase->cache;
    long long ranks = 0;
    if (!line[0])
        return;
    if (begins(line, "read past"))
        phase->cache_state = CACHE_BYPASSED;
    else if (begins(line, "may be cached: the device below"))
        phase->cache_state = CACHE_BELOW;
    else if (begins(line, "cold"))
        phase->cache_state = CACHE_COLD;
    else
        phase->cache_state = strstr(line, " sampled pages ") ? CACHE_WARM : CACHE_NOT_SAMPLED;
    if (begins(line, "written by an earlier run"))
        phase->written_by = WRITTEN_BY_EARLIER_RUN;
    else if (sscanf(line, "written by another node (shift %lld", &ranks) == 1)
        phase->written_by = WRITTEN_BY_OTHER_NODE, phase->shift = ranks;
    else if (sscanf(line, "may be cached: %lld of", &ranks) == 1)
        phase->written_by = WRITTEN_BY_SAME_NODE, phase->same_node_ranks = ranks;
}

/* The line on why O_DIRECT is not in effect. */
static void derive_cause(struct record_modes *modes)
{
    static const struct {
        const char *part;
        enum record_direct_cause cause;
    } parts[] = {
        {"/dev/null stores nothing", DIRECT_NULL_TARGET},
        {"below it lives in memory", DIRECT_IN_MEMORY},
        {"is a RAM-backed file system", DIRECT_IN_MEMORY},
        {"does direct I/O on this file through the page cache", DIRECT_FILE_SYSTEM},
        {"keeps its file in the page cache", DIRECT_CACHED_BELOW},
        {"are not a multiple of", DIRECT_REQUEST_SIZE},
        {"does not tell whether O_DIRECT", DIRECT_NOT_REPORTED},
        {"refuses O_DIRECT", DIRECT_OPEN_REFUSED},
        {"refused direct transfers", DIRECT_TRANSFER_REFUSED},
        {"were not aligned for direct", DIRECT_UNALIGNED},
    };
    for (size_t i = 0; modes->direct_reason[0] && i < sizeof parts / sizeof *parts; i++)
        if (strstr(modes->direct_reason, parts[i].part))
            modes->direct_cause = (uint8_t)parts[i].cause;
}

static void derive_rows(struct record_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        derive_cause(&rows[i].modes);
}

static void derive_phase(const struct record *record, struct record_phase *phase)
{
    const bool verifies = is(phase->kind, "verify");
    const bool reads = is(phase->kind, "read");
    const char *verify = option(record, "verify");
    const char *depth = option(record, "depth");
    phase->writes = is(phase->kind, "write");
    phase->reads = reads || verifies;
    phase->checks = verifies || (reads && verify && begins(verify, "yes"));
    phase->depth = depth ? strtoll(depth, NULL, 10) : 0;
    phase->discards = is(phase->engine_used, "null");
    if (phase->engine_reason[0])
        phase->engine_cause = begins(phase->engine_reason, "the target is in memory")
                                  ? ENGINE_TARGET_IN_MEMORY
                                  : ENGINE_UNAVAILABLE;
    derive_cache(phase);
    derive_rows(&phase->total, 1);
    derive_rows(phase->nodes, phase->node_count);
    derive_rows(phase->ranks, phase->rank_count);
    derive_rows(phase->writers, phase->writer_count);
    record_total(phase);
    phase->synced = phase->total.counters.syncs > 0;
}

/* Every repetition has the same list of phases. */
static void derive_positions(struct record *record)
{
    int64_t position = 0;
    int64_t repetition = 0;
    for (size_t i = 0; i < record->phase_count; i++) {
        struct record_phase *phase = &record->phases[i];
        position = phase->repetition == repetition ? position + 1 : 1;
        repetition = phase->repetition;
        phase->position = position;
    }
}

static void derive_environment(struct record *record)
{
    record->job.launched = record->job.launcher[0] && !is(record->job.launcher, "alone");
    for (size_t i = 0; i < record->block_device_count; i++) {
        struct record_block_device *device = &record->block_devices[i];
        if (is(device->kind, "nvme"))
            device->bus = BUS_PCIE_NVME;
        else if (is(device->kind, "sata"))
            device->bus = BUS_SATA;
    }
    for (size_t i = 0; i < record->target_count; i++) {
        record->targets[i].planned_bytes = -1;
        record_classify_target(&record->targets[i]);
    }
    for (size_t i = 0; i < record->network_count; i++)
        record->networks[i].down = is(record->networks[i].state, "down");
}

void legacy_derive(struct record *record)
{
    derive_environment(record);
    for (size_t i = 0; i < record->phase_count; i++)
        derive_phase(record, &record->phases[i]);
    derive_positions(record);
}
