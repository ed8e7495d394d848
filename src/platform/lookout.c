#include "platform/lookout.h"

#include <string.h>

#include "path_text.h"
#include "platform/clock.h"

_Static_assert((int)LOOKOUT_PATH == (int)PATH_TEXT, "one is copied into the other");

void lookout_init(struct lookout *lookout)
{
    *lookout = (struct lookout){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void lookout_begin(struct lookout *lookout, const char *what, const char *path)
{
    if (!lookout)
        return;
    pthread_mutex_lock(&lookout->lock);
    lookout->what = what;
    lookout->since_ns = clock_now_ns();
    path_text(path, lookout->path);
    pthread_mutex_unlock(&lookout->lock);
}

void lookout_end(struct lookout *lookout)
{
    if (!lookout)
        return;
    pthread_mutex_lock(&lookout->lock);
    lookout->since_ns = 0;
    pthread_mutex_unlock(&lookout->lock);
}

int64_t lookout_look(struct lookout *lookout, const char **what, char path[LOOKOUT_PATH])
{
    int64_t lasted_ns = 0;
    pthread_mutex_lock(&lookout->lock);
    if (lookout->since_ns) {
        lasted_ns = clock_now_ns() - lookout->since_ns;
        *what = lookout->what;
        memcpy(path, lookout->path, sizeof lookout->path);
    }
    pthread_mutex_unlock(&lookout->lock);
    return lasted_ns;
}
