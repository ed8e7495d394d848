#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# lost_host_test.sh PROGRAM: a whole (simulated) host dies in the middle of a phase
set -u
hosts=$(dirname "$(readlink -f "$0")")/../hosts
# shellcheck source=tests/hosts/expect.sh
. "$hosts/expect.sh"
# shellcheck disable=SC2034 # expect.sh uses it
here=$hosts
if [ -z "${BOX:-}" ]; then
    need mpirun
    exec "$hosts/box.sh" 2 "$0" "$@"
fi

program=$1
cd "$BOX" || exit 1
# A dead host does not close its connections; mpirun detects it by keepalive probes.
export OMPI_MCA_oob_tcp_keepalive_time=2 OMPI_MCA_oob_tcp_keepalive_intvl=1
export OMPI_MCA_oob_tcp_keepalive_probes=2
# On a busy machine a second may be too short to save the result before mpirun kills the ranks.
export OMPI_MCA_odls_base_sigkill_timeout=5
mkdir target

# lose HOST RESULT: kills the host while four ranks on both hosts write
lose() {
    local run first outer begun code=0
    mpirun -q --host node1:2,node2:2 --bind-to none "$program" run --size 1GiB --buffer-size 256KiB \
        --rate 1MiB/s --phases write,verify --quiet --result "$2" target 2>output &
    run=$!
    await "data of all four ranks" files_with_data 4 target
    read -r first <"$1.pid"
    read -r outer <"$1.outer"
    begun=$SECONDS
    kill -KILL "$first"
    wait "$run" || code=$?
    expect "mpirun's exit code is not 0" yes "$([ "$code" -ne 0 ] && echo yes)"
    echo "it ended after $((SECONDS - begun)) s"
    # It takes some seconds; a run that does not notice takes a quarter of an hour.
    expect "it ended within a minute" yes "$([ $((SECONDS - begun)) -le 60 ] && echo yes)"
    cat output
    wait "$outer" 2>/dev/null
}

echo "--- the host of the last ranks dies"
lose node2 second.h5
expect status interrupted "$(result status second.h5)"
expect phases "01_write:interrupted" "$(result phases second.h5)"
"$program" report second.h5 >page
expect "report's exit code" 0 $?
expect "report shows it" 1 "$(grep -c '^tidemill .*INTERRUPTED' page)"
"$program" run --cleanup second.h5
expect "exit code of the cleanup" 0 $?
expect_empty target
finish
