#!/usr/bin/env bats
# Engines and memory as a user meets them: each falls back aloud, and refuses what was required.

load helper

attribute() { # FILE OBJECT NAME
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    value = file[sys.argv[2]].attrs[sys.argv[3]]
    enum = h5py.check_enum_dtype(file[sys.argv[2]].attrs.get_id(sys.argv[3]).dtype)
    print({v: k for k, v in enum.items()}[int(value)] if enum else
          value.decode() if isinstance(value, bytes) else value)
PY
}

column() { # FILE TABLE COLUMN: the sum of a column of numbers
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    print(int(file[sys.argv[2]][sys.argv[3]][:].sum()))
PY
}

advice() { # FILE: codes
    /usr/bin/python3 - "$@" <<'PY'
import sys, h5py
with h5py.File(sys.argv[1]) as file:
    print(*file["advice/code"].asstr()[:])
PY
}

# Does the target know O_DIRECT? Else there is nothing to require.
need_direct() {
    "$TIDEMILL" facts "$target" | grep -q 'in effect: yes' || skip "O_DIRECT has no effect here"
}

# Runs a command with io_uring_setup failing: without_uring ERRNO COMMAND... (the leak check of a
# sanitizer cannot work below strace)
without_uring() {
    local error=$1
    shift
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 strace -f -qq -o /dev/null -e trace=io_uring_setup -e inject=io_uring_setup:error="$error" "$@"
}

need_strace() {
    command -v strace >/dev/null || skip "no strace here"
    without_uring ENOSYS true 2>/dev/null || skip "strace cannot trace here"
}

need_uring() {
    "$TIDEMILL" facts | grep -q 'io_uring  *yes' || skip "no io_uring here"
}

@test "every engine writes and verifies, in every order" {
    orders=(random strided sequential)
    turn=0
    for options in '--engine uring' '--engine pwrite' '--engine pwritev' '--engine pwritev --batch 7' \
        '--engine uring --uring-sqpoll' '--engine uring --fixed-buffers never'; do
        case $options in *uring*) need_uring ;; esac
        # shellcheck disable=SC2086 # words
        ranks 2 run --quiet --size 5000001 --buffer-size 64k --layout shared --verify $options \
            --order "${orders[turn++ % 3]}" --writers 2 --producers 2 "$target"
    done
}

# A request can be complete before the kernel's thread gives its entry in the ring back.
@test "--uring-sqpoll finds room for each request, at every depth" {
    need_uring
    for depth in 1 8 32 64; do
        "$TIDEMILL" run --quiet --size 64m --buffer-size 4k --depth $depth --writers 1 --phases write \
            --engine uring --uring-sqpoll --direct never --fsync never --result $depth.h5 "$target"
        [ "$(attribute $depth.h5 phases/01_write bytes)" -eq 67108864 ]
    done
}

@test "--fsync each syncs after each request, --fsync never does not" {
    "$TIDEMILL" run --quiet --size 1m --buffer-size 64k --phases write --engine pwrite --writers 1 \
        --fsync each --result each.h5 "$target"
    # none is left for the end, and the descriptor that took nothing is left alone
    [ "$(column each.h5 phases/01_write/ranks syncs)" -eq 16 ]
    "$TIDEMILL" run --quiet --size 1000001 --buffer-size 64k --phases write --writers 1 --depth 1 \
        --engine pwrite --direct prefer --result end.h5 "$target"
    # the tail that cannot go direct has a descriptor of its own
    tail=$("$TIDEMILL" facts "$target" | grep -c 'in effect: yes') || true
    [ "$(column end.h5 phases/01_write/ranks syncs)" -eq $((1 + tail)) ]
    "$TIDEMILL" run --quiet --size 1m --buffer-size 64k --phases write --fsync never \
        --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks syncs)" -eq 0 ]
}

@test "--preallocate gives files their blocks, or says that the file system cannot" {
    "$TIDEMILL" run --quiet --size 1m --phases write --preallocate --result r.h5 "$target"
    if [ "$(column r.h5 phases/01_write/ranks preallocated_bytes)" -ne 1048576 ]; then
        [[ $(attribute r.h5 phases/01_write not_granted) == *'not preallocated'* ]]
    fi
}

@test "--direct require names the alignment and the next good size" {
    need_direct
    refused "--buffer-size 3906KiB" "$TIDEMILL" run --direct require --buffer-size 4MB "$target"
    refused "multiples of 512" "$TIDEMILL" run --direct require --buffer-size 100 "$target"
    refused "use '--size " "$TIDEMILL" run --direct require --size 10000001 "$target"
}

@test "under prefer the unaligned requests alone go buffered, and are counted" {
    need_direct
    "$TIDEMILL" run --quiet --size 10000001 --buffer-size 64k --verify --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write direct_in_effect)" = yes ]
    [ "$(column r.h5 phases/01_write/ranks unaligned_requests)" -eq 1 ]
    [ "$(column r.h5 phases/01_write/ranks buffered_bytes)" -le 65536 ]
}

@test "a direct write is backed by what the kernel counts and by the page cache" {
    need_direct
    "$TIDEMILL" run --quiet --size 8m --phases write --direct require --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks device_written_bytes)" -ge 8388608 ]
    [ "$(column r.h5 phases/01_write/ranks sampled_pages)" -gt 0 ]
    [ "$(column r.h5 phases/01_write/ranks cached_pages)" -eq 0 ]
    "$TIDEMILL" run --quiet --size 8m --phases write --direct never --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks cached_pages)" -gt 0 ]
}

@test "--uncached leaves nothing in the page cache, or says that it cannot" {
    "$TIDEMILL" run --quiet --size 8m --uncached --verify --result r.h5 "$target"
    if "$TIDEMILL" facts "$target" | grep -q 'uncached  *yes'; then
        [ "$(attribute r.h5 phases/01_write uncached)" = yes ]
        [ "$(column r.h5 phases/01_write/ranks cached_pages)" -eq 0 ]
        "$TIDEMILL" report r.h5 | grep -q 'uncached (RWF_DONTCACHE)'
    else
        [ "$(attribute r.h5 phases/01_write uncached)" = no ]
        [[ $(attribute r.h5 phases/01_write not_granted) == *RWF_DONTCACHE* ]]
    fi
}

@test "--cache drop makes a buffered read cold, and the label says what was found" {
    [[ $(stat -f -c %T "$target") != tmpfs ]] || skip "memory is never cold"
    "$TIDEMILL" run --quiet --size 8m --direct never --cache drop --result cold.h5 "$target"
    [[ $(attribute cold.h5 phases/02_read cache) == cold:* ]]
    [ "$(column cold.h5 phases/02_read/ranks cached_before_pages)" -eq 0 ]
    [ "$(column cold.h5 phases/02_read/ranks device_read_bytes)" -ge 8388608 ]
    [[ $(advice cold.h5) != *cached-reads* ]]
    "$TIDEMILL" run --quiet --size 8m --direct never --result warm.h5 "$target"
    # the kernel may have taken some pages back meanwhile
    [[ $(attribute warm.h5 phases/02_read cache) =~ ^may\ be\ cached.*\;\ ([0-9]+)\ of\ 2048\ sampled ]]
    [ "${BASH_REMATCH[1]}" -gt 20 ]
    [[ $(advice warm.h5) == *cached-reads* ]]
    "$TIDEMILL" run --quiet --size 8m --direct never --cache keep --result keep.h5 "$target"
    [ "$(column keep.h5 phases/02_read/ranks sampled_before_pages)" -eq 0 ]
}

@test "in memory 'auto' takes plain calls, and nothing is called direct" {
    [ -d /dev/shm ] || skip "no /dev/shm here"
    mkdir /dev/shm/tidemill-test.$$
    "$TIDEMILL" run --quiet --size 4m --uncached --result r.h5 /dev/shm/tidemill-test.$$
    rmdir /dev/shm/tidemill-test.$$
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [ "$(attribute r.h5 phases/01_write direct_in_effect)" = no ]
    [ "$(attribute r.h5 phases/01_write uncached)" = no ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == *memory* ]]
}

@test "io_uring off on all ranks: 'uring' refuses with the cause, 'auto' goes on and says so" {
    need_strace
    refused "older than 5.1" without_uring ENOSYS "$TIDEMILL" run --engine uring --size 1m "$target"
    refused "seccomp" without_uring EPERM "$TIDEMILL" run --engine uring --size 1m "$target"
    refused "needs io_uring" without_uring ENOSYS \
        "$TIDEMILL" run --fixed-buffers require --size 1m "$target"
    without_uring ENOSYS "$TIDEMILL" run --quiet --size 1m --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == *'io_uring is not there'* ]]
    [[ $(advice r.h5) == *fallback-engine* ]]
}

# What the kernel says under sysctl kernel.io_uring_disabled, on this machine's view of it alone.
# switched_off VALUE ERRNO_OF_SETUP COMMAND...
switched_off() {
    # shellcheck disable=SC2016 # expanded inside
    unshare -m --propagation private bash -c '
        echo "$1" >"$0"
        mount --bind "$0" /proc/sys/kernel/io_uring_disabled || exit 77
        shift
        exec "$@"' "$work/out.sysctl" "$1" "${@:2}"
}

@test "io_uring off by sysctl: refused with its name and value, 'auto' goes on and says so" {
    need_strace
    [ -e /proc/sys/kernel/io_uring_disabled ] || skip "this kernel has no such sysctl"
    touch "$work/out.sysctl"
    switched_off 2 true 2>/dev/null || skip "no mount namespace can be made here"
    off() { ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 switched_off "$1" strace -f -qq -o /dev/null \
        -e trace=io_uring_setup -e inject=io_uring_setup:error=EPERM "$TIDEMILL" "${@:2}"; }
    for value in 1 2; do
        apart off $value run --engine uring --size 1m "$target"
        [ "$status" -eq 2 ]
        [ "$(grep -c "switched off by sysctl kernel.io_uring_disabled=$value" "$err")" -eq 1 ]
        off $value run --quiet --size 1m --result $value.h5 "$target"
        [ "$(attribute $value.h5 phases/01_write engine_used)" = pwrite ]
        [[ $(attribute $value.h5 phases/01_write engine_reason) == *io_uring_disabled=$value* ]]
        [ "$(column $value.h5 environment/nodes uring_disabled)" -eq $value ]
    done
}

# Rank 1 of 3 has no io_uring.
some_without() {
    mpirun -q --oversubscribe --bind-to none -n 1 "$TIDEMILL" "$@" : \
        -n 1 env ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0" \
        strace -f -qq -o /dev/null -e trace=io_uring_setup \
        -e inject=io_uring_setup:error=EPERM "$TIDEMILL" "$@" : -n 1 "$TIDEMILL" "$@"
}

@test "io_uring off on one rank: one engine for all, and the rank is named" {
    need_strace
    need_uring
    refused "1 of 3 ranks" some_without run --engine uring --size 1m "$target"
    some_without run --quiet --size 3m --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write engine_used)" = pwrite ]
    [[ $(attribute r.h5 phases/01_write engine_reason) == '1 of 3 ranks'* ]]
}

# An ordinary user who may lock 64 KiB, which is less than any pool.
with_little_memlock() {
    prlimit --memlock=65536:65536 setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock \
        --reuid 65534 --regid 65534 --clear-groups "$@"
}

@test "memlock 64 KiB without CAP_IPC_LOCK: told, and refused when required" {
    [ "$(id -u)" -eq 0 ] || skip "only root can become somebody else"
    need_uring
    chmod 755 "$work"
    chmod 777 "$target"
    with_little_memlock test -x "$TIDEMILL" -a -w "$target" || skip "nobody cannot reach the files"
    with_little_memlock true || skip "setpriv cannot drop the capability here"
    export TMPDIR=$target
    cd "$target"
    with_little_memlock "$TIDEMILL" run --quiet --size 4m --depth 4 --result r.h5 "$target"
    [ "$(attribute r.h5 phases/01_write buffers_fixed)" = no ]
    [[ $(attribute r.h5 phases/01_write not_granted) == *'ulimit -l'*'64.0 KiB'* ]]
    apart with_little_memlock "$TIDEMILL" run --size 4m --depth 4 --fixed-buffers require "$target"
    [ "$status" -eq 2 ]
    grep -q 'raise it' "$err"
}

@test "eight ranks share one memlock limit and decide alike" {
    [ "$(id -u)" -eq 0 ] || skip "only root can become somebody else"
    need_uring
    chmod 755 "$work"
    chmod 777 "$target"
    cd "$target"
    export TMPDIR=$target HOME=$target
    limited() {
        prlimit --memlock=8388608:8388608 setpriv --bounding-set=-ipc_lock --inh-caps=-ipc_lock \
            --reuid 65534 --regid 65534 --clear-groups mpirun -q -n "$1" --oversubscribe \
            --bind-to none "$TIDEMILL" "${@:2}"
    }
    limited 1 run --quiet --dry-run --size 8m "$target" >/dev/null || skip "nobody cannot run it"
    # one rank's pool fits: 4 buffers and a bit for its rings
    limited 1 run --quiet --size 8m --buffer-count 4 --depth 3 --result one.h5 "$target"
    [ "$(attribute one.h5 phases/01_write buffers_fixed)" = yes ]
    limited 8 run --quiet --size 8m --buffer-count 4 --depth 3 --result eight.h5 "$target"
    [ "$(attribute eight.h5 phases/01_write buffers_fixed)" = no ]
    [ "$(attribute eight.h5 phases/01_write ranks_without)" -eq 8 ]
    [[ $(attribute eight.h5 phases/01_write not_granted) == *'8 ranks of a node'* ]]
}

@test "no huge pages: told, and refused when required" {
    command -v python3 >/dev/null || skip "no python3 here"
    without_huge() { # a child that the kernel gives no transparent ones
        /usr/bin/python3 -c 'import ctypes, os, sys
if ctypes.CDLL(None).prctl(41, 1, 0, 0, 0): sys.exit(77)
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
    }
    without_huge true || skip "huge pages cannot be kept back here"
    [ "$(cat /proc/sys/vm/nr_hugepages 2>/dev/null || echo 0)" -eq 0 ] || skip "some are set aside"
    refused "not in huge pages" without_huge "$TIDEMILL" run --size 4m --huge-pages require "$target"
    without_huge "$TIDEMILL" run --quiet --size 4m --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks pool_small_bytes)" -gt 0 ]
    [ "$(column r.h5 phases/01_write/ranks pool_transparent_bytes)" -eq 0 ]
    [[ $(attribute r.h5 phases/01_write not_granted) == *'not in huge pages'* ]]
    "$TIDEMILL" run --quiet --size 4m --huge-pages never --result never.h5 "$target"
    [ "$(column never.h5 phases/01_write/ranks pool_transparent_bytes)" -eq 0 ]
    [ -z "$(attribute never.h5 phases/01_write not_granted)" ]
}

@test "two lanes, each on its processor (a machine with two nodes is pretended)" {
    [ "$(nproc)" -ge 2 ] || skip "one processor"
    export HWLOC_SYNTHETIC='numa:2 core:1 pu:1' HWLOC_THISSYSTEM=1
    "$TIDEMILL" run --quiet --size 8m --buffer-size 64k --writers 2 --producers 2 --verify \
        --result r.h5 "$target"
    [ "$(column r.h5 phases/01_write/ranks lanes)" -eq 2 ]
    "$TIDEMILL" run --quiet --size 8m --writers 2 --producers 2 --numa off --result off.h5 "$target"
    [ "$(column off.h5 phases/01_write/ranks lanes)" -eq 1 ]
    unset HWLOC_SYNTHETIC HWLOC_THISSYSTEM
    "$TIDEMILL" run --quiet --size 8m --numa force --verify --result force.h5 "$target"
    [[ $(attribute force.h5 phases/01_write not_granted) != *'not bound'* ]]
}

@test "ranks with one lane each share the nodes out, and one that leaves some idle says so" {
    [ "$(nproc)" -ge 2 ] || skip "one processor"
    export HWLOC_SYNTHETIC='numa:2 core:1 pu:1' HWLOC_THISSYSTEM=1
    "$TIDEMILL" run --quiet --size 4m --writers 1 --producers 1 --result one.h5 "$target"
    [[ $(attribute one.h5 phases/01_write not_granted) == *'threads on 1 of 2 NUMA nodes'* ]]
    # no function of the shell's in between: the signal is for mpirun
    mpirun -q -n 2 --oversubscribe --bind-to none "$TIDEMILL" run --quiet --time 60 --rate 1m \
        --buffer-size 64k --writers 1 --producers 1 --phases write --result two.h5 "$target" &
    local launcher=$! cpus=''
    for _ in $(seq 200); do
        cpus=$(for rank in $(pgrep -P "$launcher"); do
            cat "/proc/$rank/task/"*/status 2>/dev/null |
                awk '$1 == "Name:" { io = $2 ~ /^tm-io/ }
                     io && $1 == "Cpus_allowed_list:" { print $2 }'
        done | sort | xargs)
        [ "$cpus" != '0 1' ] || break # a thread that was just started is not bound yet
        sleep 0.1
    done
    kill -TERM "$launcher"
    wait "$launcher" || true
    [ "$cpus" = '0 1' ]
}

@test "a depth that the engine has no use for is told" {
    "$TIDEMILL" run --quiet --size 1m --engine pwrite --depth 8 --result r.h5 "$target"
    [[ $(advice r.h5) == *depth-one* ]]
    "$TIDEMILL" run --quiet --size 1m --engine pwrite --depth 1 --result s.h5 "$target"
    [[ $(advice s.h5) != *depth-one* ]]
}

@test "more threads than processors allowed: the doubt names the options" {
    [ "$(nproc)" -ge 2 ] || skip "one processor"
    mpirun -q -n 1 --bind-to core "$TIDEMILL" run --quiet --size 4m --writers 2 --result r.h5 "$target"
    [[ $(advice r.h5) == *binding* ]]
    "$TIDEMILL" report r.h5 | tr -s ' \n' ' ' >page
    grep -q -- '--bind-to none' page
    grep -q -- '--map-by ppr:' page
}

@test "--uring-iopoll on a device that cannot: refused aloud" {
    need_direct
    "$TIDEMILL" facts "$target" | grep -q 'IOPOLL  *no' || skip "the device can be polled"
    refused "--uring-iopoll" "$TIDEMILL" run --size 4m --uring-iopoll "$target"
}

# More than one system call moves; shortened and continued, it is still one request.
@test "a request of 3 GiB is one request, on every engine" {
    local free_kib
    free_kib=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
    [ "$free_kib" -gt 9000000 ] || skip "9 GB of memory are not free"
    free_kib=$(df --output=avail -k "$target" | tail -1)
    [ "$free_kib" -gt 5000000 ] || skip "5 GB are not free on the target"
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        "$TIDEMILL" run --quiet --engine $engine --size 3g --buffer-size 3g --buffer-count 1 \
            --writers 1 --depth 1 --verify --result $engine.h5 "$target"
        for phase in 01_write 02_read; do
            [ "$(attribute $engine.h5 phases/$phase bytes)" -eq 3221225472 ]
            [ "$(attribute $engine.h5 phases/$phase requests)" -eq 1 ]
        done
    done
}

@test "depth 32768" {
    need_uring
    "$TIDEMILL" run --quiet --size 32m --buffer-size 4k --depth 32768 --writers 1 --verify "$target"
    refused "at most 32768" "$TIDEMILL" run --engine uring --depth 32769 --size 1m "$target"
}

@test "64 writers on few processors" {
    "$TIDEMILL" run --quiet --size 32m --buffer-size 16k --writers 64 --layout writer --verify "$target"
    "$TIDEMILL" run --quiet --size 32m --buffer-size 16k --writers 64 --layout shared --verify "$target"
}

@test "RLIMIT_FSIZE in the middle of a write: exact bytes, one line, exit 1" {
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        # above what the launcher's own files take
        apart prlimit --fsize=20000000 "$TIDEMILL" run --engine $engine --writers 1 --depth 1 \
            --buffer-size 64k --size 32m --phases write --layout shared --keep --result $engine.h5 \
            "$target"
        [ "$status" -eq 1 ]
        [ "$(grep -c 'File too large' "$err")" -eq 1 ]
        # whole requests below the limit were acknowledged
        [ "$(attribute $engine.h5 phases/01_write bytes)" -eq $((20000000 / 65536 * 65536)) ]
        rm -rf "${target:?}"/*
    done
}

@test "tmpfs that fills: every engine says so, with exact bytes" {
    [ "$(id -u)" -eq 0 ] || skip "only root can mount a small file system"
    unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
    for engine in pwrite pwritev uring; do
        [ $engine != uring ] || need_uring
        # shellcheck disable=SC2016 # expanded inside
        apart unshare -m --propagation private bash -c '
            mount -t tmpfs -o size=8m none "$1" || exit 77
            "$2" run --engine "$3" --size 64m --force --phases write --writers 1 --depth 1 \
                --buffer-size 64k --result "$3.h5" "$1"' - "$target" "$TIDEMILL" $engine
        [ "$status" -ne 77 ] || skip "no tmpfs can be mounted here"
        [ "$status" -eq 1 ]
        [ "$(grep -c 'No space left on device' "$err")" -eq 1 ]
        [ "$(attribute $engine.h5 phases/01_write bytes)" -le 8388608 ]
        [ "$(attribute $engine.h5 phases/01_write bytes)" -ge 7340032 ]
    done
}

@test "a storm of signals during a write loses no byte" {
    command -v gcc >/dev/null || skip "no compiler here"
    cat >storm.c <<'C'
#define _GNU_SOURCE
#include <signal.h>
#include <time.h>
#include <unistd.h>
static void nothing(int number) { (void)number; }
__attribute__((constructor)) static void start(void)
{
    struct sigaction action = {.sa_handler = nothing};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
    struct itimerspec often = {{0, 1000000}, {0, 1000000}};
    timer_t timer;
    sigaction(SIGRTMIN, &action, 0);
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &often, 0);
}
C
    gcc -shared -fPIC -o storm.so storm.c
    for engine in uring pwrite pwritev; do
        [ $engine != uring ] || need_uring
        ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0 LD_PRELOAD=$work/storm.so \
            "$TIDEMILL" run --quiet --engine $engine --size 64m --rate 64m \
            --verify "$target"
    done
}

@test "explicit huge pages hold the whole pool where some are set aside" {
    [ "$(id -u)" -eq 0 ] || skip "only root can set huge pages aside"
    cat /proc/sys/vm/nr_hugepages >"$work/nr_hugepages" # for teardown
    echo $(($(<"$work/nr_hugepages") + 16)) >/proc/sys/vm/nr_hugepages ||
        skip "no huge pages can be set aside here"
    local free
    for _ in 1 2 3 4 5; do # other runs on this machine may take them in between
        free=$(awk '/HugePages_Free/ { print $2 }' /proc/meminfo)
        run "$TIDEMILL" run --quiet --size 16m --buffer-size 1m --buffer-count 8 --depth 4 \
            --writers 1 --producers 1 --huge-pages require --verify --result huge.h5 \
            --overwrite "$target"
        [ "$status" -ne 0 ] || [ "$(column huge.h5 phases/01_write/ranks pool_small_bytes)" -ne 0 ] ||
            break
    done
    [ "$free" -ge 4 ] || skip "the kernel found only $free huge pages"
    [ "$status" -eq 0 ]
    [ "$(column huge.h5 phases/01_write/ranks pool_hugetlb_bytes)" -ge 8388608 ]
    [ "$(column huge.h5 phases/01_write/ranks pool_small_bytes)" -eq 0 ]
}
