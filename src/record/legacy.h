/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns what results of revision 0 (version 0.1.0) hold only as texts into the facts that are
 * recorded in addition to these texts now. Applied once, when such a result is read: nothing else
 * parses its texts.
 */
#ifndef TIDEMILL_RECORD_LEGACY_H
#define TIDEMILL_RECORD_LEGACY_H

#include "record/record.h"

void legacy_derive(struct record *record);

#endif
