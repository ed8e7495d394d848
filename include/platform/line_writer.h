/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes lines to a file, FIFO or standard output from a thread of its own, so that a reader that
 * stalls, a disk that is full or a file server that hangs never blocks the caller; lines that find
 * the queue full replace the oldest. A FIFO whose reader has gone is opened again for the next one.
 * A file is appended to.
 */
#ifndef TIDEMILL_PLATFORM_LINE_WRITER_H
#define TIDEMILL_PLATFORM_LINE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

struct line_writer;

/* Is this path standard output ("-" or /dev/stdout)? */
bool line_writer_is_stdout(const char *path);

/* Could lines be appended? -EEXIST for a file that begins with something other than 'head'.
 * Leaves nothing behind. */
int line_writer_check(const char *path, const char *head, struct failure *why);

/* Starts the thread; it opens the path, which waits for the reader of a FIFO. */
int line_writer_open(struct line_writer **writer, const char *path, struct failure *why);

/* Queues a line, which ends with a newline. Never waits for the file. Accepts NULL. */
void line_writer_put(struct line_writer *writer, const char *line, size_t length);

/* Returns true once, when a line was lost for the first time, with the reason. Accepts NULL. */
bool line_writer_trouble(struct line_writer *writer, struct failure *why);

/* Waits until the queue is written, but no longer than 'limit_ns' without progress, and ends the
 * thread, or leaves it behind if it is stuck. Returns what line_writer_trouble would. Accepts NULL.
 */
bool line_writer_close(struct line_writer *writer, int64_t limit_ns, struct failure *why);

#endif
