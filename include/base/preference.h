/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much something that may not be available is preferred: the values of the options with the
 * choices prefer, require and never, in this order. A record may hold none of them.
 */
#ifndef TIDEMILL_BASE_PREFERENCE_H
#define TIDEMILL_BASE_PREFERENCE_H

enum preference { PREFER, REQUIRE, NEVER, PREFERENCE_UNSTATED, PREFERENCE_COUNT };

#endif
