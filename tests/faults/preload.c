/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LD_PRELOAD library of the fault bench: injects faults into I/O calls on selected ranks.
 *
 *   FAULT_RULES      see rules.h; WHERE is the rank
 *   FAULT_PATH       only files whose path begins with this get faults
 *   FAULT_MARK       a file created at the first fault, with the time in ns
 *   FAULT_SIGNALLED  a file created at the program's first signal that ends it, with the time
 *
 * Requests of io_uring are changed before submission: an injected result becomes a NOP with that
 * result (kernel 6.11), a short request gets a smaller length, a hanging one reads from a pipe.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "rules.h"

enum { FDS_MOST = 4096, NOP_INJECT_RESULT = 1 };

static struct rules rules;
static char rank[16] = "0";
static const char *touched = "/nowhere/at/all";
static _Atomic bool is_ours[FDS_MOST];
static int silent_pipe[2] = {-1, -1};

#define REAL(type, name) ((type)real(name))

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    return found ? found : (abort(), NULL);
}

__attribute__((constructor)) static void begin(void)
{
    static const char *const ranks[] = {"SLURM_PROCID", "PMIX_RANK", "OMPI_COMM_WORLD_RANK"};
    const char *text = getenv("FAULT_RULES");
    for (int i = 0; i < 3; i++) /* the last one that is set counts */
        if (getenv(ranks[i]))
            snprintf(rank, sizeof rank, "%s", getenv(ranks[i]));
    if (getenv("FAULT_PATH"))
        touched = getenv("FAULT_PATH");
    if (text && !rules_read(&rules, text)) {
        fprintf(stderr, "FAULT_RULES cannot be read: %s\n", text);
        _exit(99);
    }
}

static void wait_ms(long milliseconds)
{
    struct timespec left = {.tv_sec = milliseconds / 1000,
                            .tv_nsec = milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) && errno == EINTR)
        ;
}

/* Finds the rule of a call and does the actions that need no arguments of the call. */
static const struct rule *meet(const char *call, off_t offset)
{
    const struct rule *rule = rules_meet(&rules, rank, call, offset);
    if (!rule)
        return NULL;
    rules_mark();
    if (rule_does(rule, "kill"))
        raise(SIGKILL);
    if (rule_does(rule, "signal"))
        kill(getpid(), (int)rule->value);
    if (rule_does(rule, "launcher"))
        kill(getppid(), (int)rule->value);
    if (rule_does(rule, "delay"))
        wait_ms(rule->value);
    return rule;
}

static bool ours(int fd)
{
    return fd >= 0 && fd < FDS_MOST && atomic_load(&is_ours[fd]);
}

static void hang(void)
{
    for (;;)
        wait_ms(LONG_MAX / 1000000);
}

/* True if the rule ends the call with 'result' and errno. */
static bool struck(const struct rule *rule, size_t length, ssize_t *result)
{
    if (rule_does(rule, "hang"))
        hang();
    if (rule_does(rule, "errno")) {
        errno = (int)rule->value;
        *result = -1;
        return true;
    }
    if (rule_does(rule, "zero") || rule_does(rule, "long")) {
        *result = rule_does(rule, "zero") ? 0 : (ssize_t)length + 4096;
        return true;
    }
    return false;
}

static size_t cut(const struct rule *rule, size_t length)
{
    return rule_does(rule, "short") && (size_t)rule->value < length ? (size_t)rule->value : length;
}

static off_t moved(const struct rule *rule, off_t offset)
{
    return rule_does(rule, "shift") ? offset + rule->value : offset;
}

/* --- open and close --- */

static int open_file(const char *name, const char *path, int flags, mode_t mode)
{
    ssize_t result;
    bool directory = flags & O_DIRECTORY || (flags & O_TMPFILE) == O_TMPFILE;
    bool mine = !directory && !strncmp(path, touched, strlen(touched));
    if (mine && struck(meet("open", NO_OFFSET), 0, &result))
        return (int)result;
    int fd = REAL(int (*)(const char *, int, ...), name)(path, flags, mode);
    if (fd >= 0 && fd < FDS_MOST)
        atomic_store(&is_ours[fd], mine);
    return fd;
}

static mode_t mode_of(int flags, va_list arguments)
{
    bool makes = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
    return makes ? (mode_t)va_arg(arguments, int) : 0;
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_of(flags, arguments);                                                   \
        va_end(arguments);                                                                         \
        return open_file(#name, path, flags, mode);                                                \
    }
OPEN(open)
OPEN(open64)

int close(int fd)
{
    ssize_t result = 0;
    const struct rule *rule = ours(fd) ? meet("close", NO_OFFSET) : NULL;
    if (fd >= 0 && fd < FDS_MOST)
        atomic_store(&is_ours[fd], false);
    bool over = struck(rule, 0, &result);
    int error = errno;
    int closed = REAL(int (*)(int), "close")(fd);
    if (!over)
        return closed;
    errno = error;
    return (int)result;
}

int fsync(int fd)
{
    ssize_t result;
    if (ours(fd) && struck(meet("fsync", NO_OFFSET), 0, &result))
        return (int)result;
    return REAL(int (*)(int), "fsync")(fd);
}

/* Of any file: a seccomp filter does not know them. */
int statx(int folder, const char *path, int flags, unsigned mask, struct statx *reply)
{
    ssize_t result;
    if (struck(meet("statx", NO_OFFSET), 0, &result))
        return (int)result;
    return REAL(int (*)(int, const char *, int, unsigned, struct statx *),
                "statx")(folder, path, flags, mask, reply);
}

int unlink(const char *path)
{
    ssize_t result;
    if (!strncmp(path, touched, strlen(touched)) && struck(meet("remove", NO_OFFSET), 0, &result))
        return (int)result;
    return REAL(int (*)(const char *), "unlink")(path);
}

/* --- signals: received by a handler or by sigtimedwait --- */

static void (*handlers[NSIG])(int);

static void handle(int number)
{
    int error = errno;
    rules_record_time("FAULT_SIGNALLED");
    errno = error;
    handlers[number](number);
}

int sigaction(int number, const struct sigaction *action, struct sigaction *before)
{
    struct sigaction changed;
    bool ends = number == SIGINT || number == SIGTERM || number == SIGUSR1 || number == SIGUSR2;
    if (ends && action && !(action->sa_flags & SA_SIGINFO) && action->sa_handler != SIG_IGN &&
        action->sa_handler != SIG_DFL) {
        handlers[number] = action->sa_handler;
        changed = *action;
        changed.sa_handler = handle;
        action = &changed;
    }
    return REAL(int (*)(int, const struct sigaction *, struct sigaction *),
                "sigaction")(number, action, before);
}

int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *limit)
{
    int signal_number = REAL(int (*)(const sigset_t *, siginfo_t *, const struct timespec *),
                             "sigtimedwait")(set, info, limit);
    int error = errno;
    if (signal_number > 0)
        rules_record_time("FAULT_SIGNALLED");
    errno = error;
    return signal_number;
}

/* --- transfers --- */

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    ssize_t result;
    const struct rule *rule = ours(fd) ? meet("write", offset) : NULL;
    if (struck(rule, length, &result))
        return result;
    if (rule_does(rule, "lose"))
        return (ssize_t)length;
    return REAL(ssize_t(*)(int, const void *, size_t, off_t),
                "pwrite")(fd, bytes, cut(rule, length), moved(rule, offset));
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset)
{
    ssize_t result;
    const struct rule *rule = ours(fd) ? meet("read", offset) : NULL;
    if (struck(rule, length, &result))
        return result;
    result = REAL(ssize_t(*)(int, void *, size_t, off_t), "pread")(fd, bytes, cut(rule, length),
                                                                   moved(rule, offset));
    if (rule_does(rule, "flip") && result > rule->value)
        ((unsigned char *)bytes)[rule->value] ^= 0x10;
    return result;
}

static size_t total(const struct iovec *pieces, int count)
{
    size_t sum = 0;
    for (int i = 0; i < count; i++)
        sum += pieces[i].iov_len;
    return sum;
}

/* As in pwrite and pread; a short transfer uses only the first buffer. */
static ssize_t vector(const char *name, const char *call, int fd, const struct iovec *pieces,
                      int count, off_t offset)
{
    ssize_t result;
    const struct rule *rule = ours(fd) ? meet(call, offset) : NULL;
    size_t whole = total(pieces, count);
    if (struck(rule, whole, &result))
        return result;
    if (rule_does(rule, "lose"))
        return (ssize_t)whole;
    struct iovec first = {.iov_base = pieces[0].iov_base, .iov_len = cut(rule, pieces[0].iov_len)};
    bool shorter = rule_does(rule, "short");
    result = REAL(ssize_t(*)(int, const struct iovec *, int, off_t),
                  name)(fd, shorter ? &first : pieces, shorter ? 1 : count, moved(rule, offset));
    if (rule_does(rule, "flip") && result > rule->value)
        ((unsigned char *)pieces[0].iov_base)[rule->value] ^= 0x10;
    return result;
}

#define VECTOR(name, call)                                                                         \
    ssize_t name(int fd, const struct iovec *pieces, int count, off_t offset)                      \
    {                                                                                              \
        return vector(#name, call, fd, pieces, count, offset);                                     \
    }                                                                                              \
    ssize_t name##2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)        \
    {                                                                                              \
        (void)flags;                                                                               \
        return vector(#name, call, fd, pieces, count, offset);                                     \
    }
VECTOR(pwritev, "write")
VECTOR(preadv, "read")

/* --- io_uring --- */

int io_uring_queue_init_params(unsigned entries, struct io_uring *ring, struct io_uring_params *p)
{
    ssize_t result;
    if (struck(meet("setup", NO_OFFSET), 0, &result))
        return -errno;
    return REAL(int (*)(unsigned, struct io_uring *, struct io_uring_params *),
                "io_uring_queue_init_params")(entries, ring, p);
}

struct io_uring_probe *io_uring_get_probe_ring(struct io_uring *ring)
{
    ssize_t result;
    if (struck(meet("probe", NO_OFFSET), 0, &result))
        return NULL;
    return REAL(struct io_uring_probe * (*)(struct io_uring *), "io_uring_get_probe_ring")(ring);
}

static void inject(struct io_uring_sqe *entry, int32_t result)
{
    uint64_t data = entry->user_data;
    memset(entry, 0, sizeof *entry);
    entry->opcode = IORING_OP_NOP;
    entry->user_data = data;
    entry->rw_flags = NOP_INJECT_RESULT;
    entry->len = (uint32_t)result;
}

static void read_from_nowhere(struct io_uring_sqe *entry)
{
    if (silent_pipe[0] < 0 && pipe2(silent_pipe, O_CLOEXEC))
        abort();
    entry->opcode = IORING_OP_READ;
    entry->fd = silent_pipe[0];
    entry->flags = 0;
    entry->buf_index = 0;
    entry->off = 0;
}

static void change(struct io_uring_sqe *entry)
{
    bool writes = entry->opcode == IORING_OP_WRITE || entry->opcode == IORING_OP_WRITE_FIXED ||
                  entry->opcode == IORING_OP_WRITEV;
    bool reads = entry->opcode == IORING_OP_READ || entry->opcode == IORING_OP_READ_FIXED ||
                 entry->opcode == IORING_OP_READV;
    const char *call = writes ? "write" : reads ? "read" : NULL;
    const struct rule *rule = call ? meet(call, (off_t)entry->off) : NULL;
    if (rule_does(rule, "errno"))
        inject(entry, (int32_t)-rule->value);
    else if (rule_does(rule, "zero"))
        inject(entry, 0);
    else if (rule_does(rule, "lose"))
        inject(entry, (int32_t)entry->len);
    else if (rule_does(rule, "long"))
        inject(entry, (int32_t)entry->len + 4096);
    else if (rule_does(rule, "short"))
        entry->len = (uint32_t)cut(rule, entry->len);
    else if (rule_does(rule, "shift"))
        entry->off = (uint64_t)moved(rule, (off_t)entry->off);
    else if (rule_does(rule, "hang"))
        read_from_nowhere(entry);
}

/* Changes the entries that are not submitted yet. */
static void change_all(struct io_uring *ring)
{
    for (unsigned at = ring->sq.sqe_head; at != ring->sq.sqe_tail; at++)
        change(&ring->sq.sqes[at & *ring->sq.kring_mask]);
}

int io_uring_submit(struct io_uring *ring)
{
    change_all(ring);
    return REAL(int (*)(struct io_uring *), "io_uring_submit")(ring);
}

int io_uring_submit_and_get_events(struct io_uring *ring)
{
    change_all(ring);
    return REAL(int (*)(struct io_uring *), "io_uring_submit_and_get_events")(ring);
}

int io_uring_submit_and_wait(struct io_uring *ring, unsigned wanted)
{
    change_all(ring);
    return REAL(int (*)(struct io_uring *, unsigned), "io_uring_submit_and_wait")(ring, wanted);
}

int io_uring_submit_and_wait_timeout(struct io_uring *ring, struct io_uring_cqe **completion,
                                     unsigned wanted, struct __kernel_timespec *limit,
                                     sigset_t *mask)
{
    change_all(ring);
    return REAL(int (*)(struct io_uring *, struct io_uring_cqe **, unsigned,
                        struct __kernel_timespec *, sigset_t *),
                "io_uring_submit_and_wait_timeout")(ring, completion, wanted, limit, mask);
}
