/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill compare BASE.h5 NEW.h5...: are the new results slower than the first? */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "commands.h"
#include "console.h"
#include "load_result.h"
#include "platform/output_file.h"
#include "platform/target.h"
#include "report/compare_series.h"

static const char usage[] =
    "tidemill compare [options] BASE.h5 NEW.h5...\n"
    "\n"
    "Compares the rates, latencies and CPU times of each NEW result with those of BASE, phase by\n"
    "phase, with an interval from their repetitions.\n"
    "\n"
    "Examples\n"
    "  tidemill compare base.h5 new.h5\n"
    "  tidemill compare --tolerance 10% base.h5 new.h5\n"
    "\n"
    "Options\n"
    "  --tolerance P%    differences up to P percent count as the same (5%)\n"
    "  --scaling         one table of all results, which may differ in nodes, ranks and one "
    "option\n"
    "  --json FILE|-     write all comparisons as one JSON object too; -: standard output, the "
    "rest\n"
    "                    to standard error\n"
    "  --overwrite       replace a file that exists\n"
    "  --anyway          compare runs whose options, ranks or nodes differ\n"
    "  -h, --help        print this help\n"
    "\n"
    "Exit codes: 0 the same or better, 1 worse, 2 not comparable\n";

struct request {
    double tolerance;
    bool anyway;
    bool scaling;
    bool overwrite;
    bool help;
    const char *json; /* NULL: none */
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
        } else if (!strcmp(argv[i], "--scaling")) {
            request->scaling = true;
        } else if (!strcmp(argv[i], "--overwrite")) {
            request->overwrite = true;
        } else if (!strcmp(argv[i], "--json")) {
            if (i + 1 == argc)
                return console_refuse("compare: '--json' needs a value");
            request->json = argv[++i];
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
    if (load_result(path, record, &why))
        console_error(why.text);
    return why.code;
}

/* The first result, and what the others are added to. */
struct series {
    const struct request *request;
    struct record base;
    struct scaling *scaling; /* NULL unless wanted, as the next */
    struct comparison_json *json;
    bool compared; /* some result was */
    FILE *page;    /* for people */
};

/* A sweep has points and no phases. */
static bool is_sweep(const struct record *record, const char *path)
{
    if (record->sweep_run_count)
        console_refuse("'%.300s' is a sweep, and compare compares phases; see its table with "
                       "'tidemill report', or export it with --tables",
                       path);
    return record->sweep_run_count > 0;
}

/* Prints why a result is not compared; false if it is. */
static bool refuses(const struct series *series, const char *path,
                    const struct comparison *comparison)
{
    struct text why = {0};
    const bool unfit =
        !series->request->anyway &&
        (series->scaling ? scaling_refuses(comparison, &why) : comparison->unlike.length > 0);
    if (unfit)
        console_refuse("'%.300s' is not comparable: %.600s differ; --anyway compares them", path,
                       text_string(&comparison->unlike));
    text_release(&why);
    return unfit;
}

static int add(struct series *series, const char *path, const struct record *record)
{
    const struct request *request = series->request;
    struct comparison comparison;
    struct text page = {0};
    int code = EXIT_REFUSED;
    if (compare_records(&series->base, record, request->tolerance, &comparison)) {
        console_error("not enough memory for the comparison");
        comparison_release(&comparison);
        return code;
    }
    const bool refused = refuses(series, path, &comparison);
    series->compared |= !refused;
    if (series->json)
        comparison_json_add(series->json, path, &series->base, record, &comparison, refused);
    if (!refused && series->scaling) {
        scaling_add(series->scaling, path, &series->base, record, &comparison);
        code = 0;
    } else if (!refused) {
        compare_write(&series->base, record, &comparison, request->tolerance, &page);
        console_print_text(series->page, text_string(&page));
        code = code_of(&comparison, request);
    }
    text_release(&page);
    comparison_release(&comparison);
    return code;
}

/* Returns the exit code: 'code', or 1 if the file could not be written. */
static int finish(struct series *series, int code)
{
    const struct request *request = series->request;
    struct output_file file;
    struct failure why = {0};
    struct text page = {0};
    if (series->scaling && series->compared) {
        scaling_write(series->scaling, &page);
        console_print_text(series->page, text_string(&page));
    }
    text_release(&page);
    if (!series->json || output_file_open(&file, request->json, request->overwrite, &why)) {
        /* nothing to write, or no file for it */
    } else if (comparison_json_write(series->json, output_file_piece, file.stream) &&
               !ferror(file.stream)) {
        output_file_discard(&file);
        failure_set(&why, -1, "not enough memory for '%s'", request->json);
    } else {
        output_file_close(&file, &why);
    }
    if (why.code)
        console_error(why.text);
    return why.code ? 1 : code;
}

static int begin(struct series *series, const struct request *request)
{
    struct failure why = {0};
    *series = (struct series){.request = request, .page = stdout};
    for (size_t i = 0; request->json && i < request->path_count; i++)
        if (target_is_same(request->json, request->paths[i]))
            return console_refuse("compare: '%.300s' is a result; name another file",
                                  request->json);
    if (request->json && output_file_check(request->json, request->overwrite, &why)) {
        console_error(why.text);
        return EXIT_REFUSED;
    }
    if (load(request->paths[0], &series->base) || is_sweep(&series->base, request->paths[0]))
        return EXIT_REFUSED;
    if (request->json && !strcmp(request->json, "-"))
        series->page = stderr;
    if (request->scaling)
        series->scaling = scaling_open(request->paths[0], &series->base);
    if (request->json)
        series->json = comparison_json_open(request->paths[0], &series->base, request->tolerance);
    if ((!request->scaling || series->scaling) && (!request->json || series->json))
        return 0;
    console_error("not enough memory for the comparison");
    return EXIT_REFUSED;
}

static void end(struct series *series)
{
    comparison_json_close(series->json);
    scaling_close(series->scaling);
    record_release(&series->base);
}

int cmd_compare(int argc, char *const *argv)
{
    struct request request = {.tolerance = 0.05};
    struct series series;
    int code = parse(&request, argc, argv);
    if (code)
        return code;
    if (request.help) {
        fputs(usage, stdout);
        return 0;
    }
    code = begin(&series, &request);
    bool incomparable = false;
    bool worse = false;
    for (size_t i = 1; i < request.path_count && !code; i++) {
        struct record record = {0};
        const int one = load(request.paths[i], &record) || is_sweep(&record, request.paths[i])
                            ? EXIT_REFUSED
                            : add(&series, request.paths[i], &record);
        record_release(&record);
        incomparable |= one == EXIT_REFUSED;
        worse |= one == 1;
    }
    if (!code)
        code = finish(&series, worse ? 1 : incomparable ? EXIT_REFUSED : 0);
    end(&series);
    return code;
}
