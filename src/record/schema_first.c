/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of version 0.1.0. Programs rely on them, so each result has them; a later
 * column of these tables is left out while all of it is 0 or empty, and a later table while it has
 * no rows. This list never changes.
 */
#include <string.h>

#include "record/schema.h"

static const struct {
    const struct schema_table *table;
    const char *columns; /* each between blanks */
} first[] = {
    {&schema_node,
     " hostname boot_id kernel cpu mpi_library allowed_cpus ranks sockets cores cpus numa_nodes "
     "memory_bytes memory_limit_bytes last_level_cache_bytes memlock_bytes clock_offset_ns "
     "clock_error_ns clock_drift_ppb wall_error_ns operating_system virtual_machine container "
     "clock_source cpu_governor cpu_least_hz cpu_most_hz load_thousandths transparent_huge_pages "
     "huge_page_bytes huge_pages_free memory_available_bytes swap_bytes open_files_limit "
     "uring_disabled dirty_limit_percent dirty_limit_bytes tool_commit tool_build libraries "},
    {&schema_target,
     " node path kind mount_point file_system options source device block_bytes size_bytes "
     "free_bytes direct_memory_alignment direct_offset_alignment backing ram_backed cached_below "
     "shared "},
    {&schema_block_device,
     " node name above kind model scheduler write_cache rotational queue_requests request_bytes "
     "read_ahead_bytes throttle_ns poll_queues logical_block_bytes physical_block_bytes "
     "link_transfers_per_s link_most_per_s link_width link_most_width numa_node before_ns "
     "before_busy_ns before_read_bytes before_written_bytes "},
    {&schema_network, " node name kind driver state bits_per_s mtu_bytes numa_node "},
    {&schema_clock,
     " node rank phase after local_ns offset_ns error_ns round_trip_ns wall_error_ns "},
    {&schema_row,
     " name node rank writer bytes requests short_transfers retries buffered_bytes "
     "failed_requests writer_time_ns writer_waited_ns writer_paced_ns producer_time_ns "
     "producer_waited_ns made_buffers made_ns longest_made_ns queued_buffers queue_wait_ns "
     "longest_queue_wait_ns producer_bytes open_ns sync_ns close_ns started_ns first_ns last_ns "
     "end_ns longest_gap_ns bad_blocks unaligned_requests syncs writer_cpu_ns producer_cpu_ns "
     "preallocated_bytes pool_hugetlb_bytes pool_transparent_bytes pool_small_bytes lanes "
     "device_read_bytes device_written_bytes sampled_before_pages cached_before_pages "
     "sampled_pages cached_pages latency_mean_ns latency_p50_ns latency_p90_ns latency_p99_ns "
     "latency_p999_ns latency_p9999_ns latency_max_ns direct_opened direct_in_effect "
     "direct_reason uncached buffers_fixed not_granted first_failure "},
    {&schema_file,
     " path file rank writer offset bytes_planned bytes_acknowledged requests_done holes "},
    {&schema_difference, " rank host path offset length kind "},
    {&schema_bin, " node start_ns width_ns bytes requests slowest_ns "},
    {&schema_device,
     " node device start_ns width_ns busy_ns queue_ns request_ns requests read_bytes "
     "written_bytes received_bytes sent_bytes "},
    {&schema_slow, " name node rank writer path offset length sent_ns latency_ns "},
    {&schema_latency, " total sum_ns min_ns max_ns "},
    {&schema_summary,
     " phase position n median_bytes_per_s interval_low_bytes_per_s interval_high_bytes_per_s "
     "level_ppm method least_bytes_per_s most_bytes_per_s spread_ppm first_bytes_per_s "
     "rest_median_bytes_per_s "},
    {&schema_ceiling,
     " probe direction bytes requests duration_ns ended_by ranks rate_bytes_per_s engine "
     "direct_in_effect reason "},
    {&schema_advice, " code severity text "},
};

static const char *columns_of(const struct schema_table *table)
{
    for (size_t i = 0; i < sizeof first / sizeof *first; i++)
        if (first[i].table == table)
            return first[i].columns;
    return NULL;
}

bool schema_first_table(const struct schema_table *table)
{
    return columns_of(table) != NULL;
}

bool schema_first_column(const struct schema_table *table, const struct column *column)
{
    const char *columns = columns_of(table);
    const size_t length = strlen(column->name);
    for (const char *at = columns; at && (at = strstr(at, column->name)); at++)
        if (at[-1] == ' ' && at[length] == ' ')
            return true;
    return false;
}
