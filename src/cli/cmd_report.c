/* tidemill report RESULT.h5: the summary again, from the file alone. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "record/store.h"
#include "report/advice.h"
#include "tell.h"

static const char usage[] = "usage: tidemill report [-v] RESULT.h5\n"
                            "\n"
                            "Prints the summary of a run again, from its result file alone.\n"
                            "\n"
                            "  -v, --verbose   name every rank and writer\n"
                            "  -h, --help      this page\n";

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
            return tell_refusal("unknown option '%.100s' of 'report': see 'tidemill help report'",
                                argv[i]);
        } else if (path) {
            return tell_refusal("'%.300s' is one result too many: give one file", argv[i]);
        } else {
            path = argv[i];
        }
    }
    if (!path)
        return tell_refusal("no result file given: 'tidemill report RESULT.h5'");
    struct record record = {0};
    struct failure why = {0};
    if (store_load(path, &record, &why)) {
        tell_error(why.text);
        return EXIT_REFUSED;
    }
    advice_consider_sums(&record);
    tell_summary(&record, verbose);
    record_release(&record);
    return 0;
}
