/* SPDX-License-Identifier: Apache-2.0 */
/* Result files: a damaged file is rejected, or its record can be reported. */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/store.h"
#include "report/summary.h"
#include "sample_record.h"

const char *const target_seeds[] = {"\x89HDF\r\n\x1a\n", "no result at all", "", NULL};

static const char *path_of(int fd, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return path;
}

static void check_record(const struct record *record)
{
    const struct summary_style style = {.utf8 = true, .verbose = true};
    struct text page = {0};
    summary_write(record, &style, &page);
    HOLDS(page.failed || page.length > 0);
    text_release(&page);
}

/* Returns a result with all kinds of tables. */
uint8_t *target_generate_seed(size_t *length)
{
    static const struct sample sample = {.nodes = 2,
                                         .ranks = 4,
                                         .bytes_per_rank = 1 << 20,
                                         .requests_per_rank = 16,
                                         .node_rate = 1e9};
    char path[] = "/tmp/tidemill-seed-XXXXXX";
    struct record record;
    const int fd = mkstemp(path);
    sample_record(&record, &sample);
    record.schema_version = RECORD_SCHEMA;
    struct failure why = {0};
    if (fd < 0 || store_save(path, &record, NULL, &why)) {
        fprintf(stderr, "%s\n", why.text);
        abort();
    }
    record_release(&record);
    HOLDS(store_load(path, &record, &why) == 0);
    check_record(&record);
    record_release(&record);
    const int saved = open(path, O_RDONLY | O_CLOEXEC);
    *length = (size_t)lseek(saved, 0, SEEK_END);
    uint8_t *bytes = malloc(*length);
    HOLDS(bytes && pread(saved, bytes, *length, 0) == (ssize_t)*length);
    close(saved);
    close(fd);
    unlink(path);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char path[32];
    const int fd = memfd_create("result", MFD_CLOEXEC);
    struct record record = {0};
    struct failure why = {0};
    HOLDS(fd >= 0 && (length == 0 || write(fd, bytes, length) == (ssize_t)length));
    int result = store_load(path_of(fd, path), &record, &why);
    if (result)
        HOLDS(why.code == result && why.text[0] && !strchr(why.text, '\n'));
    else
        check_record(&record);
    record_release(&record);
    close(fd);
    return 0;
}
