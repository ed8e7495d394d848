/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/failure.h"
#include "base/text.h"
#include "base/units.h"
#include "commands.h"
#include "platform/clock.h"
#include "platform/terminal.h"
#include "report/advice.h"
#include "report/words.h"

enum { SECOND_NS = 1000000000 };

static void console_style(struct summary_style *style, FILE *stream, bool verbose)
{
    const char *no_colour = getenv("NO_COLOR");
    *style = (struct summary_style){
        .utf8 = terminal_utf8(),
        .colour = terminal_is(stream) && !(no_colour && *no_colour),
        .verbose = verbose,
    };
}

void console_init(struct console *console, const struct options *options)
{
    *console = (struct console){
        .quiet = options->run.quiet,
        .live =
            options->run.progress == PROGRESS_AUTO && !options->run.quiet && terminal_is(stderr),
    };
    console_style(&console->style, stderr, options->run.verbose);
}

static void clear_line(struct console *console)
{
    if (console->line_open)
        fputs("\r\033[K", stderr);
    console->line_open = false;
}

/* By amount or time, whichever is further. */
static double share_done(const struct progress *progress)
{
    double amount = progress->planned ? (double)progress->amount / (double)progress->planned : 0;
    double time =
        progress->limit_ns ? (double)progress->elapsed_ns / (double)progress->limit_ns : 0;
    double share = amount > time ? amount : time;
    return share < 1 ? share : 1;
}

static void add_progress(const struct progress *progress, struct text *line)
{
    char text[UNITS_TEXT];
    units_show_amount(progress->amount, progress->unit, text);
    text_add(line, "%s  %s", progress->phase, text);
    if (progress->planned) {
        units_show_amount(progress->planned, progress->unit, text);
        text_add(line, " of %s", text);
    }
    const double rate = (double)progress->amount * 1e9 / (double)progress->elapsed_ns;
    units_show_rate(rate, progress->unit, text);
    text_add(line, "  %s", text);
    units_format_duration(progress->elapsed_ns, text);
    text_add(line, "  %s", text);
    if (progress->limit_ns) {
        units_format_duration(progress->limit_ns, text);
        text_add(line, " of %s", text);
    }
    if (progress->planned || progress->limit_ns)
        text_add(line, "  %.0f %%", 100 * share_done(progress));
}

static void on_progress(void *context, const struct progress *progress)
{
    struct console *console = context;
    int64_t now_ns = clock_now_ns();
    if (!console->live || progress->elapsed_ns <= 0 || now_ns - console->last_ns < SECOND_NS)
        return;
    struct text line = {0};
    int width = terminal_width(stderr);
    add_progress(progress, &line);
    fprintf(stderr, "\r%.*s\033[K", width > 1 ? width - 1 : 1, text_string(&line));
    text_release(&line);
    console->last_ns = now_ns;
    console->line_open = true;
}

static void on_opened(void *context, struct record_phase *phase)
{
    struct console *console = context;
    struct text line = {0};
    words_fill(phase);
    if (console->quiet)
        return;
    text_add(&line, "%s: ", phase->section[0] ? phase->section : phase->kind);
    summary_mode_line(phase, &console->style, &line);
    text_add(&line, "\n");
    console_print_text(stderr, text_string(&line));
    text_release(&line);
    console->last_ns = clock_now_ns();
}

static void on_second(void *context, const struct record_live *seen)
{
    struct console *console = context;
    live_output_second(&console->output, seen);
}

static void on_ended(void *context, struct record_phase *phase, uint32_t point)
{
    struct console *console = context;
    words_fill(phase);
    live_output_end(&console->output, phase, point);
    clear_line(console);
    if (phase->failure && phase->status != RECORD_SKIPPED)
        console_error(phase->failure);
}

/* These are many and short: --live gets a line of each, and the terminal none. */
static void on_trial_ended(void *context, const struct record_phase *trial)
{
    struct console *console = context;
    live_output_end(&console->output, trial, 0);
}

static void on_stalled(void *context, const char *line)
{
    clear_line(context);
    console_error(line);
}

void console_listen(struct console *console, struct listener *listener)
{
    *listener = (struct listener){
        .context = console,
        .progress = on_progress,
        .phase_opened = on_opened,
        .phase_ended = on_ended,
        .trial_ended = on_trial_ended,
        .second = on_second,
        .stalled = on_stalled,
    };
}

/* Writes in one call, and continues after a signal or where the pipe of a slow reader is full:
 * stdio would give up, and write each character of an unbuffered stream by itself. */
static void write_all(FILE *stream, const char *bytes, size_t length)
{
    fflush(stream);
    while (length > 0) {
        struct pollfd full = {.fd = fileno(stream), .events = POLLOUT};
        const ssize_t written = write(full.fd, bytes, length);
        if (written < 0 && errno == EAGAIN)
            poll(&full, 1, -1);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            break;
        bytes += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    if (length && fwrite(bytes, 1, length, stream)) /* fails too: the stream remembers it */
        fflush(stream);
}

void console_print_text(FILE *stream, const char *text)
{
    struct text printable = {0};
    while (*text) {
        const size_t control = *text == '\n' ? 0 : text_control_length(text);
        const size_t colour = control ? summary_colour_length(text) : 0;
        const size_t length = colour ? colour : control ? control : 1;
        if (!control || colour)
            text_add_bytes(&printable, text, length);
        for (size_t i = 0; i < length && control && !colour; i++)
            text_add(&printable, "\\x%02x", (unsigned char)text[i]);
        text += length;
    }
    write_all(stream, text_string(&printable), printable.length);
    text_release(&printable);
}

void console_error(const char *text)
{
    struct text line = {0};
    text_add(&line, "tidemill: ");
    text_add_printable(&line, text);
    text_add(&line, "\n");
    write_all(stderr, text_string(&line), line.length);
    text_release(&line);
}

int console_refuse(const char *format, ...)
{
    char line[FAILURE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    console_error(line);
    return EXIT_REFUSED;
}

int console_refuse_launch(const struct host_launch *launch)
{
    if (launch->process != 0)
        return EXIT_REFUSED;
    return console_refuse("%s started %u process%s that cannot connect as MPI ranks%s%s",
                          launch->launcher, launch->processes, launch->processes == 1 ? "" : "es",
                          launch->advice[0] ? ": " : "", launch->advice);
}

void console_print_warnings(const struct record *record)
{
    for (size_t i = 0; i < record->advice_count; i++) {
        struct text line = {0};
        text_add(&line, "%s: %s", advice_label(&record->advice[i]),
                 record->advice[i].text ? record->advice[i].text : "");
        if (record->advice[i].severity != SEVERITY_NOTE)
            console_error(text_string(&line));
        text_release(&line);
    }
}

void console_print_summary(FILE *stream, const struct record *record, bool verbose)
{
    struct summary_style style;
    struct text page = {0};
    console_style(&style, stream, verbose);
    summary_write(record, &style, &page);
    console_print_text(stream, text_string(&page));
    text_release(&page);
}
