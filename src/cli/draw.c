/* SPDX-License-Identifier: Apache-2.0 */
#include "draw.h"

#include <errno.h>

#include "platform/child.h"

int draw(const struct text *script, struct text *picture, struct failure *why)
{
    static const char *const gnuplot[] = {"gnuplot", "-d", "-", NULL};
    struct failure own = {0};
    const int result = child_filter(gnuplot, script, picture, &own);
    if (result == -ENOENT)
        return failure_set(
            why, result, "plots need gnuplot, which is not installed (Debian package gnuplot-nox)");
    if (!result && !picture->length)
        return failure_set(why, -EIO, "gnuplot drew nothing");
    return result ? failure_set(why, result, "%s", own.text) : 0;
}
