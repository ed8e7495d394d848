#include "plan/shape.h"

uint32_t shape_ranks_on(const struct shape *shape, uint32_t node)
{
    uint32_t count = 0;
    for (uint32_t rank = 0; rank < shape->rank_count; rank++)
        count += shape->rank_node[rank] == node;
    return count;
}
