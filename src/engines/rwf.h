/*
 * The flags that a mode puts on each request, newer than some of the headers that tidemill is built
 * with; the kernel says -EOPNOTSUPP (-EINVAL before 4.6) to those that it or the file system lacks.
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
