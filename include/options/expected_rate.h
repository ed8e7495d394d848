/* SPDX-License-Identifier: Apache-2.0 */
/* The value of --expected-rate: the rate to expect of each node. */
#ifndef TIDEMILL_OPTIONS_EXPECTED_RATE_H
#define TIDEMILL_OPTIONS_EXPECTED_RATE_H

#include <stdint.h>

#include "base/failure.h"

struct expected_rate {
    uint64_t least_bytes; /* per second; 0 = nothing is expected */
    uint64_t most_bytes;
};

/* Parses "2GB/s-4GB/s", the "/s" may be left out; NULL expects nothing. -EINVAL, -ERANGE, -ENOMEM.
 */
int expected_rate_parse(const char *text, struct expected_rate *rate, struct failure *why);

#endif
