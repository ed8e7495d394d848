/* SPDX-License-Identifier: Apache-2.0 */
/* Which phases of a stored run wrote the data of a section. Pure. */
#ifndef TIDEMILL_PREPARE_STORED_WRITES_H
#define TIDEMILL_PREPARE_STORED_WRITES_H

#include <stddef.h>
#include <stdint.h>

#include "record/record.h"

/* Returns the next phase that wrote data of the section ("" without sections), or may have, from
 * number 'from' on; or NULL. */
const struct record_phase *stored_next_write(const struct record *record, const char *section,
                                             size_t from);

/* Returns the last phase that wrote all of the section's data, and the generation of these;
 * or NULL. Those after it wrote in place. */
const struct record_phase *stored_last_write(const struct record *record, const char *section,
                                             uint64_t *generation);

#endif
