/* tidemill report RESULT.h5: prints the summary of a result file. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "record/store.h"
#include "report/advice.h"

static const char usage[] = "usage: tidemill report [-v] RESULT.h5\n"
                            "\n"
                            "Prints the summary of a run from its result file.\n"
                            "\n"
                            "  -v, --verbose   show every rank and writer\n"
                            "  -h, --help      print this help\n";

int cmd_report(int argc, char *const *argv)
{
    const char *path = NULL;
    bool verbose = false;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
            fputs(usage, stdout);
            return 0;
        }
        if (!strcmp(argv[i], "-v") || !strcmp(argv[i], "--verbose")) {
            verbose = true;
        } else if (argv[i][0] == '-' && argv[i][1]) {
            return console_refuse("report: unknown option '%.100s'; see 'tidemill help report'",
                                  argv[i]);
        } else if (path) {
            return console_refuse("report: more than one result file: '%.300s'", argv[i]);
        } else {
            path = argv[i];
        }
    }
    if (!path)
        return console_refuse("report: no result file given; usage: tidemill report RESULT.h5");
    struct record record = {0};
    struct failure why = {0};
    if (store_load(path, &record, &why)) {
        console_error(why.text);
        return EXIT_REFUSED;
    }
    advice_consider_sums(&record);
    console_print_summary(&record, verbose);
    record_release(&record);
    return 0;
}
