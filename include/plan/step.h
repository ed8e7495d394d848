/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step: what all ranks carry out together next. Plain data without pointers, the same on every
 * rank; its indices name what the run keeps: settings in the pool, sections in their order, and the
 * data set by the settings that write it.
 */
#ifndef TIDEMILL_PLAN_STEP_H
#define TIDEMILL_PLAN_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "options/phases.h"
#include "record/enums.h"

enum step_role {
    STEP_PHASE,   /* of the list of phases */
    STEP_POINT,   /* of a sweep: a phase of the list with the settings of a point */
    STEP_TRIAL,   /* a probe of 'tune' */
    STEP_PROBE,   /* a short measurement that is not in the list and not a phase of the result */
    STEP_WARM_UP, /* the work of the phase or point that follows, outside its numbers */
};

struct step {
    enum phase_id phase;
    enum step_role role;
    enum record_probe probe;      /* of STEP_PROBE: what it measures */
    uint32_t round;               /* ... and in which round of them, from 1 */
    enum record_tune_stage stage; /* of STEP_TRIAL: what it is for */
    uint32_t option;              /* ... and which option it compares; OPTION_COUNT: none */
    uint32_t settings;
    uint32_t section;
    uint32_t dataset;           /* the settings that write what this step writes or reads */
    uint32_t repetition;        /* of the whole list, from 1 */
    uint32_t position;          /* in the list, from 1 */
    uint32_t point;             /* of STEP_POINT, from 1 */
    bool last;                  /* not of STEP_PHASE, STEP_PROBE: its files are removed after it */
    int64_t pause_ns;           /* before it begins */
    enum phase_id warmed_phase; /* of STEP_WARM_UP: what follows, and its data set */
    uint32_t warmed_dataset;
};

#endif
