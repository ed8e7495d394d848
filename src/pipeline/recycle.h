/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases buffers after their transfer: to the data threads, or to the stock of the I/O thread.
 *
 * To wake a data thread takes a system call here and a change of threads there, which is as much as
 * a small request costs. While the I/O thread does not lack buffers, it therefore announces those
 * that it released together: every ANNOUNCE_NS, or when a part of its spare buffers has gathered.
 */
#ifndef TIDEMILL_PIPELINE_RECYCLE_H
#define TIDEMILL_PIPELINE_RECYCLE_H

#include <stdbool.h>

struct buffer;
struct io_thread;

enum { ANNOUNCE_NS = 100 * 1000 };

/* Once the thread has its buffers. 'announce_at' is 0 if it has hardly more than its depth: data
 * threads must then be quick. */
void recycle_init(struct io_thread *thread);

/* Does not wake data threads: recycle_announce does. */
void recycle_buffer(struct io_thread *thread, struct buffer *buffer);

/* Wakes data threads for the buffers released since the last time; at once, or if it is time. */
void recycle_announce(struct io_thread *thread, bool at_once);

#endif
