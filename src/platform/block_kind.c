/* SPDX-License-Identifier: Apache-2.0 */
#include "block_kind.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "small_file.h"
#include "sys_folder.h"

/* The kind of a SCSI disk by a part of its sysfs path; the first match counts. */
static const struct {
    const char *mark;
    const char *kind;
} transports[] = {
    {"/usb", "usb"},         {"/session", "iscsi"}, {"/rport-", "fibre channel"},
    {"/end_device-", "sas"}, {"/virtio", "virtio"}, {"/vmbus", "hyper-v"},
};

/* The kind of a disk by the start of its name, which a digit or a letter follows. */
static const struct {
    const char *name;
    const char *kind;
} names[] = {
    {"vd", "virtio"}, {"xvd", "xen"}, {"mmcblk", "mmc"}, {"pmem", "pmem"}, {"loop", "loop"},
    {"zram", "ram"},  {"ram", "ram"}, {"nbd", "nbd"},    {"rbd", "rbd"},   {"drbd", "drbd"},
};

static bool starts_with(const char *name, const char *beginning)
{
    return strncmp(name, beginning, strlen(beginning)) == 0;
}

/* A disk with the vendor "ATA" is a SATA disk, even behind a SAS controller. */
static void scsi_kind(const char *folder, struct record_block_device *device)
{
    char *kind = device->kind;
    char vendor[32];
    small_file_word_in(folder, "device/vendor", vendor, sizeof vendor);
    if (strcmp(vendor, "ATA") == 0 || strstr(folder, "/ata")) {
        device->bus = BUS_SATA;
        text_copy(kind, RECORD_WORD, "sata");
    }
    for (size_t i = 0; i < sizeof transports / sizeof *transports && !kind[0]; i++)
        if (strstr(folder, transports[i].mark))
            text_copy(kind, RECORD_WORD, transports[i].kind);
    if (!kind[0])
        text_copy(kind, RECORD_WORD, "scsi");
}

/* "LVM-w2e...": the name before the first dash is that of the creator of the mapping. */
static void mapper_kind(const char *folder, char kind[RECORD_WORD])
{
    char uuid[64];
    small_file_word_in(folder, "dm/uuid", uuid, sizeof uuid);
    uuid[strcspn(uuid, "-")] = 0;
    if (uuid[0])
        snprintf(kind, RECORD_WORD, "device mapper (%.12s)", uuid);
    else
        text_copy(kind, RECORD_WORD, "device mapper");
}

static void md_kind(const char *folder, char kind[RECORD_WORD])
{
    char level[16];
    small_file_word_in(folder, "md/level", level, sizeof level);
    snprintf(kind, RECORD_WORD, "md%s%s", level[0] ? " " : "", level);
}

/* Finds the first controller ("nvme0", a link) in the directory of a multipath disk. */
static void find_controller(const char *folder, char controller[PATH_MAX])
{
    char path[SYS_PATH];
    char real[PATH_MAX];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/..", folder);
    DIR *list = opendir(path);
    while (list && (entry = readdir(list))) {
        snprintf(path, sizeof path, "%s/../%.64s", folder, entry->d_name);
        if (!starts_with(entry->d_name, "nvme") || entry->d_type != DT_LNK || !realpath(path, real))
            continue;
        text_copy(controller, PATH_MAX, real);
        break;
    }
    if (list)
        closedir(list);
}

static void nvme_kind(const char *folder, struct record_block_device *device,
                      char controller[PATH_MAX])
{
    char transport[16];
    if (strstr(folder, "/nvme-subsystem/"))
        find_controller(folder, controller);
    small_file_word_in(controller, "transport", transport, sizeof transport);
    if (!transport[0])
        small_file_word_in(controller, "device/transport", transport, sizeof transport);
    if (transport[0] && strcmp(transport, "pcie") != 0) {
        snprintf(device->kind, sizeof device->kind, "nvme-%s", transport);
        return;
    }
    device->bus = BUS_PCIE_NVME;
    text_copy(device->kind, sizeof device->kind, "nvme");
}

void block_kind_detect(const char *folder, struct record_block_device *device,
                       char controller[PATH_MAX])
{
    char *kind = device->kind;
    const char *name = strrchr(folder, '/') + 1;
    kind[0] = 0;
    text_copy(controller, PATH_MAX, folder);
    if (starts_with(name, "nvme"))
        nvme_kind(folder, device, controller);
    else if (starts_with(name, "dm-"))
        mapper_kind(folder, kind);
    else if (starts_with(name, "md") && isdigit((unsigned char)name[2]))
        md_kind(folder, kind);
    else if (starts_with(name, "sd"))
        scsi_kind(folder, device);
    for (size_t i = 0; i < sizeof names / sizeof *names && !kind[0]; i++)
        if (starts_with(name, names[i].name))
            text_copy(kind, RECORD_WORD, names[i].kind);
    if (!kind[0])
        text_copy(kind, RECORD_WORD, "unknown");
}
