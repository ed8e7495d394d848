#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# box_on.sh NAME COMMAND...: runs COMMAND on a host of the box, in the current directory
name=$1
shift
read -r first <"$BOX/$name.pid" || exit 1
exec nsenter -t "$first" --net --uts --ipc --pid --mount --time --wd="$PWD" "$@"
