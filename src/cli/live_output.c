/* SPDX-License-Identifier: Apache-2.0 */
#include "live_output.h"

#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "platform/clock.h"
#include "platform/line_writer.h"
#include "report/live.h"

/* For a reader that comes late, or is slow. */
static const int64_t farewell_ns = 2000000000;

static void report_loss(const struct live_output *live, const struct failure *why)
{
    struct text line = {0};
    text_add(&line, "lines of --live '");
    text_add_printable(&line, live->path ? live->path : "");
    text_add(&line, "' are lost: %s; the run continues", why->text);
    console_error(text_string(&line));
    text_release(&line);
}

int live_output_check(const char *path, struct failure *why)
{
    return line_writer_check(path, live_head, why);
}

void live_output_open(struct live_output *live, const char *path, const struct record *record)
{
    struct failure why = {0};
    live->record = record;
    if (!path || live->writer)
        return;
    live->path = strdup(path);
    if (line_writer_open(&live->writer, path, &why))
        report_loss(live, &why);
}

static void put(struct live_output *live, struct text *line)
{
    struct failure why = {0};
    if (line->length && !line->failed)
        line_writer_put(live->writer, text_string(line), line->length);
    text_release(line);
    if (line_writer_trouble(live->writer, &why))
        report_loss(live, &why);
}

void live_output_second(struct live_output *live, const struct record_live *seen)
{
    struct text line = {0};
    live_second(live->record, seen, &line);
    put(live, &line);
}

void live_output_end(struct live_output *live, const struct record_phase *phase, uint32_t point)
{
    struct text line = {0};
    if (live->writer)
        live_end(live->record, phase, point, clock_wall_ns(), &line);
    put(live, &line);
}

void live_output_close(struct live_output *live)
{
    struct failure why = {0};
    if (line_writer_close(live->writer, farewell_ns, &why))
        report_loss(live, &why);
    live->writer = NULL;
    free(live->path);
    live->path = NULL;
}
