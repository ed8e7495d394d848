/* SPDX-License-Identifier: Apache-2.0 */
#include "options/repeat_words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

static const char until_word[] = "until=";

static int refuse(const char *text, struct failure *why)
{
    return failure_set(why, -EINVAL,
                       "--repeat: '%s' is not a number of repetitions (1 to %d) or until=P%%, "
                       "such as until=2%%",
                       text, REPEAT_MOST);
}

static int parse_until(const char *text, struct repeat *repeat, struct failure *why)
{
    char number[32];
    const char *share = text + strlen(until_word);
    size_t length = strlen(share);
    double percent;
    if (length < 2 || length > sizeof number || share[length - 1] != '%')
        return refuse(text, why);
    snprintf(number, sizeof number, "%.*s", (int)length - 1, share);
    if (units_parse_real(number, &percent, NULL) || percent <= 0 || percent >= 100)
        return refuse(text, why);
    *repeat = (struct repeat){.count = REPEAT_CAP, .until = percent / 100};
    return 0;
}

int repeat_parse(const char *text, struct repeat *repeat, struct failure *why)
{
    *repeat = (struct repeat){.count = 1};
    if (!text)
        return 0;
    if (strncmp(text, until_word, strlen(until_word)) == 0)
        return parse_until(text, repeat, why);
    if (units_parse_count(text, &repeat->count, NULL) || repeat->count < 1 ||
        repeat->count > REPEAT_MOST)
        return refuse(text, why);
    return 0;
}
