/* SPDX-License-Identifier: Apache-2.0 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/store.h"

enum {
    DEFLATE_LEVEL = 1,
    MOST_IN_HEADER = 200, /* members and attributes of a group without an index of their own */
    DEFLATE_BEST = 1040,  /* no deflated byte can stand for more bytes than this */
    CHUNK_MOST_BYTES = 4 << 20,
};

/* Flags as Python's h5py knows them. */
static hid_t make_category(enum column_kind kind)
{
    const char *const *names;
    size_t count = schema_enum_names(kind, &names);
    hid_t type = H5Tenum_create(kind == COLUMN_FLAG ? H5T_STD_I8LE : H5T_STD_U8LE);
    for (uint8_t value = 0; value < count && type >= 0; value++)
        H5Tenum_insert(type, names[value], &value);
    return type;
}

int store_begin(struct store *store, const char *path, struct failure *why)
{
    *store = (struct store){.path = path, .why = why};
    /* Every file is closed here; what HDF5 does at exit is to print about what it lost track of in
     * a damaged one. Works before its first use, else does nothing. */
    H5dont_atexit();
    H5Eget_auto2(H5E_DEFAULT, &store->print, &store->print_data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    /* A result is one file: no link in it leads to another one. */
    H5Lunregister(H5L_TYPE_EXTERNAL);
    H5Eclear2(H5E_DEFAULT);

    store->text_type = H5Tcopy(H5T_C_S1);
    H5Tset_size(store->text_type, H5T_VARIABLE);
    H5Tset_cset(store->text_type, H5T_CSET_UTF8);
    bool failed = false;
    for (enum column_kind kind = 0; kind < COLUMN_KINDS; kind++)
        if (schema_form(kind) == FORM_CATEGORY)
            failed |= (store->categories[kind] = make_category(kind)) < 0;
    store->scalar = H5Screate(H5S_SCALAR);
    store->ordered = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_link_creation_order(store->ordered, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    H5Pset_attr_creation_order(store->ordered, H5P_CRT_ORDER_TRACKED);
    store_keep_small(store->ordered);
    if (failed || store->text_type < 0 || store->scalar < 0 || store->ordered < 0)
        return store_refuse(store, "cannot prepare HDF5");
    return 0;
}

void store_end(struct store *store)
{
    store_drop(store->text_type);
    for (enum column_kind kind = 0; kind < COLUMN_KINDS; kind++)
        store_drop(store->categories[kind]);
    store_drop(store->scalar);
    store_drop(store->ordered);
    H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, store->print, store->print_data);
}

int store_code(const struct store *store)
{
    return store->why->code;
}

void store_drop(hid_t id)
{
    if (id > 0)
        H5Idec_ref(id);
}

struct innermost {
    char text[256];
    int error;
};

/* The walk upwards begins where the error was made. */
static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *data)
{
    struct innermost *innermost = data;
    if (depth > 0)
        return 0;
    snprintf(innermost->text, sizeof innermost->text, "%s", error->desc ? error->desc : "");
    const char *number = strstr(innermost->text, "errno = ");
    if (number)
        innermost->error = (int)strtol(number + strlen("errno = "), NULL, 10);
    return 0;
}

int store_refuse(struct store *store, const char *format, ...)
{
    struct innermost innermost = {0};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &innermost);
    H5Eclear2(H5E_DEFAULT);

    char text[FAILURE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (innermost.error > 0)
        return failure_system(store->why, innermost.error, "%s, result '%s'", text, store->path);
    return failure_set(store->why, -EINVAL, "%s, result '%s'%s%s", text, store->path,
                       innermost.text[0] ? ": HDF5 reports " : "", innermost.text);
}

hid_t store_make_group(struct store *store, hid_t parent, const char *name, const char *long_name)
{
    hid_t group = H5Gcreate2(parent, name, H5P_DEFAULT, store->ordered, H5P_DEFAULT);
    if (group < 0) {
        store_refuse(store, "cannot make the group '%s'", name);
        return group;
    }
    if (long_name && store_write_text(store, group, "long_name", long_name)) {
        store_drop(group);
        return H5I_INVALID_HID;
    }
    return group;
}

void store_keep_small(hid_t group_creation)
{
    H5Pset_link_phase_change(group_creation, MOST_IN_HEADER, MOST_IN_HEADER - 1);
    H5Pset_attr_phase_change(group_creation, MOST_IN_HEADER, MOST_IN_HEADER - 1);
}

hid_t store_packed(struct store *store, int rank, const hsize_t *chunk)
{
    hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    if (layout < 0 || H5Pset_obj_track_times(layout, false) < 0 ||
        H5Pset_chunk(layout, rank, chunk) < 0 || H5Pset_shuffle(layout) < 0 ||
        H5Pset_deflate(layout, DEFLATE_LEVEL) < 0)
        store_refuse(store, "cannot lay out a column");
    return layout;
}

/* A header as large as its contents; by default HDF5 makes space for attributes that never come. */
static herr_t fit_header(hid_t layout)
{
#if H5_VERSION_GE(1, 10, 5)
    return H5Pset_dset_no_attrs_hint(layout, true);
#else
    (void)layout;
    return 0;
#endif
}

hid_t store_compact(struct store *store)
{
    hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    if (layout < 0 || H5Pset_obj_track_times(layout, false) < 0 ||
        H5Pset_layout(layout, H5D_COMPACT) < 0 || fit_header(layout) < 0)
        store_refuse(store, "cannot lay out a column");
    return layout;
}

bool store_has_attribute(hid_t object, const char *name)
{
    return H5Aexists(object, name) > 0;
}

bool store_has(hid_t group, const char *name)
{
    return H5Lexists(group, name, H5P_DEFAULT) > 0;
}

uint64_t store_object(hid_t object, unsigned *links)
{
#if H5_VERSION_GE(1, 12, 0)
    H5O_info1_t info;
    const bool known = H5Oget_info1(object, &info) >= 0;
#else
    H5O_info_t info;
    const bool known = H5Oget_info(object, &info) >= 0;
#endif
    if (links)
        *links = known ? info.rc : 0;
    return known ? info.addr : UINT64_MAX;
}

/* HDF5 holds a whole chunk in memory, and what each filter makes of it. */
static bool chunks_are_small(hid_t layout, size_t width)
{
    hsize_t chunk[H5S_MAX_RANK];
    const int rank = H5Pget_chunk(layout, H5S_MAX_RANK, chunk);
    uint64_t bytes = width;
    bool deflates = false;
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(bytes, chunk[i], &bytes))
            return false;
    for (int i = 0; i < H5Pget_nfilters(layout); i++) {
        unsigned flags = 0;
        size_t count = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(layout, (unsigned)i, &flags, &count, NULL, 0, NULL, NULL);
        if ((filter != H5Z_FILTER_DEFLATE || deflates) && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_FLETCHER32)
            return false;
        deflates |= filter == H5Z_FILTER_DEFLATE;
    }
    return rank > 0 && bytes <= CHUNK_MOST_BYTES;
}

/* Are its values in this file, and not in others that it names? */
static bool in_own_file(hid_t layout)
{
    return H5Pget_layout(layout) != H5D_VIRTUAL && H5Pget_external_count(layout) == 0;
}

bool store_plausible(hid_t dataset, uint64_t bytes)
{
    hid_t layout = H5Dget_create_plist(dataset);
    hid_t type = H5Dget_type(dataset);
    const bool plausible =
        layout >= 0 && in_own_file(layout) &&
        (H5Pget_layout(layout) != H5D_CHUNKED || chunks_are_small(layout, H5Tget_size(type))) &&
        bytes / DEFLATE_BEST <= H5Dget_storage_size(dataset);
    store_drop(type);
    store_drop(layout);
    return plausible;
}

int store_take(struct store *store, uint64_t count, uint64_t each)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, each, &bytes) || bytes > store->memory)
        return store_refuse(store, "cannot read more than a file of this length can hold");
    store->memory -= bytes;
    return 0;
}

void store_print_library(struct text *out)
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    text_add(out, "HDF5 %u.%u.%u", major, minor, release);
}
