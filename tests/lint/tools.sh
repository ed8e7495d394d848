# shellcheck shell=bash
# Sourced by the lints: need TOOL... ends the lint as skipped, with the reason, where one is missing.
need() {
    local tool
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null; then
            printf 'skipped: %s is not installed\n' "$tool"
            exit 77
        fi
    done
}
