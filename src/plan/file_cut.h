/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a rank's part of a data set is cut into files of equal size (--files-per-rank). Pure.
 */
#ifndef TIDEMILL_PLAN_FILE_CUT_H
#define TIDEMILL_PLAN_FILE_CUT_H

#include <stdint.h>

/* The size of each of 'files' files, of which only the last one may be smaller: whole requests if
 * that gives as many files, else whole pages, sectors or bytes. 0 if some of them would be empty.
 * Must never change: where stored data are depends on it. */
uint64_t file_cut(uint64_t bytes, uint64_t files, uint64_t request_bytes);

/* A number of bytes not below 'bytes' that can be cut into as many files. */
uint64_t file_cut_size(uint64_t bytes, uint64_t files);

#endif
