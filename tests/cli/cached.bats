# SPDX-License-Identifier: Apache-2.0
# Reads that the page cache may have answered get a warning, regardless of the run that wrote the data.
load helper

phase_of() { # FILE ATTRIBUTE
    h5dump -a "/phases/01_read/$2" "$1" | sed -n 's/^ *(0): "\(.*\)"$/\1/p'
}

write_files() {
    [[ $(stat -f -c %T "$target") != tmpfs ]] || skip "memory is never cold"
    "$TIDEMILL" run --quiet --size 64m --direct never --keep --phases write --result a.h5 "$target"
}

@test "stored files that the page cache holds are read from memory, not from storage" {
    write_files
    "$TIDEMILL" run --options-from a.h5 --direct never --phases read --result b.h5 >page
    [ "$(phase_of b.h5 cache_state)" = warm ]
    [ "$(phase_of b.h5 written_by)" = 'earlier run' ]
    grep -q '^  WARNING   01_read came from the page cache' page
    grep -q '^  limit     memory, not storage: the page cache held' page
    [ "$(grep -c 'limit     storage' page)" -eq 0 ]
    "$TIDEMILL" report b.h5 >again
    diff <(grep -v '^result ' page | sed '$d') again
}

@test "without samples of the page cache, reads are judged by what the kernel fetched" {
    write_files
    "$TIDEMILL" run --options-from a.h5 --direct never --phases read --cache keep \
        --result b.h5 >page
    [ "$(phase_of b.h5 cache_state)" = 'not sampled' ]
    grep -q '^  device ' page || skip "the device below is unknown, and so are its counts"
    grep -q '^  WARNING   01_read came from the page cache' page
    grep -q '^  limit     memory, not storage: the kernel fetched' page
}

@test "stored files that were dropped from the page cache are read from storage" {
    write_files
    "$TIDEMILL" run --options-from a.h5 --direct never --phases read --cache drop \
        --result b.h5 >page
    [ "$(phase_of b.h5 cache_state)" = cold ]
    [ "$(grep -c 'from the page cache' page)" -eq 0 ]
    grep -q '^  limit     storage[:,] ' page
}

@test "reads past the page cache are not doubted" {
    write_files
    "$TIDEMILL" facts "$target" | grep -q 'in effect: yes' || skip "no O_DIRECT here"
    "$TIDEMILL" run --options-from a.h5 --direct require --phases read --result b.h5 >page
    [ "$(phase_of b.h5 cache_state)" = bypassed ]
    [ "$(grep -c 'from the page cache' page)" -eq 0 ]
}
