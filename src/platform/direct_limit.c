/* SPDX-License-Identifier: Apache-2.0 */
#include "direct_limit.h"

#include <linux/fs.h>
#include <linux/magic.h>

/* From this kernel on btrfs writes through the page cache what it computes checksums of, because
 * the data could change between checksum and transfer. */
enum { BTRFS_CHECKSUMS = 6014 };

enum record_direct_cause direct_limit(const struct direct_file *file)
{
    if (file->encrypted)
        return DIRECT_ENCRYPTED;
    if (!file->writes || file->flags < 0)
        return DIRECT_NO_CAUSE;
    if (file->magic == EXT4_SUPER_MAGIC && !(file->flags & FS_EXTENT_FL) && !file->whole)
        return DIRECT_HOLES;
    if (file->magic == BTRFS_SUPER_MAGIC && !(file->flags & FS_NOCOW_FL) && !file->unchecked &&
        file->kernel >= BTRFS_CHECKSUMS)
        return DIRECT_CHECKSUMS;
    return DIRECT_NO_CAUSE;
}

bool direct_is_known(const struct direct_file *file)
{
    return file->magic == BTRFS_SUPER_MAGIC && file->writes && file->flags > 0 &&
           file->flags & FS_NOCOW_FL;
}
