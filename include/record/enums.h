/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enumerations of a record, from the lists in enums.def. What is kept as a uint8_t in structs
 * that travel between ranks is one of these.
 */
#ifndef TIDEMILL_RECORD_ENUMS_H
#define TIDEMILL_RECORD_ENUMS_H

#define ENUM(ID, id, form)                                                                         \
    enum record_##id                                                                               \
    {
#define VALUE(value, name) value,
#define END                                                                                        \
    }                                                                                              \
    ;
#include "record/enums.def"
#undef ENUM
#undef VALUE
#undef END

/* The names in the result file; "unknown" for what is in no list. */
const char *record_status_name(enum record_status status);
const char *record_truth_name(enum record_truth truth);
const char *record_severity_name(enum record_severity severity);
const char *record_probe_name(enum record_probe probe);
const char *record_target_kind_name(enum record_target_kind kind);

#endif
