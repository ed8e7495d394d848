/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a result keeps of large runs, so that its size and the memory of rank 0 stay bounded. Pure.
 */
#ifndef TIDEMILL_RECORD_THIN_H
#define TIDEMILL_RECORD_THIN_H

#include "record/record.h"

/* Returns the finest rows that a result keeps by default: a table has at most 32768 of them, unless
 * it is that of the nodes. */
enum record_detail thin_detail(uint64_t ranks, uint64_t writers);

/* Above 4096 nodes, keeps only the latencies of outliers: the last to finish, and the nodes with
 * the highest median, 99th percentile and maximum. -ENOMEM leaves all. */
int thin_latency(struct record_phase *phase);

/* Returns how many readings of its devices each node keeps: up to 512 nodes all. */
size_t thin_readings(size_t nodes);

/* Joins neighbouring rows of one node until there are at most 'most'; returns how many are left. */
size_t thin_devices(struct record_device *rows, size_t count, size_t most);

#endif
