/* SPDX-License-Identifier: Apache-2.0 */
#include "options/expected_rate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "option_value.h"

static int refuse(const char *text, const char *reason, struct failure *why)
{
    return failure_set(why, -EINVAL,
                       "--expected-rate: '%s' is not a range of rates such as 2GB/s-4GB/s%s%s",
                       text, *reason ? ": " : "", reason);
}

int expected_rate_parse(const char *text, struct expected_rate *rate, struct failure *why)
{
    *rate = (struct expected_rate){0};
    const char *dash = text ? strchr(text, '-') : NULL;
    struct failure inner = {0};
    if (!text)
        return 0;
    if (!dash)
        return refuse(text, "", why);
    char *least = strndup(text, (size_t)(dash - text));
    if (!least)
        return failure_set(why, -ENOMEM, "not enough memory for --expected-rate");
    int status = option_value_parse_rate(least, &rate->least_bytes, &inner);
    if (!status)
        status = option_value_parse_rate(dash + 1, &rate->most_bytes, &inner);
    free(least);
    if (status)
        return refuse(text, inner.text, why);
    if (!rate->least_bytes || rate->least_bytes > rate->most_bytes || rate->most_bytes > INT64_MAX)
        return refuse(text, "the first is to be positive and not larger than the second", why);
    return 0;
}
