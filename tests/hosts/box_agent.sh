#!/bin/sh
# box_agent.sh NAME WORDS...: what mpirun calls in place of ssh; words are joined for a shell, as
# ssh does
name=$1
shift
exec "$(dirname "$0")/box_on.sh" "$name" sh -c "$*"
