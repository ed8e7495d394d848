/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of a drive that failed: counted, and the first one described. */
#ifndef TIDEMILL_PIPELINE_DRIVE_FAILURE_H
#define TIDEMILL_PIPELINE_DRIVE_FAILURE_H

#include "drive.h"

/* A request failed with an error, or transferred an impossible amount. */
void drive_fail(struct drive *drive, const struct buffer *buffer, int code);
void drive_fail_amount(struct drive *drive, const struct buffer *buffer, int64_t result);

/* True if a read returned 0 because the file ends here. */
bool drive_past_end(const struct drive *drive, const struct buffer *buffer, int64_t result);

#endif
