#include "engines/engine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* Before 2.4 the library does not tell its version: there the name of its file does. */
static const char *version_by_file(char **name)
{
    static const char mark[] = ".so.";
    Dl_info where;
    const void *function = dlsym(RTLD_DEFAULT, "io_uring_queue_init");
    if (!function || !dladdr(function, &where) || !where.dli_fname)
        return NULL;
    *name = realpath(where.dli_fname, NULL);
    const char *at = *name ? strstr(*name, mark) : NULL;
    return at ? at + sizeof mark - 1 : NULL;
}

static int number_by(const char *function)
{
    int (*ask)(void);
    void *symbol = dlsym(RTLD_DEFAULT, function);
    if (!symbol)
        return -1;
    memcpy(&ask, &symbol, sizeof ask); /* as POSIX has it */
    return ask();
}

void engine_library(struct text *out)
{
    char *name = NULL;
    const int major = number_by("io_uring_major_version");
    if (major >= 0) {
        text_add(out, "liburing %d.%d", major, number_by("io_uring_minor_version"));
        return;
    }
    const char *version = version_by_file(&name);
    text_add(out, "liburing %s", version ? version : "of unknown version");
    free(name);
}
