/*
 * What results of revision 0 (version 0.1.0) hold as texts alone, as the facts that stand beside
 * these texts now. Applied once, when such a result is read: nothing else looks into its texts.
 */
#ifndef TIDEMILL_RECORD_LEGACY_H
#define TIDEMILL_RECORD_LEGACY_H

#include "record/record.h"

void legacy_derive(struct record *record);

#endif
