/* SPDX-License-Identifier: Apache-2.0 */
#include "store_hdf5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES_IN_CHUNK = 8,
    HISTOGRAM_WORDS = sizeof(struct histogram) / sizeof(uint64_t),
};

/* The counts of many histograms are read and written in place, as the first columns of a matrix
 * whose rows are whole structs. */
_Static_assert(offsetof(struct histogram, counts) == 0 &&
                   sizeof(struct histogram) % sizeof(uint64_t) == 0,
               "counts come first and nothing is left over");

static const hsize_t origin[2] = {0, 0};

static hid_t counts_in_memory(size_t rows)
{
    const hsize_t whole[2] = {rows, HISTOGRAM_WORDS};
    const hsize_t part[2] = {rows, HISTOGRAM_BUCKETS};
    hid_t space = H5Screate_simple(2, whole, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, origin, NULL, part, NULL);
    return space;
}

/* A dataset of int64 with its units, written whole. */
static int write_numbers(struct store *store, hid_t group, const char *name, hid_t space,
                         const hsize_t *chunk, hid_t memory_space, const void *values,
                         const char *unit, const char *long_name)
{
    int result = 0;
    hid_t layout = store_packed(store, H5Sget_simple_extent_ndims(space), chunk);
    hid_t dataset = H5Dcreate2(group, name, H5T_STD_I64LE, space, H5P_DEFAULT, layout, H5P_DEFAULT);
    if (dataset < 0 ||
        H5Dwrite(dataset, H5T_NATIVE_INT64, memory_space, H5S_ALL, H5P_DEFAULT, values) < 0)
        result = store_refuse(store, "cannot store the latency's '%s'", name);
    if (!result)
        result = store_write_text(store, dataset, "units", unit);
    if (!result)
        result = store_write_text(store, dataset, "long_name", long_name);
    store_drop(dataset);
    store_drop(layout);
    return result;
}

/* All histograms of a file have the edges of the first. */
static int write_edges(struct store *store, hid_t group)
{
    for (size_t i = 0; i < STORE_ALIKE; i++)
        if (store->alike[i] > 0 && store_has(store->alike[i], "edges_ns"))
            return H5Lcreate_hard(store->alike[i], "edges_ns", group, "edges_ns", H5P_DEFAULT,
                                  H5P_DEFAULT) < 0
                       ? store_refuse(store, "cannot store the latency's 'edges_ns'")
                       : 0;
    int64_t edges[HISTOGRAM_BUCKETS + 1];
    const hsize_t count = HISTOGRAM_BUCKETS + 1;
    for (uint32_t bucket = 0; bucket < count; bucket++)
        edges[bucket] = histogram_edge(bucket);
    hid_t space = H5Screate_simple(1, &count, NULL);
    int result = write_numbers(store, group, "edges_ns", space, &count, H5S_ALL, edges, "ns",
                               "bucket i holds edges[i] <= latency < edges[i + 1]");
    store_drop(space);
    return result;
}

static int write_node_counts(struct store *store, hid_t group, const struct histogram *nodes,
                             size_t node_count)
{
    const hsize_t shape[2] = {node_count, HISTOGRAM_BUCKETS};
    const hsize_t chunk[2] = {node_count < NODES_IN_CHUNK ? node_count : NODES_IN_CHUNK,
                              HISTOGRAM_BUCKETS};
    hid_t space = H5Screate_simple(2, shape, NULL);
    hid_t memory_space = counts_in_memory(node_count);
    int result = write_numbers(store, group, "counts", space, chunk, memory_space, nodes, "1",
                               "requests in each bucket, one row for each node");
    store_drop(memory_space);
    store_drop(space);
    return result;
}

int store_write_histogram(struct store *store, hid_t phase, const char *name, const char *long_name,
                          const struct histogram *whole)
{
    const hsize_t buckets = HISTOGRAM_BUCKETS;
    hid_t group = store_make_group(store, phase, name, long_name);
    if (group < 0)
        return store_code(store);
    int result = store_write_attributes(store, group, &schema_latency, whole);
    if (!result)
        result = write_edges(store, group);
    if (!result) {
        hid_t space = H5Screate_simple(1, &buckets, NULL);
        result = write_numbers(store, group, "counts", space, &buckets, H5S_ALL, whole->counts, "1",
                               "requests in each bucket");
        store_drop(space);
    }
    store_drop(group);
    return result;
}

/* Which nodes the rows are about; of all nodes it is the column of the phase's table of nodes. */
static int write_node_numbers(struct store *store, hid_t phase_group, hid_t per_node,
                              const struct record_phase *phase)
{
    const hsize_t count = phase->latency_node_count;
    if (!phase->latency_nodes)
        return H5Lcreate_hard(phase_group, "nodes/node", per_node, "node", H5P_DEFAULT,
                              H5P_DEFAULT) < 0
                   ? store_refuse(store, "cannot store the latency's 'node'")
                   : 0;
    hid_t space = H5Screate_simple(1, &count, NULL);
    int result = write_numbers(store, per_node, "node", space, &count, H5S_ALL,
                               phase->latency_nodes, "1", "number of the node");
    store_drop(space);
    return result;
}

int store_write_latency(struct store *store, hid_t group, const struct record_phase *phase)
{
    const struct histogram *nodes = phase->node_latency;
    const size_t count = phase->latency_nodes ? phase->latency_node_count : phase->node_count;
    int result =
        store_write_histogram(store, group, "latency", schema_latency.long_name, &phase->latency);
    if (result || !nodes || count == 0)
        return result;
    hid_t latency = H5Gopen2(group, "latency", H5P_DEFAULT);
    result = store_write_table(store, latency, "nodes", &schema_latency, nodes, count);
    if (!result) {
        hid_t per_node = H5Gopen2(latency, "nodes", H5P_DEFAULT);
        result = write_node_numbers(store, group, per_node, phase);
        if (!result)
            result = write_node_counts(store, per_node, nodes, count);
        store_drop(per_node);
    }
    store_drop(latency);
    return result;
}

/* True if the dataset's shape is this one. */
static bool has_shape(hid_t dataset, int rank, const hsize_t *shape)
{
    hsize_t found[H5S_MAX_RANK] = {0};
    hid_t space = H5Dget_space(dataset);
    bool same = H5Sget_simple_extent_ndims(space) == rank;
    if (same)
        H5Sget_simple_extent_dims(space, found, NULL);
    store_drop(space);
    return same && memcmp(found, shape, sizeof *shape * (size_t)rank) == 0;
}

/* Counts that do not add up to their total are not counts. */
static bool adds_up(const struct histogram *histogram)
{
    uint64_t sum = 0;
    for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++)
        sum += histogram->counts[bucket];
    return sum == histogram->total;
}

static int read_counts(struct store *store, hid_t group, int rank, const hsize_t *shape,
                       hid_t memory_space, struct histogram *histograms, size_t count)
{
    int result = 0;
    hid_t dataset = H5Dopen2(group, "counts", H5P_DEFAULT);
    if (dataset < 0)
        return store_refuse(store, "cannot read the latency's 'counts'");
    if (!has_shape(dataset, rank, shape) || !store_plausible(dataset, 0))
        result = store_refuse(store, "the latency's 'counts' have another shape");
    else if (H5Dread(dataset, H5T_NATIVE_INT64, memory_space, H5S_ALL, H5P_DEFAULT, histograms) < 0)
        result = store_refuse(store, "cannot read the latency's 'counts'");
    for (size_t i = 0; i < count && !result; i++)
        if (!adds_up(&histograms[i]))
            result = store_refuse(store, "the latency's 'counts' do not add up to its 'total'");
    store_drop(dataset);
    return result;
}

/* Column 'node' as malloc'ed numbers: each below 'node_count' and above the one before. */
static int read_node_numbers(struct store *store, hid_t group, size_t count, size_t node_count,
                             int64_t **numbers)
{
    int result = 0;
    const hsize_t shape = count;
    hid_t dataset = H5Dopen2(group, "node", H5P_DEFAULT);
    *numbers = malloc(count * sizeof **numbers);
    if (!*numbers)
        result = failure_set(store->why, -ENOMEM, "not enough memory to read 'node'");
    else if (!has_shape(dataset, 1, &shape) || !store_plausible(dataset, 0) ||
             H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, *numbers) < 0)
        result = store_refuse(store, "cannot read the latency's 'node'");
    for (size_t i = 0; i < count && !result; i++)
        if ((*numbers)[i] < (i ? (*numbers)[i - 1] + 1 : 0) || (*numbers)[i] >= (int64_t)node_count)
            result = store_refuse(store, "the latency's 'node' does not number nodes");
    store_drop(dataset);
    return result;
}

static int read_nodes(struct store *store, hid_t latency, struct record_phase *phase)
{
    void *rows;
    size_t count;
    int result = store_read_table(store, latency, "nodes", &schema_latency, &rows, &count);
    phase->node_latency = rows;
    if (result || count == 0)
        return result;
    const hsize_t shape[2] = {count, HISTOGRAM_BUCKETS};
    hid_t memory_space = counts_in_memory(count);
    hid_t group = H5Gopen2(latency, "nodes", H5P_DEFAULT);
    if (count < phase->node_count && store_has(group, "node")) {
        phase->latency_node_count = count;
        result = read_node_numbers(store, group, count, phase->node_count, &phase->latency_nodes);
    } else if (count != phase->node_count) {
        result = store_refuse(store, "the latency has %zu nodes instead of %zu", count,
                              phase->node_count);
    }
    if (!result)
        result = read_counts(store, group, 2, shape, memory_space, rows, count);
    store_drop(group);
    store_drop(memory_space);
    return result;
}

int store_read_histogram(struct store *store, hid_t phase, const char *name,
                         struct histogram *whole)
{
    if (!store_has(phase, name))
        return 0;
    hid_t group = H5Gopen2(phase, name, H5P_DEFAULT);
    if (group < 0)
        return store_refuse(store, "cannot read the group '%s'", name);
    const hsize_t shape = HISTOGRAM_BUCKETS;
    hid_t memory_space = H5Screate_simple(1, &shape, NULL);
    int result = store_read_attributes(store, group, &schema_latency, whole);
    if (!result)
        result = read_counts(store, group, 1, &shape, memory_space, whole, 1);
    store_drop(memory_space);
    store_drop(group);
    return result;
}

int store_read_latency(struct store *store, hid_t group, struct record_phase *phase)
{
    int result = store_read_histogram(store, group, "latency", &phase->latency);
    if (result || !store_has(group, "latency"))
        return result;
    hid_t latency = H5Gopen2(group, "latency", H5P_DEFAULT);
    result = latency < 0 ? store_refuse(store, "cannot read the group 'latency'")
                         : read_nodes(store, latency, phase);
    store_drop(latency);
    return result;
}
