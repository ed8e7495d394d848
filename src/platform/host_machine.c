/* SPDX-License-Identifier: Apache-2.0 */
/* Detects virtual machines and containers. */
#include "host_system.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "small_file.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

struct name_for {
    const char *mark;
    const char *name;
};

const char *host_hypervisor_name(const char signature[12])
{
    static const struct name_for known[] = {
        {"KVMKVMKVM\0\0\0", "kvm"},  {"Linux KVM Hv", "kvm"},      {"VMwareVMware", "vmware"},
        {"Microsoft Hv", "hyper-v"}, {"XenVMMXenVMM", "xen"},      {"TCGTCGTCGTCG", "qemu"},
        {"bhyve bhyve ", "bhyve"},   {"VBoxVBoxVBox", "oracle"},   {"ACRNACRNACRN", "acrn"},
        {"QNXQVMBSQG\0\0", "qnx"},   {" lrpepyh  vr", "parallels"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (memcmp(signature, known[i].mark, 12) == 0)
            return known[i].name;
    return "another";
}

/* Detects a hypervisor by CPUID; false if the architecture has no CPUID. */
static bool detect_by_cpuid(char name[RECORD_WORD])
{
#ifdef __x86_64__
    unsigned a, b, c, d;
    char signature[12];
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return false;
    if (!(c >> 31)) { /* the "hypervisor present" bit */
        text_copy(name, RECORD_WORD, "none");
        return true;
    }
    __cpuid(0x40000000, a, b, c, d);
    memcpy(signature, &b, 4);
    memcpy(signature + 4, &c, 4);
    memcpy(signature + 8, &d, 4);
    text_copy(name, RECORD_WORD, host_hypervisor_name(signature));
    return true;
#else
    (void)name;
    return false;
#endif
}

void host_machine_detect(const char *root, char name[RECORD_WORD])
{
    static const struct name_for vendors[] = {{"QEMU", "qemu"},      {"KVM", "kvm"},
                                              {"VMware", "vmware"},  {"Xen", "xen"},
                                              {"innotek", "oracle"}, {"Parallels", "parallels"}};
    static const char *const files[] = {"sys_vendor", "product_name", "bios_vendor"};
    char path[PATH_MAX];
    char line[128];
    if (!root[0] && detect_by_cpuid(name))
        return;
    text_copy(name, RECORD_WORD, "unknown");
    for (size_t file = 0; file < sizeof files / sizeof *files; file++) {
        snprintf(path, sizeof path, "%s/sys/class/dmi/id/%s", root, files[file]);
        if (small_file_line(path, line, sizeof line))
            continue;
        for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++)
            if (strstr(line, vendors[i].mark)) {
                text_copy(name, RECORD_WORD, vendors[i].name);
                return;
            }
    }
}

/* True in the initial PID namespace: its inode number is fixed. */
static bool in_initial_pid_namespace(const char *root)
{
    static const char first[] = "pid:[4026531836]";
    char path[PATH_MAX];
    char link[64];
    snprintf(path, sizeof path, "%s/proc/self/ns/pid", root);
    const ssize_t length = readlink(path, link, sizeof link - 1);
    if (length < 0)
        return false;
    link[length] = 0;
    return strcmp(link, first) == 0;
}

void host_container_detect(const char *root, char name[RECORD_WORD])
{
    static const struct name_for files[] = {
        {"/.dockerenv", "docker"},
        {"/run/.containerenv", "podman"},
        {"/.singularity.d", "apptainer"},
        {"/dev/.lxc-boot-id", "lxc"},
        {"/var/run/secrets/kubernetes.io", "kubernetes"},
    };
    char path[PATH_MAX];
    char line[RECORD_WORD];
    snprintf(path, sizeof path, "%s/run/systemd/container", root);
    if (small_file_line(path, line, sizeof line) == 0 && line[0]) {
        text_copy(name, RECORD_WORD, line);
        return;
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s%s", root, files[i].mark);
        if (access(path, F_OK) == 0) {
            text_copy(name, RECORD_WORD, files[i].name);
            return;
        }
    }
    text_copy(name, RECORD_WORD, in_initial_pid_namespace(root) ? "none" : "unknown");
}
