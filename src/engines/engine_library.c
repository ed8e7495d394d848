/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/engine.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* Before 2.4 the library does not report its version, but its file name contains it. */
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

static int call_number(const char *function)
{
    int (*call)(void);
    void *symbol = dlsym(RTLD_DEFAULT, function);
    if (!symbol)
        return -1;
    memcpy(&call, &symbol, sizeof call); /* ISO C has no cast from void * to a function */
    return call();
}

void engine_print_library(struct text *out)
{
    char *name = NULL;
    const int major = call_number("io_uring_major_version");
    if (major >= 0) {
        text_add(out, "liburing %d.%d", major, call_number("io_uring_minor_version"));
        return;
    }
    const char *version = version_by_file(&name);
    text_add(out, "liburing %s", version ? version : "of unknown version");
    free(name);
}
