/* The processes of this node's ranks; cluster_vanished in cluster.h looks which are gone. */
#ifndef TIDEMILL_VANISHED_H
#define TIDEMILL_VANISHED_H

#include "links.h"

/* Collective; once the nodes are known. Freed with the links. -ENOMEM. */
int vanished_open(struct cluster *cluster);

#endif
