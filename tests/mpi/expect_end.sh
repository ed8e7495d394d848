#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# expect_end.sh CODE COMMAND...: the command must end by itself, with this exit code ("any" is any
# but 0).
expected=$1
shift
timeout 60 "$@"
code=$?
if [ $code -eq 124 ]; then
    echo "did not end by itself"
    exit 1
fi
if [ "$expected" = any ]; then
    [ $code -ne 0 ] && exit 0
elif [ $code -eq "$expected" ]; then
    exit 0
fi
echo "ended with $code, expected $expected"
exit 1
