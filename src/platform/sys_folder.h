/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding attributes of a device in /sys, or of the devices above it. Reads only.
 */
#ifndef TIDEMILL_PLATFORM_SYS_FOLDER_H
#define TIDEMILL_PLATFORM_SYS_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYS_PATH = PATH_MAX + 64 };

/* Returns the NUMA node of the device at 'folder', or of the nearest bridge above it that has one;
 * -1 if unknown. */
int64_t sys_numa_node(const char *folder);

/* Finds the nearest directory, from 'folder' upwards, that contains this file; false if there is
 * none. */
bool sys_folder_with(const char *folder, const char *file, char found[PATH_MAX]);

/* Gets the last component of the target of the link 'folder'/'name'; "" without a link. */
void sys_link_name(const char *folder, const char *name, char *out, size_t size);

#endif
