#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# box_agent.sh NAME WORDS...: mpirun calls it instead of ssh; like ssh, it joins the words for a
# shell
name=$1
shift
exec "$(dirname "$0")/box_on.sh" "$name" sh -c "$*"
