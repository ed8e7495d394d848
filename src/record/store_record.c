/* SPDX-License-Identifier: Apache-2.0 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "legacy.h"
#include "record/schema_tables.h"

static int write_tables(struct store *store, hid_t parent, const struct schema_rows *list,
                        const void *owner)
{
    int result = 0;
    for (; list->name && !result; list++) {
        size_t count;
        const void *rows = schema_rows_of(list, store->detail, owner, &count);
        if (!schema_left_out(list, count))
            result = store_write_table(store, parent, list->name, list->table, rows, count);
    }
    return result;
}

/* Opens the group 'name' of the phase 'phase', 0 if there is none. */
static hid_t open_alike(hid_t phase, const char *name)
{
    return phase > 0 && store_has(phase, name) ? H5Gopen2(phase, name, H5P_DEFAULT) : 0;
}

static void drop_alike(struct store *store)
{
    for (size_t i = 0; i < STORE_ALIKE; i++) {
        store_drop(store->alike[i]);
        store->alike[i] = 0;
    }
}

/* The tables of a phase share what they can with those of the phase before, if there is one, and
 * the tables of ranks and writers with those of nodes and ranks. */
static int write_phase_tables(struct store *store, hid_t group, hid_t before,
                              const struct record_phase *phase)
{
    int result = 0;
    for (const struct schema_rows *list = schema_phase_tables; list->name && !result; list++) {
        size_t count;
        const void *rows = schema_rows_of(list, store->detail, phase, &count);
        if (schema_left_out(list, count))
            continue;
        const bool of_rows = list->table == &schema_row;
        store->alike[0] = open_alike(before, list->name);
        store->alike[1] = of_rows ? open_alike(group, "ranks") : 0;
        store->alike[2] = of_rows ? open_alike(group, "nodes") : 0;
        result = store_write_table(store, group, list->name, list->table, rows, count);
        drop_alike(store);
    }
    return result;
}

static int read_tables(struct store *store, hid_t parent, const struct schema_rows *list,
                       void *owner)
{
    int result = 0;
    for (; list->name && !result; list++) {
        void *rows;
        size_t count;
        result = store_read_table(store, parent, list->name, list->table, &rows, &count);
        memcpy((char *)owner + list->rows_offset, &rows, sizeof rows);
        memcpy((char *)owner + list->count_offset, &count, sizeof count);
    }
    return result;
}

static int write_rates(struct store *store, hid_t group, const struct record_phase *phase)
{
    int result = 0;
    for (size_t i = 0; i < schema_rate_count && !result; i++)
        if (!schema_other_unit(schema_rates[i].kind, phase->unit))
            result = store_write_integer(store, group, schema_rates[i].name,
                                         schema_rate_of(&schema_rates[i], phase));
    return result;
}

static int write_total(struct store *store, hid_t phase, const struct record_row *total)
{
    hid_t group = store_make_group(store, phase, "total", "all nodes together");
    int result =
        group < 0 ? store_code(store) : store_write_attributes(store, group, &schema_row, total);
    store_drop(group);
    return result;
}

/* Results of revision 0 have none. */
static int read_total(struct store *store, hid_t phase, struct record_row *total)
{
    if (!store_has(phase, "total"))
        return 0;
    hid_t group = H5Gopen2(phase, "total", H5P_DEFAULT);
    int result = group < 0 ? store_refuse(store, "cannot read the group 'total'")
                           : store_read_attributes(store, group, &schema_row, total);
    store_drop(group);
    return result;
}

static int write_histograms(struct store *store, hid_t group, hid_t before,
                            const struct record_phase *phase)
{
    store->alike[0] = open_alike(before, "latency");
    int result = store_write_latency(store, group, phase);
    for (const struct schema_histogram *list = schema_histograms; list->name && !result; list++) {
        const struct histogram *more = (const void *)((const char *)phase + list->offset);
        if (!store->alike[0])
            store->alike[0] = open_alike(group, "latency");
        if (more->total)
            result = store_write_histogram(store, group, list->name, list->long_name, more);
    }
    drop_alike(store);
    return result;
}

/* The groups of a mixed phase's halves. */
static int write_halves(struct store *store, hid_t group, const struct record_phase *phase)
{
    int result = 0;
    for (int i = 0; phase->halves && i < HALVES && !result; i++) {
        const struct record_half *half = &phase->halves[i];
        hid_t own = store_make_group(store, group, schema_half_names[i], schema_half.long_name);
        result =
            own < 0 ? store_code(store) : store_write_attributes(store, own, &schema_half, half);
        if (!result)
            result = write_tables(store, own, schema_half_tables, half);
        store->alike[0] = open_alike(group, "latency");
        if (!result)
            result = store_write_histogram(store, own, "latency", schema_latency.long_name,
                                           &half->histogram);
        drop_alike(store);
        store_drop(own);
    }
    return result;
}

static int read_halves(struct store *store, hid_t group, struct record_phase *phase)
{
    int result = 0;
    if (!store_has(group, schema_half_names[0]) || !store_has(group, schema_half_names[1]))
        return 0;
    if (store_take(store, HALVES, sizeof *phase->halves))
        return store_code(store);
    phase->halves = calloc(HALVES, sizeof *phase->halves);
    if (!phase->halves)
        return failure_set(store->why, -ENOMEM, "not enough memory for phase '%s'", phase->name);
    for (int i = 0; i < HALVES && !result; i++) {
        struct record_half *half = &phase->halves[i];
        hid_t own = H5Gopen2(group, schema_half_names[i], H5P_DEFAULT);
        if (own < 0)
            return store_refuse(store, "cannot read the group '%s'", schema_half_names[i]);
        result = store_read_attributes(store, own, &schema_half, half);
        if (!result)
            result = read_tables(store, own, schema_half_tables, half);
        if (!result)
            result = store_read_histogram(store, own, "latency", &half->histogram);
        store_drop(own);
    }
    return result;
}

/* 'before' is the group of the phase before, or 0. */
static int write_phase(struct store *store, hid_t phases, hid_t before,
                       const struct record_phase *phase)
{
    if (phase->name[0] == 0 || phase->name[0] == '.' || strchr(phase->name, '/'))
        return store_refuse(store, "'%s' cannot name a phase", phase->name);
    hid_t group = store_make_group(store, phases, phase->name, NULL);
    if (group < 0)
        return store_code(store);
    int result = store_write_attributes(store, group, &schema_phase, phase);
    if (!result)
        result = write_rates(store, group, phase);
    if (!result)
        result = write_total(store, group, &phase->total);
    store->unit = phase->unit;
    if (!result)
        result = write_phase_tables(store, group, before, phase);
    if (!result)
        result = write_histograms(store, group, before, phase);
    if (!result)
        result = write_halves(store, group, phase);
    store_drop(group);
    return result;
}

static int write_environment(struct store *store, hid_t group, const struct record *record)
{
    int result = write_tables(store, group, schema_environment_tables, record);
    if (result)
        return result;
    hid_t job = store_make_group(store, group, "job", schema_job.long_name);
    result =
        job < 0 ? store_code(store) : store_write_attributes(store, job, &schema_job, &record->job);
    store_drop(job);
    return result;
}

/* The groups below the root, in the order in which they shall be listed. */
static hid_t group_of(struct store *store, hid_t file, const char *name, const char *long_name)
{
    if (!store_has(file, name))
        return store_make_group(store, file, name, long_name);
    hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    if (group < 0)
        store_refuse(store, "cannot open the group '%s'", name);
    return group;
}

static hid_t environment_of(struct store *store, hid_t file)
{
    return group_of(store, file, "environment", "where the run took place");
}

int store_write_phases(struct store *store, hid_t file, const struct record *record, size_t begin,
                       size_t end)
{
    int result = 0;
    store->detail = record->detail;
    hid_t environment = environment_of(store, file);
    hid_t phases =
        environment < 0 ? environment : group_of(store, file, "phases", "what was done, in order");
    if (phases < 0)
        result = store_code(store);
    for (size_t i = begin; i < end && !result; i++) {
        hid_t before = i ? open_alike(phases, record->phases[i - 1].name) : 0;
        result = write_phase(store, phases, before, &record->phases[i]);
        store_drop(before);
    }
    store_drop(phases);
    store_drop(environment);
    return result;
}

int store_write_record(struct store *store, hid_t file, const struct record *record,
                       size_t finished)
{
    int result = store_write_attributes(store, file, &schema_run, record);
    hid_t environment = result ? H5I_INVALID_HID : environment_of(store, file);
    if (!result)
        result =
            environment < 0 ? store_code(store) : write_environment(store, environment, record);
    store_drop(environment);
    if (!result)
        result = store_write_phases(store, file, record, finished, record->phase_count);
    if (!result)
        result = write_tables(store, file, schema_run_tables, record);
    return result;
}

static int read_environment(struct store *store, hid_t file, struct record *record)
{
    if (!store_has(file, "environment"))
        return 0;
    hid_t group = H5Gopen2(file, "environment", H5P_DEFAULT);
    if (group < 0)
        return store_refuse(store, "cannot read the group 'environment'");
    int result = read_tables(store, group, schema_environment_tables, record);
    if (!result && store_has(group, "job")) {
        hid_t job = H5Gopen2(group, "job", H5P_DEFAULT);
        result = job < 0 ? store_refuse(store, "cannot read the group 'job'")
                         : store_read_attributes(store, job, &schema_job, &record->job);
        store_drop(job);
    }
    store_drop(group);
    return result;
}

static int read_phase(struct store *store, hid_t phases, const char *name,
                      struct record_phase *phase)
{
    hid_t group = H5Gopen2(phases, name, H5P_DEFAULT);
    unsigned links = 0;
    if (group < 0)
        return store_refuse(store, "cannot read the phase '%s'", name);
    store_object(group, &links);
    int result = links == 1 ? store_read_attributes(store, group, &schema_phase, phase)
                            : store_refuse(store, "the phase '%s' has several names", name);
    if (!result)
        result = read_total(store, group, &phase->total);
    if (!result)
        result = read_tables(store, group, schema_phase_tables, phase);
    if (!result)
        result = store_read_latency(store, group, phase);
    for (const struct schema_histogram *list = schema_histograms; list->name && !result; list++)
        result =
            store_read_histogram(store, group, list->name, (void *)((char *)phase + list->offset));
    if (!result)
        result = read_halves(store, group, phase);
    store_drop(group);
    return result;
}

/* Phases in the order they were made. */
static int read_phases(struct store *store, hid_t file, struct record *record)
{
    if (!store_has(file, "phases"))
        return 0;
    hid_t phases = H5Gopen2(file, "phases", H5P_DEFAULT);
    H5G_info_t info = {0};
    if (phases < 0 || H5Gget_info(phases, &info) < 0) {
        store_drop(phases);
        return store_refuse(store, "cannot read the group 'phases'");
    }
    int result = 0;
    for (hsize_t i = 0; i < info.nlinks && !result; i++) {
        char name[RECORD_NAME];
        ssize_t length = H5Lget_name_by_idx(phases, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, name,
                                            sizeof name, H5P_DEFAULT);
        if (length < 0 || (size_t)length >= sizeof name) {
            result = store_refuse(store, "the order of the phases is unknown");
            break;
        }
        result = store_take(store, 1, sizeof(struct record_phase));
        if (result)
            break;
        struct record_phase *phase = record_add_phase(record);
        if (!phase) {
            result = failure_set(store->why, -ENOMEM, "not enough memory for phase '%s'", name);
            break;
        }
        memcpy(phase->name, name, sizeof phase->name);
        result = read_phase(store, phases, name, phase);
    }
    store_drop(phases);
    return result;
}

int store_recognise(struct store *store, hid_t file)
{
    if (!store_has_attribute(file, "schema_version") || !store_has_attribute(file, "run_id") ||
        !store_has_attribute(file, "status"))
        return failure_set(store->why, -EINVAL,
                           "'%s' is an HDF5 file, but not a result of tidemill", store->path);
    return 0;
}

int store_read_record(struct store *store, hid_t file, struct record *record)
{
    int result = store_recognise(store, file);
    if (!result)
        result = store_read_attributes(store, file, &schema_run, record);
    if (!result && (record->schema_version < 1 || record->schema_version > RECORD_SCHEMA))
        result = failure_set(store->why, -EINVAL,
                             "result '%s' is of schema %lld and this tidemill reads up to %d; read "
                             "it with a newer one",
                             store->path, (long long)record->schema_version, RECORD_SCHEMA);
    if (!result)
        result = read_environment(store, file, record);
    if (!result)
        result = read_phases(store, file, record);
    if (!result)
        result = read_tables(store, file, schema_run_tables, record);
    if (!result && record->schema_revision == 0)
        legacy_derive(record);
    return result;
}
