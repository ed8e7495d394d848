/* SPDX-License-Identifier: Apache-2.0 */
#include "options/shift_words.h"

#include <errno.h>
#include <string.h>

#include "base/units.h"

int shift_parse(const char *text, struct shift *shift, struct failure *why)
{
    *shift = (struct shift){.automatic = strcmp(text, "auto") == 0};
    if (shift->automatic || strcmp(text, "none") == 0 ||
        units_parse_count(text, &shift->nodes, NULL) == 0)
        return 0;
    return failure_set(why, -EINVAL, "--shift: '%s' is not auto, none or a number of nodes", text);
}
