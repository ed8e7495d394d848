/* SPDX-License-Identifier: Apache-2.0 */
#include "options/find_words.h"

#include <errno.h>

#include "base/units.h"

int find_size_parse(const char *text, bool *sized, uint64_t *bytes, struct failure *why)
{
    struct failure inner = {0};
    *sized = text;
    *bytes = 0;
    if (!text || !units_parse_size(text, bytes, &inner))
        return 0;
    return failure_set(why, -EINVAL, "--find-size: %s", inner.text);
}
