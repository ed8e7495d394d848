/* SPDX-License-Identifier: Apache-2.0 */
#include "opened.h"

#include <errno.h>
#include <stdlib.h>

#include "platform/clock.h"

int opened_init(struct opened *opened, uint32_t count, struct failure *why)
{
    *opened = (struct opened){
        .count = count,
        .paths = calloc(count, sizeof *opened->paths),
        .files = calloc(count, sizeof *opened->files),
        .modes = calloc(count, sizeof *opened->modes),
        .opens_ns = calloc(count, sizeof *opened->opens_ns),
    };
    if (!opened->paths || !opened->files || !opened->modes || !opened->opens_ns)
        return failure_set(why, -ENOMEM, "not enough memory for %u files", count);
    for (uint32_t i = 0; i < count; i++)
        opened->files[i].fd = opened->files[i].buffered_fd = -1;
    return 0;
}

int opened_add(struct opened *opened, uint32_t place, char *path, enum file_access access,
               const struct opened_how *how, struct failure *why)
{
    struct file *file = &opened->files[place];
    int64_t before_ns = clock_now_ns();
    opened->paths[place] = path;
    pending_call_begin(how->pending_call, "opening", path);
    int result = file_open(file, path, access, how->direct, how->request_bytes, why);
    opened->opens_ns[place] = clock_now_ns() - before_ns;
    opened->open_ns += opened->opens_ns[place];
    opened->modes[place] = *file;
    if (!result && how->random)
        file_advise_random(file);
    if (!result)
        result = file_claim(file, path, why);
    pending_call_end(how->pending_call);
    return result;
}

void opened_release(struct opened *opened, bool lost)
{
    for (uint32_t i = 0; i < opened->count && opened->files && opened->paths && !lost; i++) {
        file_close(&opened->files[i], opened->paths[i], NULL);
        free(opened->paths[i]);
    }
    free(opened->paths);
    free(opened->modes);
    free(opened->opens_ns);
    if (!lost)
        free(opened->files);
    *opened = (struct opened){0};
}
