# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Sourced by the lints: need TOOL... skips the lint with a reason if a tool is missing.
need() {
    local tool
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null; then
            printf 'skipped: %s is not installed\n' "$tool"
            exit 77
        fi
    done
}
