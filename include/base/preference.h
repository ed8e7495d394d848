/*
 * How much something that may not be available is preferred: the values of the options with the
 * choices prefer, require and never, in this order.
 */
#ifndef TIDEMILL_BASE_PREFERENCE_H
#define TIDEMILL_BASE_PREFERENCE_H

enum preference { PREFER, REQUIRE, NEVER };

#endif
