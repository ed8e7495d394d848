/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free space and inodes of a file system, for messages: "no space left" does not show which of the
 * two has run out.
 */
#ifndef TIDEMILL_PLATFORM_SPACE_H
#define TIDEMILL_PLATFORM_SPACE_H

#include <stdint.h>

enum { SPACE_TEXT = 256 };

/* Formats " (0 bytes and 12 inodes free)" if the positive errno means that storage or a quota is
 * full; the limit of threads if it means that io_uring had no kernel thread for a request; "" for
 * any other errno, or if the file system does not report it. Returns 'out'. */
const char *space_format_reason(const char *path, int error, char out[SPACE_TEXT]);

/* Returns the free share of the file system for unprivileged users, in percent; -1 if unknown. */
int space_free_percent(const char *path);

#endif
