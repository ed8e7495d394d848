#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What other people's tools make of a result, and the commands of results/README.md.

load helper

results=$BATS_TEST_DIRNAME/../../results

@test "Octave reads a result" {
    command -v octave-cli >/dev/null || skip "octave is not installed"
    ranks 2 run --size 4m --result "it's.h5" "$target"
    "$TIDEMILL" report --json r.json "it's.h5"
    export PATH=${TIDEMILL%/*}:$PATH
    octave-cli --norc --eval "
        addpath('$results');
        for file = {'it''s.h5', 'r.json'}
            r = read_result(file{1});
            assert(r.phases{2}.bytes == 4 * 2^20 && numel(r.phases{1}.ranks) == 2);
            assert(strcmp(r.phases{1}.name, '01_write') && ischar(r.environment.nodes.hostname));
            assert(isempty(r.sweep) && isempty(r.phases{1}.readers) && numel(r.phases{2}.readers) == 2);
        end
        read_result('r.json');" >page
    [ "$(grep -c 'GB/s' page)" -eq 2 ]
    "$TIDEMILL" run --size 1m --sweep depth=1,2 --result sweep.h5 "$target"
    octave-cli --norc --eval "
        addpath('$results');
        read_result('sweep.h5');" >page
    [ "$(grep -cE '^(write|read) +depth [12] .* GB/s' page)" -eq 4 ]
}

@test "R reads a result" {
    Rscript -e 'library(hdf5r)' >/dev/null 2>&1 || skip "R with hdf5r is not installed"
    ranks 2 run --size 4m --result r.h5 "$target"
    Rscript "$results/read_result.R" r.h5 >page
    grep -q '01_write complete 4194304 ' page
    Rscript -e "source('$results/read_result.R')
        file <- hdf5r::H5File\$new('r.h5', 'r')
        ranks <- read_table(file[['phases/02_read/ranks']])
        stopifnot(nrow(ranks) == 2, sum(ranks\$bytes) == 4194304, is.factor(ranks\$direct_opened))
        stopifnot(nrow(read_table(file, 'sweep')) == 0, nrow(read_table(file, 'phases/01_write/readers')) == 0,
            nrow(read_table(file, 'phases/02_read/readers')) == 2)"
    for other in "$results/reference/metadata.h5" "$BATS_TEST_DIRNAME/../data/v0.1.0/v0.1.0-two-ranks.h5"; do
        Rscript "$results/read_result.R" "$other" >page
    done
    "$TIDEMILL" run --size 1m --sweep depth=1,2 --result sweep.h5 "$target"
    Rscript "$results/read_result.R" sweep.h5 >page
    [ "$(grep -cE '^ *(write|read) +depth [12] ' page)" -eq 4 ]
}

@test "the commands of the pipelines in the documentation" {
    "$TIDEMILL" run --size 1m --repeat 6 --result base.h5 "$target"
    sed -n '/^## In a pipeline/,/^## A run/s/^ *-* *\(run:\)\{0,1\} *\(tidemill .*\)$/\2/p' \
        "$results/README.md" >commands
    [ "$(wc -l <commands)" -eq 6 ]
    export PATH=${TIDEMILL%/*}:$PATH
    sed -i "s|64GiB|1m|; s|/scratch|$target|; s|--fail-on serious|& --overwrite|; s|5%|99%|; s|^\(tidemill [rc][eo][pm][^ ]*\)|\1 --overwrite|" commands
    bash -e commands
    [ -s new.html ] && [ -s compare.json ]
}

@test "a file on which HDF5 crashes ends with one line and exit code 2" {
    # an attribute that claims to be in a heap which the file does not have
    /usr/bin/python3 - <<'PY'
import h5py
with h5py.File("r.h5", "w", libver="earliest") as file:
    file.attrs["schema_version"], file.attrs["run_id"], file.attrs["status"] = 1, "x", "complete"
with open("r.h5", "r+b") as file:
    content = bytearray(file.read())
    body = content.index(b"status\0") - 8
    content[body - 4] |= 2
    content[body:body + 10] = b"\3\1" + 8 * b"\1"
    file.seek(0)
    file.write(content)
PY
    "$TIDEMILL" run --size 1m --phases write --quiet --result good.h5 "$target"
    # crashes are the program's to handle, not those of a sanitizer
    export ASAN_OPTIONS=${ASAN_OPTIONS-}:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill=0
    for command in "report r.h5" "compare good.h5 r.h5" "report --html page.html r.h5"; do
        # shellcheck disable=SC2086
        run "$TIDEMILL" $command
        [ "$status" -eq 2 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output = "tidemill: "*r.h5* ]]
    done
    [ ! -e page.html ]
}
