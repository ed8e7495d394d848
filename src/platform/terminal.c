/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* mpirun is between its ranks and the user: it gives them a pseudo terminal as standard output and
 * a pipe as standard error, regardless of its own descriptors. So mpirun's own descriptors are
 * checked, if it runs on this node as the parent process; otherwise the answer is unknown and
 * counts as no. */
static bool parent_is_mpirun(void)
{
    static const char *const names[] = {"mpirun", "orterun", "mpiexec", "prterun"};
    char link[64];
    char path[4096];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)getppid());
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static bool parent_has_terminal(int fd)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)getppid(), fd);
    int own = open(link, O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (own < 0)
        return false;
    bool terminal = isatty(own) == 1;
    close(own);
    return terminal;
}

bool terminal_is(FILE *stream)
{
    if (getenv("OMPI_COMM_WORLD_SIZE"))
        return parent_is_mpirun() && parent_has_terminal(fileno(stream));
    return isatty(fileno(stream)) == 1;
}

bool terminal_utf8(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        /* the first that is set and not empty decides, as in setlocale */
        if (value && value[0])
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

int terminal_width(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}
