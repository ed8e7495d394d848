/* SPDX-License-Identifier: Apache-2.0 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 256 << 10, COMPACT_BYTES = 512, NAME_LENGTH = 18 };

static int write_attribute(struct store *store, hid_t object, const char *name, hid_t file_type,
                           hid_t memory_type, const void *value)
{
    int result = 0;
    hid_t attribute = H5Acreate2(object, name, file_type, store->scalar, H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, memory_type, value) < 0)
        result = store_refuse(store, "cannot store the attribute '%s'", name);
    store_drop(attribute);
    return result;
}

int store_write_text(struct store *store, hid_t object, const char *name, const char *text)
{
    return write_attribute(store, object, name, store->text_type, store->text_type, &text);
}

int store_write_integer(struct store *store, hid_t object, const char *name, int64_t value)
{
    return write_attribute(store, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

int store_write_attributes(struct store *store, hid_t object, const struct schema_table *table,
                           const void *row)
{
    int result = 0;
    for (size_t i = 0; i < table->column_count && !result; i++) {
        const struct column *column = &table->columns[i];
        const void *member = (const char *)row + column->offset;
        if (schema_other_row(table, column, row))
            continue;
        if (schema_form(column->kind) == FORM_NUMBER)
            result = store_write_integer(store, object, column->name, *(const int64_t *)member);
        else
            result = store_write_text(store, object, column->name, schema_text(column, row));
    }
    return result;
}

static size_t text_length(const struct column *column, const char *row)
{
    const char *text = schema_text(column, row);
    return column->kind == COLUMN_TEXT ? strnlen(text, column->size) : strlen(text);
}

/* Type of a text column: as wide as its longest text, padded with zeros, not ended by one. */
static hid_t text_type(const struct schema_table *table, const struct column *column,
                       const char *rows, size_t count)
{
    size_t width = 1;
    for (size_t i = 0; i < count; i++) {
        size_t length = text_length(column, rows + i * table->row_bytes);
        width = length > width ? length : width;
    }
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    return type;
}

static hid_t column_type(struct store *store, const struct schema_table *table,
                         const struct column *column, const char *rows, size_t count)
{
    switch (schema_form(column->kind)) {
    case FORM_CATEGORY:
        return H5Tcopy(store->categories[column->kind]);
    case FORM_TEXT:
        return text_type(table, column, rows, count);
    case FORM_NUMBER:
        break;
    }
    return H5Tcopy(H5T_NATIVE_INT64);
}

/* One column of 'count' rows, packed. */
static void gather(const struct schema_table *table, const struct column *column, const char *rows,
                   size_t count, size_t width, char *packed)
{
    for (size_t i = 0; i < count; i++) {
        const char *row = rows + i * table->row_bytes;
        char *cell = packed + i * width;
        if (schema_form(column->kind) == FORM_TEXT) {
            size_t length = text_length(column, row);
            memcpy(cell, schema_text(column, row), length);
            memset(cell + length, 0, width - length);
        } else if (schema_form(column->kind) == FORM_CATEGORY) {
            *cell = (char)schema_enum_value(column, row);
        } else if (schema_other_row(table, column, row)) {
            memcpy(cell, &(int64_t){-1}, width);
        } else {
            memcpy(cell, row + column->offset, width);
        }
    }
}

/* In slabs of one chunk, so that memory stays small however many rows there are. */
static int write_slabs(struct store *store, hid_t dataset, hid_t type,
                       const struct schema_table *table, const struct column *column,
                       const char *rows, hsize_t count, hsize_t slab)
{
    size_t width = H5Tget_size(type);
    int result = 0;
    char *packed = malloc(slab * width);
    hid_t file_space = H5Dget_space(dataset);
    if (!packed)
        result = failure_set(store->why, -ENOMEM, "not enough memory to store '%s'", column->name);
    for (hsize_t done = 0; done < count && !result;) {
        hsize_t part = count - done < slab ? count - done : slab;
        gather(table, column, rows + done * table->row_bytes, part, width, packed);
        hid_t memory_space = H5Screate_simple(1, &part, NULL);
        H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &done, NULL, &part, NULL);
        if (H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, packed) < 0)
            result = store_refuse(store, "cannot store the column '%s'", column->name);
        store_drop(memory_space);
        done += part;
    }
    store_drop(file_space);
    free(packed);
    return result;
}

/* Does this dataset hold exactly these values? */
static bool holds(hid_t dataset, hid_t type, const void *values, hsize_t count)
{
    hid_t other = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    char found[COMPACT_BYTES];
    const bool same = H5Tget_size(other) == H5Tget_size(type) &&
                      H5Tget_class(other) == H5Tget_class(type) &&
                      H5Sget_simple_extent_npoints(space) == (hssize_t)count &&
                      H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, found) >= 0 &&
                      memcmp(found, values, count * H5Tget_size(type)) == 0;
    store_drop(space);
    store_drop(other);
    return same;
}

/* Most columns of a small table are the same in the next phase, or in the table of its ranks: one
 * dataset with several names then. */
static bool share_column(struct store *store, hid_t group, const char *name, hid_t type,
                         const void *values, hsize_t count)
{
    bool shared = false;
    for (size_t i = 0; i < STORE_ALIKE && !shared; i++) {
        if (store->alike[i] <= 0 || !store_has(store->alike[i], name))
            continue;
        hid_t dataset = H5Dopen2(store->alike[i], name, H5P_DEFAULT);
        if (dataset >= 0 && holds(dataset, type, values, count))
            shared =
                H5Lcreate_hard(store->alike[i], name, group, name, H5P_DEFAULT, H5P_DEFAULT) >= 0;
        store_drop(dataset);
    }
    return shared;
}

static int describe_column(struct store *store, hid_t dataset, const struct column *column)
{
    const int result = store_write_text(store, dataset, "units", column->unit);
    return result ? result : store_write_text(store, dataset, "long_name", column->long_name);
}

/* A column of at most COMPACT_BYTES. */
static int write_small(struct store *store, hid_t group, const struct schema_table *table,
                       const struct column *column, hid_t type, const char *rows, hsize_t count)
{
    char values[COMPACT_BYTES];
    int result = 0;
    gather(table, column, rows, count, H5Tget_size(type), values);
    if (share_column(store, group, column->name, type, values, count))
        return 0;
    hid_t file_type = schema_form(column->kind) == FORM_NUMBER ? H5T_STD_I64LE : type;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t layout = store_compact(store);
    hid_t dataset =
        H5Dcreate2(group, column->name, file_type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    if (dataset < 0 ||
        (count && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0))
        result = store_refuse(store, "cannot store the column '%s'", column->name);
    if (!result)
        result = describe_column(store, dataset, column);
    store_drop(dataset);
    store_drop(layout);
    store_drop(space);
    return result;
}

/* In chunks of a fixed number: a single one needs no index. */
static int write_large(struct store *store, hid_t group, const struct schema_table *table,
                       const struct column *column, hid_t type, const char *rows, hsize_t count)
{
    const hsize_t fitting = CHUNK_BYTES / H5Tget_size(type);
    const hsize_t slab = fitting < 1 ? 1 : fitting < count ? fitting : count;
    hid_t file_type = schema_form(column->kind) == FORM_NUMBER ? H5T_STD_I64LE : type;
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t layout = store_packed(store, 1, &slab);
    hid_t dataset =
        H5Dcreate2(group, column->name, file_type, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    int result = dataset < 0 ? store_refuse(store, "cannot make the column '%s'", column->name)
                             : describe_column(store, dataset, column);
    if (!result)
        result = write_slabs(store, dataset, type, table, column, rows, count, slab);
    store_drop(dataset);
    store_drop(layout);
    store_drop(space);
    return result;
}

static int write_column(struct store *store, hid_t group, const struct schema_table *table,
                        const struct column *column, const char *rows, hsize_t count)
{
    hid_t type = column_type(store, table, column, rows, count);
    const size_t width = H5Tget_size(type);
    const int result = count <= COMPACT_BYTES / width
                           ? write_small(store, group, table, column, type, rows, count)
                           : write_large(store, group, table, column, type, rows, count);
    store_drop(type);
    return result;
}

int store_write_table(struct store *store, hid_t parent, const char *name,
                      const struct schema_table *table, const void *rows, size_t count)
{
    /* A header with space for all columns, as it otherwise grows by a piece for each. */
    H5Pset_est_link_info(store->ordered, (unsigned)table->column_count, NAME_LENGTH);
    hid_t group = store_make_group(store, parent, name, table->long_name);
    H5Pset_est_link_info(store->ordered, 0, 0);
    if (group < 0)
        return store_code(store);
    bool mixed = schema_unit_column(table) != NULL;
    int result = store_write_integer(store, group, "rows", (int64_t)count);
    for (size_t i = 0; i < table->column_count && !result; i++)
        if (mixed || !schema_other_unit(table->columns[i].kind, store->unit))
            result = write_column(store, group, table, &table->columns[i], rows, count);
    store_drop(group);
    return result;
}
