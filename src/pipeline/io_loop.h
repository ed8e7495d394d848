/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of an I/O thread from the start to its last completion: keeps the depth full and
 * releases buffers on completion.
 */
#ifndef TIDEMILL_PIPELINE_IO_LOOP_H
#define TIDEMILL_PIPELINE_IO_LOOP_H

#include "io_thread.h"

void io_loop_run(struct io_thread *thread);

#endif
