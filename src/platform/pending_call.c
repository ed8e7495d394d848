/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/pending_call.h"

#include <string.h>

#include "path_text.h"
#include "platform/clock.h"

_Static_assert((int)PENDING_CALL_PATH == (int)PATH_TEXT, "one is copied into the other");

void pending_call_init(struct pending_call *pending_call)
{
    *pending_call = (struct pending_call){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void pending_call_begin(struct pending_call *pending_call, const char *what, const char *path)
{
    if (!pending_call)
        return;
    pthread_mutex_lock(&pending_call->lock);
    pending_call->what = what;
    pending_call->since_ns = clock_now_ns();
    path_text(path, pending_call->path);
    pthread_mutex_unlock(&pending_call->lock);
}

void pending_call_end(struct pending_call *pending_call)
{
    if (!pending_call)
        return;
    pthread_mutex_lock(&pending_call->lock);
    pending_call->since_ns = 0;
    pthread_mutex_unlock(&pending_call->lock);
}

int64_t pending_call_read(struct pending_call *pending_call, const char **what,
                          char path[PENDING_CALL_PATH])
{
    int64_t lasted_ns = 0;
    pthread_mutex_lock(&pending_call->lock);
    if (pending_call->since_ns) {
        lasted_ns = clock_now_ns() - pending_call->since_ns;
        *what = pending_call->what;
        memcpy(path, pending_call->path, sizeof pending_call->path);
    }
    pthread_mutex_unlock(&pending_call->lock);
    return lasted_ns;
}
