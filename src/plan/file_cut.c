/* SPDX-License-Identifier: Apache-2.0 */
#include "file_cut.h"

#include <stddef.h>

#include "base/checked.h"

enum { PAGE_BYTES = 4096, SECTOR_BYTES = 512 };

uint64_t file_cut(uint64_t bytes, uint64_t files, uint64_t request_bytes)
{
    const uint64_t units[] = {request_bytes, PAGE_BYTES, SECTOR_BYTES, 1};
    for (size_t i = 0; bytes && i < sizeof units / sizeof *units; i++) {
        const uint64_t cut = divide_up(divide_up(bytes, files), units[i]) * units[i];
        if (divide_up(bytes, cut) == files)
            return cut;
    }
    return 0;
}

uint64_t file_cut_size(uint64_t bytes, uint64_t files)
{
    uint64_t whole;
    return checked_multiply(divide_up(divide_up(bytes, files), PAGE_BYTES) * PAGE_BYTES, files,
                            &whole)
               ? UINT64_MAX
               : whole;
}
