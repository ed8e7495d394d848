/*
 * What the folders of /sys have in common: the devices above one another. Reads only.
 */
#ifndef TIDEMILL_PLATFORM_SYS_FOLDER_H
#define TIDEMILL_PLATFORM_SYS_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYS_PATH = PATH_MAX + 64 };

/* NUMA node of the device at 'folder', which it or a bridge above it tells; -1 when none does. */
int64_t sys_numa_node(const char *folder);

/* The folder itself or the nearest above it that has a file of this name; false without. */
bool sys_folder_with(const char *folder, const char *file, char found[PATH_MAX]);

/* What the link 'folder'/'name' leads to, without the folders before it; "" without a link. */
void sys_link_name(const char *folder, const char *name, char *out, size_t room);

#endif
