/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the points of a sweep. */
#ifndef TIDEMILL_PREPARE_SWEEP_POINTS_H
#define TIDEMILL_PREPARE_SWEEP_POINTS_H

#include "prepare/setup.h"

/* Appends the settings of each point to the pool: the common ones with the values of the point. The
 * same on every rank. -EINVAL if a point's values exclude each other, -ENOMEM. */
int points_add(struct setup *setup, struct failure *why);

/* Refuses a sweep over more ranks or nodes than the job has. */
int points_check_size(const struct setup *setup, struct failure *why);

#endif
