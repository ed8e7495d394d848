/*
 * The loop of an I/O thread between the start and its last completion: keeps the depth full, and
 * gives buffers back as soon as storage has answered.
 */
#ifndef TIDEMILL_PIPELINE_IO_LOOP_H
#define TIDEMILL_PIPELINE_IO_LOOP_H

#include "io_thread.h"

void io_loop_run(struct io_thread *thread);

#endif
