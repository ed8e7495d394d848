#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Explicit huge pages, which belong to the whole machine: this suite runs alone.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

# The pools need a few of 2 MiB; other programs on this machine may take some of the rest.
reserve_huge_pages() {
    local free
    [ "$(id -u)" -eq 0 ] || skip "only root can reserve huge pages"
    cat /proc/sys/vm/nr_hugepages >"$work/nr_hugepages" # for teardown
    echo $(($(<"$work/nr_hugepages") + 64)) >/proc/sys/vm/nr_hugepages ||
        skip "no huge pages can be reserved here"
    free=$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)
    [ "$free" -ge 48 ] || skip "the kernel found only $free huge pages"
}

pool=(--buffer-size 1m --buffer-count 8 --depth 4 --writers 1 --producers 1)

@test "explicit huge pages hold the whole pool if enough are reserved" {
    reserve_huge_pages
    "$TIDEMILL" run --quiet --size 16m --buffer-size 1m --buffer-count 8 --depth 4 --writers 1 \
        --producers 1 --huge-pages require --verify --result huge.h5 "$target"
    [ "$(column huge.h5 phases/01_write/ranks pool_hugetlb_bytes)" -ge 8388608 ]
    [ "$(column huge.h5 phases/01_write/ranks pool_small_bytes)" -eq 0 ]
}

@test "a limit of huge pages: other pages, with the reason; refused if required" {
    reserve_huge_pages
    make_group hugetlb
    local allowed
    for allowed in 0 4194304; do # none, and less than the pool
        limit hugetlb.2MB.limit_in_bytes "$allowed" hugetlb.2MB.max "$allowed"
        in_group "$TIDEMILL" facts "$target" | grep -q "(the control group allows "
        in_group "$TIDEMILL" run --quiet --size 16m "${pool[@]}" --verify --overwrite \
            --result r.h5 "$target"
        [ "$(column r.h5 phases/01_write/ranks pool_hugetlb_bytes)" -eq 0 ]
        [[ $(attribute r.h5 phases/01_write not_granted) == *"control group '/tidemill-test-"* ]]
        refused "control group '/tidemill-test-" in_group "$TIDEMILL" run --size 16m "${pool[@]}" \
            --huge-pages require "$target"
    done
    [ -z "$(ls -A "$target")" ]
}

@test "one rank of two under a limit of huge pages" {
    reserve_huge_pages
    make_group hugetlb
    limit hugetlb.2MB.limit_in_bytes 0 hugetlb.2MB.max 0
    # shellcheck disable=SC2016 # expanded inside
    local enter='echo $$ >"$0/cgroup.procs" && exec "$@"'
    two() { # ARGUMENT...: as two ranks, the second of which is in the group
        mpirun -q --oversubscribe --bind-to none -n 1 "$TIDEMILL" "$@" : \
            -n 1 sh -c "$enter" "$group" "$TIDEMILL" "$@"
    }
    two run --quiet --size 16m "${pool[@]}" --verify --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks pool_hugetlb_bytes)" -eq 8388608 ]
    [ "$(attribute r.h5 phases/01_write ranks_without)" -eq 1 ]
    apart two run --size 16m "${pool[@]}" --huge-pages require "$target"
    [ "$status" -eq 2 ]
    grep -q "1 of 2 ranks.*control group '/tidemill-test-" "$err"
    [ -z "$(ls -A "$target")" ]
}

@test "a pool does not grow to a much larger huge page" {
    reserve_huge_pages
    sed 's/^Hugepagesize.*/Hugepagesize:      65536 kB/' /proc/meminfo >meminfo
    # shellcheck disable=SC2016 # expanded inside
    unshare -m --propagation private bash -c 'mount --bind "$0" /proc/meminfo && exec "$@"' \
        "$work/meminfo" "$TIDEMILL" run --quiet --size 16m "${pool[@]}" --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks pool_hugetlb_bytes)" -eq 0 ]
}
