# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317 # 'script' and 'run_arguments'; traps call pass_on
# Sourced by hosts.sh and slurm.sbatch: runs mpirun or srun, repeats what matters of their messages in
# one line each, passes signals on, and ends with an exit code of tidemill.
#
# Functions use 'script' (the name in messages), 'run_arguments' (those of tidemill run), and 'hosts'
# (names of a host file; empty under Slurm).

# report TEXT...
report() {
    echo "$script: $*" >&2
}

# Prints how to remove the files of a run that was killed.
report_cleanup() {
    local result='' word
    for word in "${run_arguments[@]}"; do
        [ "$word" != --keep ] || return 0
        [ "$result" != next ] || result=$word
        case $word in
        --result) result=next ;;
        --result=*) result=${word#--result=} ;;
        esac
    done
    if [ -z "$result" ]; then
        result=$(find results -maxdepth 1 -name 'tidemill-*.h5' -newer "$started" 2>/dev/null | tail -n 1)
    fi
    [ ! -f "$result" ] || report "data files may remain: tidemill run --cleanup $result"
}

# After the loss of a daemon mpirun ends with any code, and sometimes not at all.
end_after_loss() {
    report_cleanup
    touch "$lost"
    (
        sleep 10 # the folder goes when mpirun has ended
        [ ! -e "$notes/child" ] || kill -TERM "$(<"$notes/child")"
        sleep 5
        [ ! -e "$notes/child" ] || kill -KILL "$(<"$notes/child")"
    ) >/dev/null 2>&1 &
}

# The command that mpirun starts its daemons with, as words in 'agent'.
find_agent() {
    local value choice
    value=${OMPI_MCA_plm_rsh_agent:-$(ompi_info --param plm rsh --level 9 --parsable 2>/dev/null |
        sed -n 's/^mca:plm:rsh:param:plm_rsh_agent:value:"*\([^"]*\)"*$/\1/p')}
    IFS=: read -ra choice <<<"${value:-ssh}"
    for value in "${choice[@]}"; do
        read -ra agent <<<"$value"
        ! command -v "${agent[0]}" >/dev/null || break
    done
    [ "${agent[0]##*/}" != ssh ] || agent+=(-o BatchMode=yes -o ConnectTimeout=10)
}

is_this_host() {
    local address
    case $1 in localhost | 127.* | ::1 | "$(hostname)" | "$(hostname -s)") return 0 ;; esac
    for address in $(getent ahosts "$1" | awk '{ print $1 }' | sort -u); do
        [[ " $(hostname -I) 127.0.0.1 ::1 " != *" $address "* ]] || return 0
    done
    return 1
}

# One host of the file: prints its name and why no daemon can start there, if none can.
probe_host() {
    local orted=orted
    ! is_this_host "$1" || return 0
    if ompi_info 2>/dev/null | grep -q -- --enable-orterun-prefix-by-default; then
        orted=$(dirname "$(command -v mpirun)")/orted
    fi
    if ! timeout -k 5 15 "${agent[@]}" "$1" true </dev/null >/dev/null 2>&1; then
        echo "$1 (no answer)"
    elif ! timeout -k 5 15 "${agent[@]}" "$1" "$orted --help" </dev/null 2>&1 | grep -q "Open RTE"; then
        echo "$1 ($orted does not run)"
    fi
}

# Names the hosts without a daemon: mpirun does not, so each host is tried once more. Under Slurm, srun
# has named them.
report_unstarted() {
    local name number agent places='on a host'
    for number in "${!hosts[@]}"; do
        [ "$number" -gt 0 ] || find_agent
        probe_host "${hosts[number]}" >"$notes/host.$number" &
    done
    wait
    for number in "${!hosts[@]}"; do
        name=$(<"$notes/host.$number")
        [ -z "$name" ] || unstarted+=("$name")
    done
    if [ "${#unstarted[@]}" -gt 0 ]; then
        places="on $(printf '%s, ' "${unstarted[@]:0:8}")" places=${places%, }
        [ "${#unstarted[@]}" -le 8 ] || places+=" and $((${#unstarted[@]} - 8)) more"
    fi
    report "mpirun's daemon did not start $places, or was lost: check the host, ssh and PATH there"
    end_after_loss
}

# One of mpirun's messages, which it prints between lines of dashes. Exit code 1: unknown.
report_message() {
    local message=$1
    if [[ $message =~ 'process rank '([0-9]+)' with PID '[0-9]+' on node '([^ ]+)' exited on signal '([0-9]+) ]]; then
        report "rank ${BASH_REMATCH[1]} on ${BASH_REMATCH[2]} was killed by signal ${BASH_REMATCH[3]}"
        report_cleanup
    elif [[ $message =~ 'not enough slots available in the system to satisfy the '([0-9]+) ]]; then
        report "not enough slots for ${BASH_REMATCH[1]} ranks: write 'slots=N' in the host file, or use -n RANKS"
        touch "$refused"
    elif [[ $message =~ 'lost communication with a remote daemon' ]]; then
        local name=' on node '
        [[ $message =~ 'Remote daemon: '.*' on node '([^ ]+) ]] && name+=${BASH_REMATCH[1]} || name=
        report "lost the connection to mpirun's daemon$name: the host or its network failed"
        end_after_loss
    elif [[ $message =~ 'unable to reliably start one or more daemons' ||
        $message =~ 'ORTE daemon has unexpectedly failed after launch' ]]; then
        [ -e "$lost" ] || report_unstarted
    elif [[ $message =~ 'unable to find the specified executable file'.*'Node: '+([^ ]+) ]]; then
        report "the program does not exist on ${BASH_REMATCH[1]}"
        touch "$refused"
    elif [[ $message =~ 'a non-zero exit code. Per user-direction'|'exited with non-zero status, thus causing' ]]; then
        : # tidemill has printed why
    elif [[ $message =~ 'does not know how to route a message'|'failed to TCP connect to a peer' ]]; then
        : # follows a lost host
    else
        return 1
    fi
}

# Lines of mpirun, and of the srun that starts its daemons, that add nothing.
chatter='plm:rsh: Warning: setpgid|^[0-9]+ total processes |: Forwarding signal|^srun: [^ ]*: _step_signal:|'
chatter+='\] [0-9]+ more process(es)? ha(s|ve) sent help message|"orte_base_help_aggregate" to 0'

# Reads what the launcher and tidemill print on standard error, and repeats it.
repeat_lines() {
    local line block='' words='' inside='' unstarted=()
    trap '' INT TERM HUP USR1 USR2 # ^C reaches this process too, and the last lines matter most
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line =~ ^-{60,}$ ]]; then
            if [ -z "$inside" ]; then
                inside=yes block='' words=''
                continue
            fi
            report_message "$words" || printf '%s' "$block" >&2
            inside='' block=''
        elif [ -n "$inside" ] && [[ $line != tidemill:* ]]; then
            block+=$line$'\n'
            words+="${line#"${line%%[! ]*}"} "
        elif [ "$launcher_name" = mpirun ] && [[ $line =~ ^'srun: error: '([^ ]+)': task '[0-9]+': '(.*)$ ]]; then
            unstarted+=("${BASH_REMATCH[1]} (${BASH_REMATCH[2]})") # mpirun's daemon on that node
        elif [[ ! $line =~ $chatter ]]; then
            printf '%s\n' "$line" >&2
        fi
    done
    printf '%s' "$block" >&2
}

# launch COMMAND...: never returns. A first SIGINT or SIGTERM is passed on as SIGUSR1: mpirun would kill
# its ranks a second after it, and passes SIGUSR1 to them. A second one is passed on as SIGTERM.
launch() {
    local child='' lines signalled='' code early=''
    launcher_name=$1
    notes=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-launch.XXXXXX") || exit 1
    started=$notes/started refused=$notes/refused lost=$notes/lost
    touch "$started"
    trap 'rm -rf -- "$notes"' EXIT
    pass_on() { # EXIT-CODE
        local signal=USR1
        [ -z "$early" ] || signal=TERM
        early=${early:-$1} signalled=yes
        [ -z "$child" ] || kill -s "$signal" "$child" 2>/dev/null
    }
    trap 'pass_on 130' INT
    trap 'pass_on 143' TERM USR1 USR2 HUP
    exec 3> >(repeat_lines)
    lines=$!
    set -m # its own process group: ^C reaches this script only
    "$@" </dev/null 2>&3 & # a background process may not read from a terminal
    child=$!
    set +m
    exec 3>&-
    echo "$child" >"$notes/child"
    [ -z "$early" ] || kill -USR1 "$child"
    # A trapped signal ends "wait" early.
    while :; do
        wait "$child" && code=0 || code=$?
        [ -n "$signalled" ] || break
        signalled=
    done
    wait "$lines" || true
    [ ! -e "$lost" ] || [ "$code" -eq 0 ] || code=1
    case $code in
    0 | 2 | 3) ;;
    *)
        if [ -n "$early" ]; then
            [ "$code" -eq 143 ] || report_cleanup
            code=$early
        elif [ -e "$refused" ]; then
            code=2
        elif [ "$code" -ne 130 ] && [ "$code" -ne 143 ]; then
            code=1
        fi
        ;;
    esac
    exit "$code"
}
