/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/units.h"
#include "figures.h"
#include "summary_parts.h"

static void add_latency(const char *what, const struct histogram *histogram, struct text *out)
{
    struct record_latency latency;
    char value[FIGURES_TEXT];
    record_latency_of(histogram, &latency);
    figures_latency(latency.p50_ns, value);
    text_add(out, "; %s p50 %s", what, value);
    if (latency.p99_ns >= 0) {
        figures_latency(latency.p99_ns, value);
        text_add(out, ", p99 %s", value);
    }
    figures_latency(latency.max_ns, value);
    text_add(out, ", max %s", value);
}

void summary_files(const struct record_phase *phase, struct text *out)
{
    char size[UNITS_TEXT];
    struct text line = {0};
    if (!phase->data_files)
        return;
    units_format_size((uint64_t)phase->data_file_bytes, size);
    text_add(&line, "%" PRId64 " of %s, opened %" PRIu64 " time%s", phase->data_files, size,
             phase->open_latency.total, summary_plural((int64_t)phase->open_latency.total));
    if (phase->open_latency.total)
        add_latency("open", &phase->open_latency, &line);
    if (phase->close_latency.total)
        add_latency("close", &phase->close_latency, &line);
    summary_line(out, "files", "%s", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}
