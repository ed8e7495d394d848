/* SPDX-License-Identifier: Apache-2.0 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_check.h"

enum { SLAB_BYTES = 256 << 10, TEXT_MOST_BYTES = 1 << 20 };

/* The text of a string attribute, malloc'ed. */
static int read_text(struct store *store, hid_t object, hid_t attribute, const char *name,
                     char **text)
{
    int result = 0;
    char *variable = NULL;
    *text = NULL;
    hid_t type = H5Aget_type(attribute);
    if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) <= 0 ||
        !text_check(store->fd, store_object(object, NULL), name) ||
        H5Aread(attribute, type, &variable) < 0) {
        result = store_refuse(store, "the attribute '%s' is not a text", name);
    } else {
        *text = strdup(variable ? variable : "");
        if (!*text)
            result = failure_set(store->why, -ENOMEM, "not enough memory to read '%s'", name);
    }
    H5free_memory(variable);
    store_drop(type);
    return result;
}

/* Sets a flag or a list from the name of its value. */
static int keep_name(struct store *store, const struct column *column, const char *name, void *row)
{
    const char *const *names;
    size_t known = schema_enum_names(column->kind, &names);
    for (unsigned value = 0; value < known; value++)
        if (strcmp(name, names[value]) == 0) {
            schema_enum_set(column, row, value);
            return 0;
        }
    return store_refuse(store, "'%s' holds '%.40s', which is not one of its values", column->name,
                        name);
}

/* Puts a text of 'length' bytes, which a zero follows, into its column of a row. */
static int keep_text(struct store *store, const struct column *column, const char *text,
                     size_t length, void *row)
{
    void *member = (char *)row + column->offset;
    if (column->kind == COLUMN_TEXT) {
        if (length >= column->size)
            return store_refuse(store, "the text of '%s' is too long", column->name);
        memcpy(member, text, length + 1);
    } else if (column->kind != COLUMN_STRING) {
        return keep_name(store, column, text, row);
    } else if (length > 0) {
        if (store_take(store, 1, length))
            return store_code(store);
        char *own = strdup(text);
        if (!own)
            return failure_set(store->why, -ENOMEM, "not enough memory to read '%s'", column->name);
        *(char **)member = own;
    }
    return 0;
}

static int read_attribute(struct store *store, hid_t object, const struct column *column, void *row)
{
    hid_t attribute = H5Aopen(object, column->name, H5P_DEFAULT);
    if (attribute < 0)
        return store_refuse(store, "cannot read the attribute '%s'", column->name);
    int result = 0;
    hid_t space = H5Aget_space(attribute);
    hid_t type = H5Aget_type(attribute);
    if (H5Sget_simple_extent_npoints(space) != 1) {
        result = store_refuse(store, "the attribute '%s' is not a single value", column->name);
    } else if (schema_form(column->kind) == FORM_NUMBER) {
        if (H5Tget_class(type) != H5T_INTEGER ||
            H5Aread(attribute, H5T_NATIVE_INT64, (char *)row + column->offset) < 0)
            result = store_refuse(store, "the attribute '%s' is not a number", column->name);
    } else {
        char *text;
        result = read_text(store, object, attribute, column->name, &text);
        if (!result)
            result = keep_text(store, column, text, strlen(text), row);
        free(text);
    }
    store_drop(type);
    store_drop(space);
    store_drop(attribute);
    return result;
}

int store_read_attributes(struct store *store, hid_t object, const struct schema_table *table,
                          void *row)
{
    int result = 0;
    for (size_t i = 0; i < table->column_count && !result; i++) {
        const struct column *column = &table->columns[i];
        if (store_has_attribute(object, column->name) && !schema_other_row(table, column, row))
            result = read_attribute(store, object, column, row);
    }
    return result;
}

static H5T_class_t class_of(enum column_kind kind)
{
    static const H5T_class_t classes[] = {
        [FORM_NUMBER] = H5T_INTEGER, [FORM_TEXT] = H5T_STRING, [FORM_CATEGORY] = H5T_ENUM};
    return classes[schema_form(kind)];
}

/* How a column is read: as the record has it; texts as the file has them. */
static hid_t memory_type(struct store *store, enum column_kind kind, hid_t file_type)
{
    switch (schema_form(kind)) {
    case FORM_CATEGORY:
        return H5Tcopy(store->categories[kind]);
    case FORM_TEXT:
        return H5Tcopy(file_type);
    case FORM_NUMBER:
        break;
    }
    return H5Tcopy(H5T_NATIVE_INT64);
}

/* 'cell' has 'width' bytes and space for a zero after them. */
static int scatter_cell(struct store *store, const struct schema_table *table,
                        const struct column *column, char *cell, size_t width, char *row)
{
    const char *const *names;
    char next = cell[width];
    int result = 0;
    switch (schema_form(column->kind)) {
    case FORM_CATEGORY:
        if ((uint8_t)*cell >= schema_enum_names(column->kind, &names))
            return store_refuse(store, "'%s' has a value that is none of its list", column->name);
        schema_enum_set(column, row, (uint8_t)*cell);
        break;
    case FORM_TEXT:
        cell[width] = 0;
        result = keep_text(store, column, cell, strlen(cell), row);
        cell[width] = next;
        break;
    case FORM_NUMBER:
        if (!schema_other_row(table, column, row))
            memcpy(row + column->offset, cell, sizeof(int64_t));
        break;
    }
    return result;
}

static int read_slabs(struct store *store, hid_t dataset, hid_t type,
                      const struct schema_table *table, const struct column *column, char *rows,
                      hsize_t count)
{
    size_t width = H5Tget_size(type);
    hsize_t slab = width < SLAB_BYTES ? SLAB_BYTES / width : 1;
    int result = 0;
    hid_t file_space = H5Dget_space(dataset);
    char *packed = malloc(slab * width + 1);
    if (!packed)
        result = failure_set(store->why, -ENOMEM, "not enough memory to read '%s'", column->name);
    for (hsize_t done = 0; done < count && !result;) {
        hsize_t part = count - done < slab ? count - done : slab;
        hid_t memory_space = H5Screate_simple(1, &part, NULL);
        H5Sselect_hyperslab(file_space, H5S_SELECT_SET, &done, NULL, &part, NULL);
        if (H5Dread(dataset, type, memory_space, file_space, H5P_DEFAULT, packed) < 0)
            result = store_refuse(store, "cannot read the column '%s'", column->name);
        for (hsize_t i = 0; i < part && !result; i++)
            result = scatter_cell(store, table, column, packed + i * width, width,
                                  rows + (done + i) * table->row_bytes);
        store_drop(memory_space);
        done += part;
    }
    free(packed);
    store_drop(file_space);
    return result;
}

/* Rows of a column, or -1 when it is none: not one axis, or longer than its bytes can make. */
static hssize_t column_rows(hid_t dataset, hid_t type)
{
    hid_t space = H5Dget_space(dataset);
    hssize_t rows = -1;
    if (H5Sget_simple_extent_ndims(space) == 1)
        rows = H5Sget_simple_extent_npoints(space);
    store_drop(space);
    size_t width = H5Tget_size(type);
    uint64_t bytes;
    if (rows < 0 || width == 0 || width > TEXT_MOST_BYTES ||
        __builtin_mul_overflow((uint64_t)rows, width, &bytes) || !store_plausible(dataset, bytes))
        return -1;
    return rows;
}

static int read_column(struct store *store, hid_t group, const struct schema_table *table,
                       const struct column *column, void **rows, size_t *count, bool first)
{
    hid_t dataset = H5Dopen2(group, column->name, H5P_DEFAULT);
    if (dataset < 0)
        return store_refuse(store, "cannot read the column '%s'", column->name);
    int result = 0;
    hid_t file_type = H5Dget_type(dataset);
    hid_t type = memory_type(store, column->kind, file_type);
    hssize_t length = column_rows(dataset, file_type);
    if (length < 0 || H5Tget_class(file_type) != class_of(column->kind) ||
        H5Tis_variable_str(file_type) > 0) {
        result = store_refuse(store, "the column '%s' is not of its kind", column->name);
        goto out;
    }
    if (first && length > 0) {
        result = store_take(store, (uint64_t)length, table->row_bytes);
        if (result)
            goto out;
        *rows = calloc((size_t)length, table->row_bytes);
        if (!*rows) {
            result = failure_set(store->why, -ENOMEM, "not enough memory for %lld rows of '%s'",
                                 (long long)length, table->name);
            goto out;
        }
        *count = (size_t)length;
    }
    if ((size_t)length != *count)
        result = store_refuse(store, "the column '%s' has %lld rows instead of %zu", column->name,
                              (long long)length, *count);
    else if (length > 0)
        result = read_slabs(store, dataset, type, table, column, *rows, (hsize_t)length);
out:
    store_drop(type);
    store_drop(file_type);
    store_drop(dataset);
    return result;
}

int store_read_table(struct store *store, hid_t parent, const char *name,
                     const struct schema_table *table, void **rows, size_t *count)
{
    *rows = NULL;
    *count = 0;
    if (!store_has(parent, name))
        return 0;
    hid_t group = H5Gopen2(parent, name, H5P_DEFAULT);
    if (group < 0)
        return store_refuse(store, "cannot read the table '%s'", name);
    int result = 0;
    bool first = true;
    for (size_t i = 0; i < table->column_count && !result; i++) {
        if (!store_has(group, table->columns[i].name))
            continue;
        result = read_column(store, group, table, &table->columns[i], rows, count, first);
        first = false;
    }
    store_drop(group);
    return result;
}
