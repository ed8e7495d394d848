/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tidemill inspect PATH...: reads files, and the files in directories, and prints how far storage
 * could deduplicate and compress them. Never starts MPI.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "commands.h"
#include "console.h"
#include "data/judge.h"
#include "platform/clock.h"
#include "platform/terminal.h"

enum { MEMORY_BYTES = 256 << 20, PROGRESS_NS = 300 * 1000 * 1000 };

struct inspection {
    struct judge *judge;
    uint8_t *window;
    uint64_t files, empty, skipped, unreadable; /* skipped: neither file, directory nor device */
    uint64_t bytes, hole_bytes;
    bool progress;
    int64_t progress_ns; /* when progress was last printed */
};

static void clear_progress(const struct inspection *inspection)
{
    if (inspection->progress)
        fputs("\r\033[K", stderr);
}

static void print_progress(struct inspection *inspection)
{
    int64_t now = inspection->progress ? clock_now_ns() : 0;
    if (!inspection->progress || now - inspection->progress_ns < PROGRESS_NS)
        return;
    char size[UNITS_TEXT];
    units_format_size(inspection->bytes, size);
    inspection->progress_ns = now;
    fprintf(stderr, "\r\033[Kinspected %s of %" PRIu64 " files", size, inspection->files);
}

static void report_error(struct inspection *inspection, const char *what, const char *path,
                         const char *reason)
{
    struct text line = {0};
    clear_progress(inspection);
    text_add(&line, "cannot %s '%s': %s", what, path, reason);
    console_error(text_string(&line));
    text_release(&line);
    inspection->unreadable++;
}

static const char *reason_of(int error)
{
    const char *reason = strerrordesc_np(error);
    return reason ? reason : "unknown error";
}

/* Reads up to one window at 'offset'; returns the bytes read or -errno. */
static ssize_t read_window(int fd, uint8_t *window, uint64_t offset)
{
    size_t done = 0;
    while (done < JUDGE_WINDOW_BYTES) {
        ssize_t got = pread(fd, window + done, JUDGE_WINDOW_BYTES - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Returns the offset of the first window from 'offset' on that holds data, or 'end'. */
static uint64_t skip_holes(int fd, uint64_t offset, uint64_t end)
{
    off_t data = lseek(fd, (off_t)offset, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? end : offset; /* else the file system does not report holes */
    uint64_t window = (uint64_t)data - (uint64_t)data % JUDGE_WINDOW_BYTES;
    return window > offset ? window : offset;
}

static void inspect_open_file(struct inspection *inspection, int fd, const char *path)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0) {
        report_error(inspection, "inspect", path,
                     errno == ESPIPE ? "neither a file nor a block device" : reason_of(errno));
        return;
    }
    inspection->files++;
    inspection->empty += size == 0;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    for (uint64_t offset = 0, end = (uint64_t)size; offset < end;) {
        uint64_t data = skip_holes(fd, offset, end);
        inspection->hole_bytes += data - offset;
        offset = data;
        if (offset >= end)
            break;
        ssize_t got = read_window(fd, inspection->window, offset);
        if (got < 0) {
            report_error(inspection, "read", path, reason_of((int)-got));
            return;
        }
        if (got == 0) /* the file has become shorter */
            break;
        judge_add_window(inspection->judge, inspection->window, (size_t)got);
        inspection->bytes += (uint64_t)got;
        offset += (uint64_t)got;
        print_progress(inspection);
    }
}

static void inspect_file(struct inspection *inspection, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        report_error(inspection, "open", path, reason_of(errno));
        return;
    }
    inspect_open_file(inspection, fd, path);
    close(fd);
}

static void inspect_entry(struct inspection *inspection, const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_F:
        inspect_file(inspection, entry->fts_path);
        break;
    case FTS_DEFAULT: /* devices and pipes: only if named on the command line */
        if (entry->fts_level == FTS_ROOTLEVEL)
            inspect_file(inspection, entry->fts_path);
        else
            inspection->skipped++;
        break;
    case FTS_SL:
    case FTS_SLNONE:
        if (entry->fts_level == FTS_ROOTLEVEL)
            report_error(inspection, "open", entry->fts_path, reason_of(ENOENT));
        else
            inspection->skipped++;
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        report_error(inspection, "open", entry->fts_path, reason_of(entry->fts_errno));
        break;
    default:
        break;
    }
}

static int walk(struct inspection *inspection, char *const *paths)
{
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!tree)
        return -errno;
    for (FTSENT *entry; (entry = fts_read(tree));)
        inspect_entry(inspection, entry);
    int rc = -errno; /* 0 at the regular end */
    fts_close(tree);
    return rc;
}

static void print_row(const char *name, const struct judgement *row)
{
    char unique[32];
    int length = snprintf(unique, sizeof unique, "%.2f", 100 * row->unique_share);
    if (row->unique_error > 0)
        snprintf(unique + length, sizeof unique - (size_t)length, " +-%.2f",
                 100 * row->unique_error);
    printf("%-7s %13" PRIu64 " %15s %9.3f %9.2f %8.3f %8.3f\n", name, row->chunks, unique,
           1 / row->unique_share, 100 * (double)row->zero_chunks / (double)row->chunks,
           row->zstd_ratio, row->lz4_ratio);
}

static void print_table(const struct judge *judge)
{
    static const char *const names[JUDGE_SIZES] = {"512 B", "4 KiB", "128 KiB", "1 MiB"};
    bool estimated = false;
    uint64_t packed = 0;
    printf("%-7s %13s %15s %9s %9s %8s %8s\n", "chunk", "chunks", "unique %", "dedup:1", "zeros %",
           "zstd:1", "lz4:1");
    for (unsigned i = 0; i < JUDGE_SIZES; i++) {
        struct judgement row = judge_result(judge, i);
        print_row(names[i], &row);
        estimated = estimated || row.unique_error > 0;
        packed = row.sampled_bytes > packed ? row.sampled_bytes : packed;
    }
    char sampled[UNITS_TEXT];
    units_format_size(packed, sampled);
    printf("\nunique: different contents among all chunks%s\n",
           estimated ? ", estimated from a sample (+- is 95 %)" : "");
    printf("zstd -1, lz4: each chunk by itself, on %s; a chunk that does not shrink counts whole\n",
           sampled);
}

static void print_report(const struct inspection *inspection)
{
    char bytes[UNITS_TEXT], holes[UNITS_TEXT];
    units_format_size(inspection->bytes, bytes);
    units_format_size(inspection->hole_bytes, holes);
    printf("inspected %s in %" PRIu64 " file%s", bytes, inspection->files,
           inspection->files == 1 ? "" : "s");
    if (inspection->empty > 0)
        printf(" (%" PRIu64 " empty)", inspection->empty);
    if (inspection->hole_bytes > 0)
        printf("; skipped: %s of holes", holes);
    if (inspection->skipped > 0)
        printf("; skipped: %" PRIu64 " links, devices or pipes", inspection->skipped);
    if (inspection->unreadable > 0)
        printf("; unreadable: %" PRIu64, inspection->unreadable);
    if (inspection->bytes == 0) {
        puts("\nno data to analyse");
        return;
    }
    fputs("\n\n", stdout);
    print_table(inspection->judge);
}

static int inspect(char *const *paths)
{
    struct failure why = {0};
    struct inspection inspection = {
        .judge = judge_open(MEMORY_BYTES, &why),
        .window = malloc(JUDGE_WINDOW_BYTES),
        .progress = terminal_is(stderr),
        .progress_ns = clock_now_ns(),
    };
    int exit_code = 1;
    if (!inspection.judge || !inspection.window) {
        console_error(why.code ? why.text : "not enough memory");
        goto out;
    }
    int rc = walk(&inspection, paths);
    clear_progress(&inspection);
    if (rc)
        report_error(&inspection, "walk through", paths[0], reason_of(-rc));
    print_report(&inspection);
    exit_code = inspection.unreadable > 0 || fflush(stdout) != 0;
out:
    free(inspection.window);
    judge_close(inspection.judge);
    return exit_code;
}

static const char usage[] =
    "tidemill inspect PATH...\n"
    "\n"
    "Reads the files, and the files in the directories, and shows for chunks of 512 B, 4 KiB,\n"
    "128 KiB and 1 MiB of all of them: how many are unique, and how well they compress.\n"
    "Holes of sparse files are skipped. Links in directories are not followed.\n"
    "\n"
    "Examples\n"
    "  tidemill inspect /scratch\n"
    "\n"
    "Options\n"
    "  -h, --help      print this help\n"
    "\n"
    "Exit codes: 0 success, 1 a file could not be read, 2 usage error.\n";

/* Returns 0, or EXIT_REFUSED after printing the reason. */
static int check_paths(int argc, char *const *argv, int first)
{
    for (int i = first; i < argc; i++) {
        if (argv[i][0] == '-' && first == 1)
            return console_refuse("inspect: unknown option '%.100s'; see 'tidemill help inspect'",
                                  argv[i]);
        if (argv[i][0] == '\0')
            return console_refuse("inspect: a path is an empty name; name files or directories");
    }
    if (first >= argc)
        return console_refuse("inspect: no path given; usage: tidemill inspect PATH...");
    return 0;
}

int cmd_inspect(int argc, char *const *argv)
{
    int first = argc > 1 && !strcmp(argv[1], "--") ? 2 : 1;
    for (int i = 1; i < argc && first == 1; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            fputs(usage, stdout);
            return 0;
        }
    int refused = check_paths(argc, argv, first);
    return refused ? refused : inspect(argv + first);
}
