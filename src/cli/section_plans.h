/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TIDEMILL_CLI_SECTION_PLANS_H
#define TIDEMILL_CLI_SECTION_PLANS_H

#include "base/text.h"
#include "prepare/setup.h"

/* Adds the plans of sections; one with the plan of the section before it has only its seed. */
void section_plans_describe(const struct setup *setup, struct text *out);

#endif
