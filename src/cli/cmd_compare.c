/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill compare BASE.h5 NEW.h5...: are the new results slower than the first? */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "commands.h"
#include "console.h"
#include "record/store.h"
#include "report/compare.h"

static const char usage[] =
    "usage: tidemill compare [options] BASE.h5 NEW.h5...\n"
    "\n"
    "Compares the rates, latencies and CPU times of each NEW result with those of BASE, phase by\n"
    "phase, with an interval from their repetitions.\n"
    "\n"
    "  --tolerance P%    differences up to P percent count as the same (5%)\n"
    "  --anyway          compare runs whose options, ranks or nodes differ\n"
    "  -h, --help        print this help\n"
    "\n"
    "exit code: 0 the same or better, 1 worse, 2 not comparable\n";

struct request {
    double tolerance;
    bool anyway;
    bool help;
    const char *paths[64];
    size_t path_count;
};

/* "5%" or "5". */
static int parse_tolerance(struct request *request, const char *text)
{
    char number[UNITS_TEXT];
    struct failure why = {0};
    text_copy(number, sizeof number, text);
    const size_t length = strlen(number);
    if (length && number[length - 1] == '%')
        number[length - 1] = '\0';
    if (units_parse_real(number, &request->tolerance, &why) || request->tolerance < 0 ||
        request->tolerance >= 100)
        return console_refuse("compare: --tolerance: '%.100s' is not a share from 0%% to 100%%",
                              text);
    request->tolerance /= 100;
    return 0;
}

static int parse(struct request *request, int argc, char *const *argv)
{
    for (int i = 1; i < argc && !request->help; i++) {
        if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
            request->help = true;
        } else if (!strcmp(argv[i], "--anyway")) {
            request->anyway = true;
        } else if (!strcmp(argv[i], "--tolerance")) {
            const int code = i + 1 < argc ? parse_tolerance(request, argv[++i])
                                          : console_refuse("compare: '--tolerance' needs a value");
            if (code)
                return code;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return console_refuse("compare: unknown option '%.100s'; see 'tidemill help compare'",
                                  argv[i]);
        } else if (request->path_count == sizeof request->paths / sizeof *request->paths) {
            return console_refuse("compare: more than %zu results", request->path_count);
        } else {
            request->paths[request->path_count++] = argv[i];
        }
    }
    if (request->path_count < 2 && !request->help)
        return console_refuse("compare: two result files are needed; usage: tidemill compare "
                              "BASE.h5 NEW.h5...");
    return 0;
}

/* Without an interval nothing is known, unless the user wants the bare ratio to decide. */
static int code_of(const struct comparison *comparison, const struct request *request)
{
    if (comparison->verdict == COMPARE_WORSE)
        return 1;
    if (comparison->verdict != COMPARE_UNCLEAR)
        return 0;
    if (!request->anyway)
        return EXIT_REFUSED;
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->phases[i].rate.value < 1 - request->tolerance)
            return 1;
    return 0;
}

/* Prints the reason if it cannot. */
static int load(const char *path, struct record *record)
{
    struct failure why = {0};
    if (store_load(path, record, &why))
        console_error(why.text);
    return why.code;
}

static int compare(const struct record *base, const char *path, const struct request *request)
{
    struct record record = {0};
    struct comparison comparison = {0};
    struct text page = {0};
    int code = EXIT_REFUSED;
    if (load(path, &record))
        return code;
    if (compare_records(base, &record, request->tolerance, &comparison)) {
        console_error("not enough memory for the comparison");
    } else if (comparison.unlike.length && !request->anyway) {
        console_refuse("'%.300s' is not comparable: %.600s differ; --anyway compares them", path,
                       text_string(&comparison.unlike));
    } else {
        compare_write(base, &record, &comparison, request->tolerance, &page);
        console_print_text(stdout, text_string(&page));
        code = code_of(&comparison, request);
    }
    text_release(&page);
    comparison_release(&comparison);
    record_release(&record);
    return code;
}

int cmd_compare(int argc, char *const *argv)
{
    struct request request = {.tolerance = 0.05};
    struct record base = {0};
    int code = parse(&request, argc, argv);
    if (code)
        return code;
    if (request.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (load(request.paths[0], &base))
        return EXIT_REFUSED;
    bool incomparable = false;
    bool worse = false;
    for (size_t i = 1; i < request.path_count; i++) {
        code = compare(&base, request.paths[i], &request);
        incomparable |= code == EXIT_REFUSED;
        worse |= code == 1;
    }
    record_release(&base);
    return worse ? 1 : incomparable ? EXIT_REFUSED : 0;
}
