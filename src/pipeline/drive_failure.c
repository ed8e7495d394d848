/* SPDX-License-Identifier: Apache-2.0 */
#include "drive_failure.h"

#include <errno.h>
#include <inttypes.h>

#include "platform/space.h"

static const char *path_of(const struct drive *drive, const struct buffer *buffer)
{
    return drive->files[buffer->file].path;
}

static uint64_t offset_of(const struct drive *drive, const struct buffer *buffer)
{
    return buffer->offset - drive->files[buffer->file].start;
}

void drive_fail(struct drive *drive, const struct buffer *buffer, int code)
{
    const char *verb = buffer->request.direction == ENGINE_WRITE ? "write" : "read";
    char note[SPACE_TEXT];
    drive->outcome->counters.failed_requests++;
    failure_system(&drive->outcome->failure, -code, "cannot %s '%s' at offset %" PRIu64 "%s", verb,
                   path_of(drive, buffer), offset_of(drive, buffer) + buffer->moved,
                   space_format_reason(path_of(drive, buffer), -code, note));
}

bool drive_past_end(const struct drive *drive, const struct buffer *buffer, int64_t result)
{
    if (result != 0 || buffer->request.direction != ENGINE_READ)
        return false;
    int64_t end = file_bytes(drive->files[buffer->file].file);
    return end >= 0 && (uint64_t)end <= offset_of(drive, buffer) + buffer->moved;
}

void drive_fail_amount(struct drive *drive, const struct buffer *buffer, int64_t result)
{
    const char *verb = buffer->request.direction == ENGINE_WRITE ? "write" : "read";
    drive->outcome->counters.failed_requests++;
    if (drive_past_end(drive, buffer, result))
        failure_set(&drive->outcome->failure, -EIO,
                    "cannot read '%s' at offset %" PRIu64 ": the file has %" PRId64
                    " bytes, but at least %" PRIu64 " were expected",
                    path_of(drive, buffer), offset_of(drive, buffer) + buffer->moved,
                    file_bytes(drive->files[buffer->file].file),
                    offset_of(drive, buffer) + buffer->length);
    else
        failure_set(&drive->outcome->failure, -EIO,
                    "%s of '%s' at offset %" PRIu64 " transferred %" PRId64 " of %" PRIu64 " bytes",
                    verb, path_of(drive, buffer), offset_of(drive, buffer) + buffer->moved, result,
                    buffer->request.length);
}
