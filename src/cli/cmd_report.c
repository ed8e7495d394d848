/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill report RESULT.h5: prints the summary of a result file, or exports it. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "load_result.h"
#include "outputs.h"
#include "record/schema.h"
#include "report/advice.h"

static const char usage[] =
    "tidemill report [options] RESULT.h5\n"
    "\n"
    "Prints the summary of a run from its result file, or exports the result.\n"
    "\n"
    "Examples\n"
    "  tidemill report result.h5\n"
    "  tidemill report --json - result.h5\n"
    "  tidemill report --csv all.csv result.h5\n"
    "  tidemill report --html page.html result.h5\n"
    "\n"
    "Options\n"
    "  -v, --verbose        show every rank and writer\n"
    "  --json FILE|-        write the whole result as one JSON object\n"
    "  --csv FILE           append a row for each phase or point of a sweep\n"
    "  --tables DIR         write a CSV file per table\n"
    "  --openmetrics FILE|- write the figures as gauges for a metrics collector\n"
    "  --html FILE          write one page that needs no network, with plots by gnuplot\n"
    "  --plots DIR          write each plot as a file, by gnuplot\n"
    "  --detail LEVEL       finest rows to export: auto (default), node, rank, writer\n"
    "  --format FORMAT      of these files: svg (default), png, pdf\n"
    "  --overwrite          replace files that exist\n"
    "  -h, --help           print this help\n"
    "\n"
    "The summary is printed if nothing is exported.\n";

struct request {
    const char *path;
    bool verbose;
    bool help;
    const char *format; /* NULL: not given, as the next */
    const char *detail;
    enum record_detail finest;
    struct outputs outputs;
};

/* The member that an option with a value sets; NULL for other arguments. */
static const char **value_of(struct request *request, const char *option)
{
    struct outputs *outputs = &request->outputs;
    return !strcmp(option, "--json")          ? &outputs->json
           : !strcmp(option, "--csv")         ? &outputs->csv
           : !strcmp(option, "--tables")      ? &outputs->tables
           : !strcmp(option, "--openmetrics") ? &outputs->openmetrics
           : !strcmp(option, "--html")        ? &outputs->html
           : !strcmp(option, "--plots")       ? &outputs->plots
           : !strcmp(option, "--format")      ? &request->format
           : !strcmp(option, "--detail")      ? &request->detail
                                              : NULL;
}

static int check_format(struct request *request)
{
    if (!request->format)
        return 0;
    if (!request->outputs.plots)
        return console_refuse("report: --format is for --plots");
    for (enum plot_format format = 0; format < PLOT_FORMATS; format++)
        if (!strcmp(request->format, plot_format_names[format])) {
            request->outputs.plot_format = format;
            return 0;
        }
    return console_refuse("report: unknown format '%.100s' (known: svg, png, pdf)",
                          request->format);
}

static bool exports(const struct outputs *outputs)
{
    return outputs->json || outputs->csv || outputs->tables || outputs->openmetrics ||
           outputs->html || outputs->plots;
}

static int check_detail(struct request *request)
{
    const struct outputs *outputs = &request->outputs;
    const char *const *names;
    const size_t count = schema_enum_names(COLUMN_DETAIL, &names);
    if (!request->detail || !strcmp(request->detail, "auto"))
        return 0;
    if (!outputs->json && !outputs->tables && !outputs->html)
        return console_refuse("report: --detail is for --json, --tables and --html");
    for (unsigned detail = 0; detail < count; detail++)
        if (!strcmp(request->detail, names[detail])) {
            request->finest = detail;
            return 0;
        }
    return console_refuse("report: unknown detail '%.100s' (known: auto, node, rank, writer)",
                          request->detail);
}

static int parse(struct request *request, int argc, char *const *argv)
{
    for (int i = 1; i < argc && !request->help; i++) {
        const char **value = value_of(request, argv[i]);
        if (value && i + 1 == argc)
            return console_refuse("report: '%s' needs a value; see 'tidemill help report'",
                                  argv[i]);
        if (value)
            *value = argv[++i];
        else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help"))
            request->help = true;
        else if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose"))
            request->verbose = true;
        else if (!strcmp(argv[i], "--overwrite"))
            request->outputs.overwrite = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return console_refuse("report: unknown option '%.100s'; see 'tidemill help report'",
                                  argv[i]);
        else if (request->path)
            return console_refuse("report: more than one result file: '%.300s'", argv[i]);
        else
            request->path = argv[i];
    }
    if (!request->path && !request->help)
        return console_refuse("report: no result file given; usage: tidemill report RESULT.h5");
    request->outputs.result = request->path;
    const int code = check_format(request);
    return code ? code : check_detail(request);
}

static int show(const struct request *request, struct record *record, struct failure *why)
{
    const struct outputs *outputs = &request->outputs;
    advice_consider_sums(record);
    if (request->finest > record->detail)
        record->detail = (uint8_t)request->finest;
    if (exports(outputs))
        return outputs_write(outputs, record, why);
    console_print_summary(stdout, record, request->verbose);
    return 0;
}

int cmd_report(int argc, char *const *argv)
{
    struct request request = {0};
    struct record record = {0};
    struct failure why = {0};
    int code = parse(&request, argc, argv);
    if (code)
        return code;
    if (request.help) {
        fputs(usage, stdout);
        return 0;
    }
    if (outputs_check(&request.outputs, &why) || load_result(request.path, &record, &why))
        code = EXIT_REFUSED;
    else if (show(&request, &record, &why))
        code = 1;
    if (why.code)
        console_error(why.text);
    record_release(&record);
    return code;
}
