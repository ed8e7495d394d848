/* Writing: the first writing phase makes the files, later ones write the next generation into
 * them. */
#include "phase.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"

/* Not made yet, also where an earlier phase tried to. */
static bool is_new(const struct phase *phase, const struct part *part)
{
    enum target_kind kind = phase->run->plan->setup.target_kinds[part->share.target];
    return !part->made && (kind == TARGET_DIRECTORY || kind == TARGET_NEW_FILE);
}

static int take_part(struct phase *phase, uint32_t writer, struct failure *why)
{
    const struct part *own = &phase->dataset->parts[writer];
    struct part *part = &phase->opened.parts[writer];
    *part = *own;
    part->path = strdup(own->path);
    return part->path ? 0 : failure_set(why, -ENOMEM, "not enough memory");
}

/* The file's maker gives it its blocks; where that cannot be done, it is told. */
static void preallocate(struct phase *phase, uint32_t writer, struct failure *why)
{
    const struct part *part = &phase->opened.parts[writer];
    uint64_t bytes = geometry_file_bytes(&phase->run->plan->geometry, &part->share);
    int64_t before_ns = clock_now_ns();
    int result = file_preallocate(&phase->opened.files[writer], part->path, bytes, why);
    phase->opened.open_ns += clock_now_ns() - before_ns;
    if (result == -EOPNOTSUPP)
        facts_note(&phase->facts, "files not preallocated: the file system cannot");
    else if (!result)
        phase->facts.counters.preallocated_bytes += (int64_t)bytes;
}

/* Those who make files go first: the others can only open what is there. */
static void open_parts(struct phase *phase, bool makers, struct failure *why)
{
    struct dataset *dataset = phase->dataset;
    for (uint32_t i = 0; i < phase->opened.count && !why->code; i++) {
        struct part *part = &phase->opened.parts[i];
        bool makes = part->creates && is_new(phase, part);
        if (!part->share.bytes || makes != makers)
            continue;
        if (!phase_open_file(phase, i, makes ? FILE_CREATE : FILE_OPEN, why) && makes)
            dataset->parts[i].made = true;
        if (makes && phase->run->options->common.preallocate && !why->code)
            preallocate(phase, i, why);
    }
}

int phase_write_prepare(struct phase *phase, struct agreement *agreement)
{
    struct dataset *dataset = phase->dataset;
    struct failure failure = {0};
    for (uint32_t i = 0; i < phase->opened.count && !failure.code; i++)
        take_part(phase, i, &failure);
    open_parts(phase, true, &failure);
    int result = cluster_agree(phase->run->cluster, &failure, agreement);
    if (!result) {
        open_parts(phase, false, &failure);
        result = cluster_agree(phase->run->cluster, &failure, agreement);
    }
    if (result)
        return result;
    if (dataset->written)
        dataset->generation++;
    dataset->written = true;
    phase_set_tasks(phase);
    return 0;
}
