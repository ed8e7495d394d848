/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cmocka program includes first: the headers that cmocka requires, in the required order.
 */
#ifndef TIDEMILL_TESTS_UNIT_H
#define TIDEMILL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
