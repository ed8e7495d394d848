/* SPDX-License-Identifier: Apache-2.0 */
#include "record/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heap_check.h"
#include "place.h"
#include "store_hdf5.h"

/* The image of the file is made in memory: HDF5 meets no full disk, no file lock and no parallel
 * file system's small writes, and what can fail on the way to storage fails here, with its errno.
 */
enum {
    IMAGE_STEP_BYTES = 4 << 20,
    CHUNK_INDEX_RANK = 4,           /* columns have few chunks: small index nodes, small files */
    MEMORY_LEAST_BYTES = 256 << 20, /* that a result may need when it is read */
    MEMORY_PER_BYTE = 256,
};

/* HDF5 checks whether a file of this name exists; none can. */
static const char no_file[] = "/dev/null/record";

static hid_t access_properties(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V110);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 14, 0) || H5_VERSION_GE(1, 12, 1) && H5_VERSION_LE(1, 12, 99) ||              \
    H5_VERSION_GE(1, 10, 7) && H5_VERSION_LE(1, 10, 99)
    H5Pset_file_locking(access, false, true);
#endif
    return access;
}

static hid_t open_in_memory(struct store *store, const struct store_finished *finished)
{
    hid_t access = access_properties();
    H5Pset_fapl_core(access, IMAGE_STEP_BYTES, false);
    hid_t file = H5I_INVALID_HID;
    if (H5Pset_file_image(access, finished->image, finished->length) >= 0)
        file = H5Fopen(no_file, H5F_ACC_RDWR, access);
    if (file < 0)
        store_refuse(store, "cannot open the image of finished phases");
    store_drop(access);
    return file;
}

static hid_t create_in_memory(struct store *store)
{
    hid_t access = access_properties();
    hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_fapl_core(access, IMAGE_STEP_BYTES, false);
    H5Pset_istore_k(creation, CHUNK_INDEX_RANK);
    store_keep_small(creation);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED);
    hid_t file = H5Fcreate(no_file, H5F_ACC_TRUNC, creation, access);
    if (file < 0)
        store_refuse(store, "cannot make the image");
    store_drop(creation);
    store_drop(access);
    return file;
}

/* The memory itself, because the copy that H5Fget_file_image makes has a wrong checksum in
 * HDF5 1.10; but its length, because the memory grows in steps. */
static int view_image(struct store *store, hid_t file, const void **image, size_t *length)
{
    void *handle = NULL;
    ssize_t used = -1;
    if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 || (used = H5Fget_file_image(file, NULL, 0)) < 0 ||
        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0)
        return store_refuse(store, "cannot finish the image");
    *image = *(void *const *)handle;
    *length = (size_t)used;
    return 0;
}

static int keep_image(struct store *store, hid_t file, struct store_finished *finished,
                      size_t phase_count)
{
    const void *image;
    size_t length;
    int result = view_image(store, file, &image, &length);
    if (result)
        return result;
    void *copy = realloc(finished->image, length);
    if (!copy)
        return failure_set(store->why, -ENOMEM, "not enough memory for finished phases");
    memcpy(copy, image, length);
    *finished =
        (struct store_finished){.image = copy, .length = length, .phase_count = phase_count};
    return 0;
}

/* A file that holds the finished phases, or an empty one; 'rest' does what else is to be done. */
static int in_memory(const char *path, const struct store_finished *finished, struct failure *why,
                     int (*rest)(struct store *, hid_t, void *), void *context)
{
    struct failure own = {
        0}; /* the session needs a place for the code, with or without the caller's */
    struct store store;
    int result = store_begin(&store, path, &own);
    if (!result) {
        bool begun = finished && finished->phase_count;
        hid_t file = begun ? open_in_memory(&store, finished) : create_in_memory(&store);
        result = file < 0 ? store_code(&store) : rest(&store, file, context);
        if (file >= 0)
            H5Fclose(file);
    }
    store_end(&store);
    return own.code ? failure_set(why, result, "%s", own.text) : result;
}

struct finishing {
    const struct record *record;
    struct store_finished *finished;
    size_t phase_count;
};

static int finish(struct store *store, hid_t file, void *context)
{
    struct finishing *finishing = context;
    int result = store_write_phases(store, file, finishing->record,
                                    finishing->finished->phase_count, finishing->phase_count);
    return result ? result : keep_image(store, file, finishing->finished, finishing->phase_count);
}

int store_finish(struct store_finished *finished, const struct record *record, size_t phase_count,
                 struct failure *why)
{
    struct finishing finishing = {record, finished, phase_count};
    if (phase_count <= finished->phase_count)
        return 0;
    return in_memory("in memory", finished, why, finish, &finishing);
}

void store_finished_release(struct store_finished *finished)
{
    free(finished->image);
    *finished = (struct store_finished){0};
}

struct saving {
    const struct record *record;
    size_t finished;
    int (*place)(const char *path, const void *bytes, size_t length, struct failure *why);
};

static int save(struct store *store, hid_t file, void *context)
{
    struct saving *saving = context;
    const void *image;
    size_t length;
    int result = store_write_record(store, file, saving->record, saving->finished);
    if (!result)
        result = view_image(store, file, &image, &length);
    return result ? result : saving->place(store->path, image, length, store->why);
}

int store_save(const char *path, const struct record *record, const struct store_finished *finished,
               struct failure *why)
{
    struct saving saving = {record, finished ? finished->phase_count : 0, place_file};
    return in_memory(path, finished, why, save, &saving);
}

int store_claim(const char *path, const struct record *record, struct failure *why)
{
    struct saving saving = {record, 0, place_new_file};
    return in_memory(path, NULL, why, save, &saving);
}

void store_discard(const char *path)
{
    unlink(path);
}

void store_remove_temporaries(const char *path)
{
    place_remove_temporaries(path);
}

/* Opens for reading; refuses directories and files without an end. 'length' is that of the file. */
static int open_plain(const char *path, size_t *length, struct failure *why)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        close(folder);
        return failure_system(why, EISDIR, "cannot read the result '%s'", path);
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (end < 0) {
        int result = failure_system(why, errno, "cannot read the result '%s'", path);
        if (fd >= 0)
            close(fd);
        return result;
    }
    *length = (size_t)end;
    return fd;
}

static int read_whole(int fd, char *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t got = pread(fd, bytes + done, length - done, (off_t)done);
        if (got == 0)
            return -EIO;
        if (got < 0 && errno != EINTR)
            return -errno;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* Refuses what HDF5 should not read. */
static int check_readable(const char *path, struct failure *why)
{
    size_t length = 0;
    char *bytes = NULL;
    int fd = open_plain(path, &length, why);
    if (fd < 0)
        return fd;
    int result = 0;
    if (H5Fis_hdf5(path) <= 0) {
        result = failure_set(why, -EINVAL, "'%s' is not a result of tidemill, not even HDF5", path);
        goto out;
    }
    bytes = malloc(length + 1);
    result = bytes ? read_whole(fd, bytes, length) : -ENOMEM;
    if (result)
        failure_system(why, -result, "cannot read the result '%s'", path);
    else if (!heap_check(bytes, length))
        result = failure_set(why, -EINVAL, "the result '%s' is damaged", path);
out:
    free(bytes);
    close(fd);
    return result;
}

/* Opens a result for reading; an id that the caller closes, or negative with the failure set. */
static hid_t open_result(struct store *store)
{
    if (check_readable(store->path, store->why))
        return H5I_INVALID_HID;
    hid_t access = access_properties();
    H5Pset_fapl_sec2(access);
    hid_t file = H5Fopen(store->path, H5F_ACC_RDONLY, access);
    hsize_t length = 0;
    void *handle = NULL;
    if (file < 0 || H5Fget_filesize(file, &length) < 0 ||
        H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0)
        store_refuse(store, "cannot open");
    store->fd = handle ? *(const int *)handle : -1;
    store->memory = MEMORY_LEAST_BYTES + MEMORY_PER_BYTE * (uint64_t)length;
    store_drop(access);
    return file;
}

/* Runs 'read' on the open result; 'record' may be NULL if it is not used. */
static int with_result(const char *path, struct record *record, struct failure *why,
                       int (*read)(struct store *, hid_t, struct record *))
{
    struct store store;
    int result = store_begin(&store, path, why);
    if (!result) {
        hid_t file = open_result(&store);
        result = file < 0 ? store_code(&store) : read(&store, file, record);
        if (file >= 0)
            H5Fclose(file);
    }
    store_end(&store);
    return result;
}

int store_load(const char *path, struct record *record, struct failure *why)
{
    struct failure own = {0};
    int result = with_result(path, record, &own, store_read_record);
    if (!result)
        return 0;
    record_release(record);
    return failure_set(why, result, "%s", own.text);
}

static int recognise(struct store *store, hid_t file, struct record *record)
{
    (void)record;
    return store_recognise(store, file);
}

/* A run that did not end: --cleanup needs its result. */
static void refuse_unfinished(const char *path, struct failure *why)
{
    struct record record = {0};
    if (store_load(path, &record, NULL) == 0 && record.status == RECORD_RUNNING)
        failure_set(
            why, -EEXIST,
            "the result '%s' is of run %s (started %s on %s%s%s), which did not end: if it is "
            "dead, "
            "run 'tidemill run --cleanup %s' first, then replace it with --overwrite, or name "
            "another with --result",
            path, record.run_id, record.started_utc,
            record.node_count ? record.nodes[0].hostname : "an unknown host",
            record.job.job_id[0] ? ", job " : "", record.job.job_id, path);
    record_release(&record);
}

int store_check(const char *path, bool overwrite, struct failure *why)
{
    int result = place_check(path, why);
    if (result || !place_exists(path))
        return result;
    struct failure not_ours = {0};
    if (with_result(path, NULL, &not_ours, recognise))
        return failure_set(why, -EEXIST,
                           "'%s' exists and is not a tidemill result, and only such a one is "
                           "replaced; name another with --result",
                           path);
    if (overwrite)
        return 0;
    refuse_unfinished(path, why);
    return failure_set(why, -EEXIST,
                       "the result '%s' exists; --overwrite replaces it, --result names another",
                       path);
}
