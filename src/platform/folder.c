#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_text.h"
#include "platform/file.h"
#include "platform/space.h"
#include "status.h"

int directory_create(const char *path, mode_t mode, struct failure *why)
{
    char shown[PATH_TEXT];
    char note[SPACE_TEXT];
    if (mkdir(path, mode) == 0)
        return 0;
    const int error = errno;
    if (error == EEXIST)
        return -EEXIST;
    return failure_system(why, error, "cannot create directory '%s'%s", path_text(path, shown),
                          space_format_free(path, error, note));
}

int file_remove(const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    if (unlink(path) == 0 || errno == ENOENT)
        return 0;
    return failure_system(why, errno, "cannot remove '%s'", path_text(path, shown));
}

int directory_remove(const char *path, struct failure *why)
{
    char shown[PATH_TEXT];
    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    return failure_system(why, errno, "cannot remove directory '%s'", path_text(path, shown));
}

bool path_exists(const char *path)
{
    struct status status;
    return status_of_path(path, false, &status) != -ENOENT;
}
