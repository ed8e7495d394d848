/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of an object, compared with what was written to it. */
#include <errno.h>

#include "metadata/operation.h"

enum { BLOCK_BYTES = 4096 };

static int record_wrong(struct operation *operation, const struct difference *difference,
                        uint64_t blocks)
{
    operation->difference = *difference;
    operation->bad_blocks += (int64_t)blocks;
    return -EBADMSG;
}

/* Checks the next bytes of the object, of which only 'got' could be read. */
int operation_check_content(struct operation *operation, size_t bytes, size_t got)
{
    struct position *position = &operation->position;
    struct difference difference;
    const uint64_t bad =
        content_check(operation->setup->content, position, operation->buffer, got, &difference);
    if (bad)
        return record_wrong(operation, &difference, bad);
    position->offset += got;
    if (got == bytes)
        return 0;
    const uint64_t missing = operation->setup->object_bytes - position->offset;
    difference = (struct difference){
        .offset = position->offset, .length = missing, .kind = DIFFERENCE_MISSING};
    return record_wrong(operation, &difference, (missing - 1) / BLOCK_BYTES + 1);
}

/* The file must end where the object does: 'more' bytes could be read there. */
int operation_check_end(struct operation *operation, int64_t more)
{
    if (more <= 0)
        return (int)more;
    operation->bytes -= more;
    const struct difference longer = {.offset = operation->position.offset, .length = 1};
    return record_wrong(operation, &longer, 1);
}
