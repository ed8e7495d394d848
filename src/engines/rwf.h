/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flags of each request, newer than some supported headers. If the kernel or the file system
 * lacks one, the request fails with -EOPNOTSUPP (-EINVAL before 4.6).
 */
#ifndef TIDEMILL_ENGINES_RWF_H
#define TIDEMILL_ENGINES_RWF_H

#include "engines/engine.h"

enum { RWF_FLAG_DONTCACHE = 0x80 };

static inline int rwf_flags(const struct engine_mode *mode)
{
    return mode->uncached ? RWF_FLAG_DONTCACHE : 0;
}

#endif
