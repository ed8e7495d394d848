/* SPDX-License-Identifier: Apache-2.0 */
#include "build.h"

#include <gnu/libc-version.h>

#include "base/text.h"
#include "build_facts.h"
#include "data/judge.h"
#include "engines/engine.h"
#include "record/store.h"

void build_detect(const struct topology *topology, struct record_node *node)
{
    struct text libraries = {0};
    text_copy(node->tool_commit, sizeof node->tool_commit, TIDEMILL_COMMIT);
    text_copy(node->tool_build, sizeof node->tool_build, TIDEMILL_BUILD);
    store_print_library(&libraries);
    text_add(&libraries, ", ");
    engine_print_library(&libraries);
    if (topology->hwloc_version[0])
        text_add(&libraries, ", hwloc %s", topology->hwloc_version);
    text_add(&libraries, ", ");
    judge_print_libraries(&libraries);
    text_add(&libraries, ", glibc %s", gnu_get_libc_version());
    text_copy(node->libraries, sizeof node->libraries, text_string(&libraries));
    text_release(&libraries);
}
