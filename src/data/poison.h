/*
 * What read buffers hold before a read. Its 16 bytes are no content: the chance that generated
 * bytes equal them is one in 2^128.
 */
#ifndef TIDEMILL_DATA_POISON_H
#define TIDEMILL_DATA_POISON_H

#include <stdint.h>

static const uint8_t poison[16] = {'n', 'o', 't', ' ', 'r', 'e', 'a', 'd',
                                   ' ', 'b', 'y', ' ', 't', 'i', 'd', 'e'};

#endif
