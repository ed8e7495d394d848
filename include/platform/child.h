/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the system as a filter: bytes in, bytes out, without a shell.
 */
#ifndef TIDEMILL_PLATFORM_CHILD_H
#define TIDEMILL_PLATFORM_CHILD_H

#include "base/failure.h"
#include "base/text.h"

/* Runs a program, found in PATH, with 'input' on standard input, nothing else of this program's
 * environment but PATH and HOME, and its messages dropped. Adds what it wrote to standard output.
 * -ENOENT if there is no such program; -EIO if it failed, -ETIMEDOUT if it took longer than a
 * minute. */
int child_filter(const char *const *arguments, const struct text *input, struct text *output,
                 struct failure *why);

#endif
