/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of this node's ranks; cluster_count_dead in cluster.h checks which of them have
 * died. */
#ifndef TIDEMILL_VANISHED_H
#define TIDEMILL_VANISHED_H

#include "links.h"

/* Exchanges the process ids. Collective; call it when the nodes are known. Freed with the links.
 * -ENOMEM. */
int vanished_open(struct cluster *cluster);

#endif
