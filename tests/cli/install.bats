#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is installed is complete, and works from any prefix.
# shellcheck disable=SC2154 # the helpers set work, target, status

load helper

@test "cmake --install: program, pages, completions, templates, readers and documentation" {
    local build share path
    build=$(dirname "$TIDEMILL")
    [ -f "$build/pages/completion.zsh" ] || skip "the pages are not built"
    DESTDIR=$work/root cmake --install "$build" --prefix /opt/tide >installed
    # then somewhere else
    mv "$work/root/opt/tide" "$work/moved"
    share=$work/moved/share
    for path in bin/tidemill share/bash-completion/completions/tidemill \
        share/zsh/site-functions/_tidemill share/man/man1/tidemill.1 share/man/man1/tidemill-run.1 \
        share/man/man7/tidemill-coming-from-ior.7 share/tidemill/launch/hosts.sh \
        share/tidemill/launch/launched.sh share/tidemill/launch/slurm.sbatch \
        share/tidemill/presets/default.conf \
        share/tidemill/results/read_result.py share/tidemill/results/schema.json \
        share/tidemill/results/compare.schema.json share/tidemill/results/read_result.m \
        share/tidemill/results/read_result.R \
        share/doc/tidemill/README.md share/doc/tidemill/LICENSE share/doc/tidemill/CHANGELOG \
        share/doc/tidemill/results/README.md; do
        [ -s "$work/moved/$path" ] || { echo "missing: $path"; false; }
    done
    [ -x "$work/moved/bin/tidemill" ]
    ! grep -rI -- "$build\|/opt/tide" "$share" || false
    PATH=$work/moved/bin:$PATH tidemill run --quiet --size 1m --result r.h5 "$target" 2>/dev/null
    PATH=$work/moved/bin:$PATH tidemill run --preset list >presets
    [ -s presets ]
    /usr/bin/python3 "$share/tidemill/results/read_result.py" r.h5 >table
    grep -q 01_write table
    # the launch scripts find the installed program, and what they share
    echo "$(hostname) slots=1" >hosts
    PATH=$work/moved/bin:$PATH "$share/tidemill/launch/hosts.sh" hosts --dry-run --size 1m "$target" 2>err ||
        { cat err; ! grep 'not built\|No such file' err || false; }
}
