/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fault_fs SOURCE MOUNT_POINT: the file system of the fault bench. Passes all calls on to SOURCE,
 * except those that a rule matches (see rules.h; WHERE is the end of the path).
 *
 *   FAULT_RULES    the rules
 *   FAULT_DIRECT   "yes": no page cache, so that short results reach the program
 *   FAULT_TYPE     the type of the mount is "fuse.<this>"; default: fault_fs
 *   FAULT_HIDE     "yes": a removed file that is open stays, as .fuse_hidden...
 *   FAULT_OWNER    files belong to this user id, as they do with root squash
 *   FAULT_FORGET   "yes": the kernel remembers no names
 *   FAULT_LOG      a line "NS CALL PATH" for each call, with the time since 1970, is appended to it
 *   FAULT_AT_ONCE  the number of calls that are delayed at a time; others wait for one of these
 *   FAULT_RELEASE  hanging calls continue when this file exists
 *   FAULT_HARD     "yes": hanging calls do not end even if their process is killed
 *
 * Runs in the foreground; ends when unmounted.
 */
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "rules.h"

enum { NAME_BYTES = 4096, POLL_NS = 20 * 1000 * 1000, TRANSFER_MOST = 1 << 20 };

/* So that calls that are delayed do not wait for each other. */
enum { THREADS = 64 };
#if FUSE_VERSION >= FUSE_MAKE_VERSION(3, 12)
#define MANY_THREADS ",max_idle_threads=64,max_threads=64"
#else
#define MANY_THREADS ",max_idle_threads=64"
#endif

static struct rules rules;
static sem_t places; /* FAULT_AT_ONCE */
static const char *source;
static int log_fd = -1;

/* Returns the path below the source. */
static const char *below(const char *path, char buffer[NAME_BYTES])
{
    snprintf(buffer, NAME_BYTES, "%s%s", source, path);
    return buffer;
}

static int result_of(int result)
{
    return result < 0 ? -errno : 0;
}

static void sleep_ns(long nanoseconds)
{
    struct timespec left = {.tv_sec = nanoseconds / 1000000000,
                            .tv_nsec = nanoseconds % 1000000000};
    nanosleep(&left, NULL);
}

static void delay_ns(long nanoseconds)
{
    while (sem_wait(&places))
        ;
    sleep_ns(nanoseconds);
    sem_post(&places);
}

static bool is_yes(const char *name)
{
    const char *text = getenv(name);
    return text && !strcmp(text, "yes");
}

/* Waits for FAULT_RELEASE; -EINTR if the caller was killed. */
static int hang(void)
{
    const char *release = getenv("FAULT_RELEASE");
    while (!release || access(release, F_OK)) {
        if (!is_yes("FAULT_HARD") && fuse_interrupted())
            return -EINTR;
        sleep_ns(POLL_NS);
    }
    return 0;
}

static void remove_any(const char *path)
{
    if (unlink(path))
        rmdir(path);
}

/* Creates a file of others. */
static void appear(const char *path)
{
    static const char text[] = "precious\n";
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    ssize_t written = write(fd, text, sizeof text - 1);
    (void)written;
    close(fd);
}

/* What others do to the object right before the call, or to the name that it gives. */
static void meddle(const char *path, const char *call, const struct rule *rule)
{
    char buffer[NAME_BYTES];
    bool is_folder = !strcmp(call, "list") || !strcmp(call, "rmdir");
    if (is_folder)
        snprintf(buffer, sizeof buffer, "%s%s/precious", source, path);
    else
        snprintf(buffer, sizeof buffer, "%s%s", source, path);
    if (rule_does(rule, "vanish"))
        remove_any(buffer);
    if (!rule_does(rule, "appear"))
        return;
    char *name = strrchr(buffer, '/');
    if (rule->value || !strcmp(call, "rename"))
        memcpy(name, strncmp(name, "/tm.created", 11) ? "/tm.created" : "/tm.renamed", 11);
    appear(buffer);
}

static void log_call(const char *path, const char *call)
{
    char line[NAME_BYTES];
    if (log_fd < 0)
        return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    long long ns = (long long)now.tv_sec * 1000000000LL + (long long)now.tv_nsec;
    int length = snprintf(line, sizeof line, "%lld %s %s\n", ns, call, path);
    ssize_t written = write(log_fd, line, (size_t)length);
    (void)written;
}

/* Finds the rule of a call and does what it has to do first; -errno if the call must fail. */
static int strike(const char *path, const char *call, off_t offset, const struct rule **rule)
{
    log_call(path, call);
    *rule = rules_meet(&rules, path, call, offset);
    if (!*rule)
        return 0;
    rules_mark();
    meddle(path, call, *rule);
    if (rule_does(*rule, "kill"))
        kill(fuse_get_context()->pid, SIGKILL);
    if (rule_does(*rule, "errno"))
        return (int)-(*rule)->value;
    if (rule_does(*rule, "delay"))
        delay_ns((*rule)->value * 1000000);
    return rule_does(*rule, "hang") ? hang() : 0;
}

static int get_attributes(const char *path, struct stat *out, struct fuse_file_info *info)
{
    char buffer[NAME_BYTES];
    const struct rule *rule;
    (void)info;
    int result = strike(path, "stat", NO_OFFSET, &rule);
    if (!result)
        result = result_of(lstat(below(path, buffer), out));
    const char *owner = getenv("FAULT_OWNER");
    if (owner)
        out->st_uid = (uid_t)atoi(owner);
    return result;
}

static int list(const char *path, void *entries, fuse_fill_dir_t fill, off_t offset,
                struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    char buffer[NAME_BYTES];
    (void)offset;
    (void)info;
    (void)flags;
    const struct rule *rule;
    int error = strike(path, "list", NO_OFFSET, &rule);
    if (error)
        return error;
    DIR *folder = opendir(below(path, buffer));
    if (!folder)
        return -errno;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        fill(entries, entry->d_name, NULL, 0, 0);
    closedir(folder);
    return 0;
}

static int open_below(const char *path, struct fuse_file_info *info, int more, mode_t mode)
{
    char buffer[NAME_BYTES];
    const struct rule *rule;
    const char *call = info->flags & O_DIRECT                ? "open_direct"
                       : (info->flags & O_ACCMODE) == O_RDWR ? "open_both"
                                                             : "open";
    if (more & O_CREAT)
        log_call(path, "create");
    int error = strike(path, call, NO_OFFSET, &rule);
    if (error)
        return error;
    int flags = info->flags & (rule_does(rule, "inclusive") ? ~(O_DIRECT | O_EXCL) : ~O_DIRECT);
    int fd = open(below(path, buffer), flags | more | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    info->fh = (uint64_t)fd;
    info->direct_io = is_yes("FAULT_DIRECT");
    return 0;
}

static int open_file(const char *path, struct fuse_file_info *info)
{
    return open_below(path, info, 0, 0);
}

static int create_file(const char *path, mode_t mode, struct fuse_file_info *info)
{
    return open_below(path, info, O_CREAT, mode);
}

static int read_file(const char *path, char *bytes, size_t length, off_t offset,
                     struct fuse_file_info *info)
{
    const struct rule *rule;
    int error = strike(path, "read", offset, &rule);
    if (error)
        return error;
    if (rule_does(rule, "zero"))
        return 0;
    if (rule_does(rule, "short") && (size_t)rule->value < length)
        length = (size_t)rule->value;
    if (rule_does(rule, "shift"))
        offset += rule->value;
    ssize_t got = pread((int)info->fh, bytes, length, offset);
    if (rule_does(rule, "flip") && got > rule->value)
        bytes[rule->value] ^= 0x10;
    return got < 0 ? -errno : (int)got;
}

static int write_file(const char *path, const char *bytes, size_t length, off_t offset,
                      struct fuse_file_info *info)
{
    const struct rule *rule;
    int error = strike(path, "write", offset, &rule);
    if (error)
        return error;
    if (rule_does(rule, "zero"))
        return 0;
    if (rule_does(rule, "lose"))
        return (int)length;
    if (rule_does(rule, "short") && (size_t)rule->value < length)
        length = (size_t)rule->value;
    if (rule_does(rule, "shift"))
        offset += rule->value;
    ssize_t written = pwrite((int)info->fh, bytes, length, offset);
    return written < 0 ? -errno : (int)written;
}

static int flush_file(const char *path, struct fuse_file_info *info)
{
    const struct rule *rule;
    (void)info;
    return strike(path, "close", NO_OFFSET, &rule);
}

static int release_file(const char *path, struct fuse_file_info *info)
{
    (void)path;
    return result_of(close((int)info->fh));
}

static int sync_file(const char *path, int data_only, struct fuse_file_info *info)
{
    const struct rule *rule;
    (void)data_only;
    int error = strike(path, "fsync", NO_OFFSET, &rule);
    return error ? error : result_of(fsync((int)info->fh));
}

static int cut_file(const char *path, off_t length, struct fuse_file_info *info)
{
    char buffer[NAME_BYTES];
    (void)info;
    return result_of(truncate(below(path, buffer), length));
}

static int remove_file(const char *path)
{
    char buffer[NAME_BYTES];
    const struct rule *rule;
    int error = strike(path, "remove", NO_OFFSET, &rule);
    return error ? error : result_of(unlink(below(path, buffer)));
}

static int make_directory(const char *path, mode_t mode)
{
    char buffer[NAME_BYTES];
    const struct rule *rule;
    int error = strike(path, "mkdir", NO_OFFSET, &rule);
    return error ? error : result_of(mkdir(below(path, buffer), mode));
}

static int remove_directory(const char *path)
{
    char buffer[NAME_BYTES];
    const struct rule *rule;
    int error = strike(path, "rmdir", NO_OFFSET, &rule);
    return error ? error : result_of(rmdir(below(path, buffer)));
}

static int space(const char *path, struct statvfs *out)
{
    char buffer[NAME_BYTES];
    return result_of(statvfs(below(path, buffer), out));
}

static void *begin(struct fuse_conn_info *connection, struct fuse_config *settings)
{
    connection->max_write = TRANSFER_MOST;
    if (getenv("FAULT_AT_ONCE"))
        connection->max_background = connection->congestion_threshold = THREADS;
    settings->kernel_cache = 0;
    settings->intr = 1;
    settings->hard_remove = !is_yes("FAULT_HIDE");
    settings->attr_timeout = 0;
    if (is_yes("FAULT_FORGET"))
        settings->entry_timeout = 0;
    return NULL;
}

static int rename_file(const char *from, const char *to, unsigned flags)
{
    char buffer[NAME_BYTES];
    char other[NAME_BYTES];
    const struct rule *rule;
    int error = strike(from, "rename", NO_OFFSET, &rule);
    if (error)
        return error;
    if (flags && rule_does(rule, "noflags"))
        return -EINVAL;
    return result_of(renameat2(AT_FDCWD, below(from, buffer), AT_FDCWD, below(to, other), flags));
}

static const struct fuse_operations operations = {
    .init = begin,
    .getattr = get_attributes,
    .readdir = list,
    .open = open_file,
    .create = create_file,
    .read = read_file,
    .write = write_file,
    .flush = flush_file,
    .release = release_file,
    .fsync = sync_file,
    .truncate = cut_file,
    .unlink = remove_file,
    .mkdir = make_directory,
    .rmdir = remove_directory,
    .rename = rename_file,
    .statfs = space,
};

/* libfuse interrupts threads with this signal, but installs no handler if .init sets 'intr'. */
static void wake_up(int number)
{
    (void)number;
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: fault_fs SOURCE MOUNT_POINT\n");
        return 2;
    }
    const char *text = getenv("FAULT_RULES");
    if (text && !rules_read(&rules, text)) {
        fprintf(stderr, "FAULT_RULES cannot be read: %s\n", text);
        return 2;
    }
    source = words[1];
    if (getenv("FAULT_LOG"))
        log_fd = open(getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const char *at_once = getenv("FAULT_AT_ONCE");
    sem_init(&places, 0, at_once ? (unsigned)atoi(at_once) : THREADS);
    signal(SIGUSR1, wake_up);
    char foreground[] = "-f";
    char options_word[] = "-o";
    char options[NAME_BYTES];
    const char *type = getenv("FAULT_TYPE");
    snprintf(options, sizeof options, "fsname=fault_fs,subtype=%s%s", type ? type : "fault_fs",
             MANY_THREADS);
    char *arguments[] = {words[0], words[2], foreground, options_word, options, NULL};
    return fuse_main(5, arguments, &operations, NULL);
}
