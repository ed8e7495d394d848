#include "legacy.h"

#include <string.h>

static bool is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

/* Has the canonical text of the options this line? */
static bool has_line(const char *options, const char *line)
{
    const size_t length = strlen(line);
    for (const char *at = options; at && *at; at = strchr(at, '\n'), at += at != NULL)
        if (strncmp(at, line, length) == 0 && (at[length] == '\n' || at[length] == 0))
            return true;
    return false;
}

static void derive_phase(const struct record *record, struct record_phase *phase)
{
    const bool verifies = is(phase->kind, "verify");
    const bool reads = is(phase->kind, "read");
    phase->writes = is(phase->kind, "write");
    phase->reads = reads || verifies;
    phase->checks = verifies || (reads && has_line(record->options, "verify = yes"));
    phase->discards = is(phase->engine_used, "null");
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
    for (size_t i = 0; i < record->network_count; i++)
        record->networks[i].down = is(record->networks[i].state, "down");
}

void legacy_derive(struct record *record)
{
    derive_environment(record);
    for (size_t i = 0; i < record->phase_count; i++)
        derive_phase(record, &record->phases[i]);
}
