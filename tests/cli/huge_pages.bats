#!/usr/bin/env bats
# Explicit huge pages, which belong to the whole machine: this suite runs alone.
# shellcheck disable=SC2154 # helper.bash sets target, out, err, status

load helper

@test "explicit huge pages hold the whole pool if enough are reserved" {
    [ "$(id -u)" -eq 0 ] || skip "only root can reserve huge pages"
    cat /proc/sys/vm/nr_hugepages >"$work/nr_hugepages" # for teardown
    echo $(($(<"$work/nr_hugepages") + 64)) >/proc/sys/vm/nr_hugepages ||
        skip "no huge pages can be reserved here"
    local free
    free=$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)
    # The pool needs four of 2 MiB; other programs on this machine may take some of the rest.
    [ "$free" -ge 32 ] || skip "the kernel found only $free huge pages"
    "$TIDEMILL" run --quiet --size 16m --buffer-size 1m --buffer-count 8 --depth 4 --writers 1 \
        --producers 1 --huge-pages require --verify --result huge.h5 "$target"
    [ "$(column huge.h5 phases/01_write/ranks pool_hugetlb_bytes)" -ge 8388608 ]
    [ "$(column huge.h5 phases/01_write/ranks pool_small_bytes)" -eq 0 ]
}
