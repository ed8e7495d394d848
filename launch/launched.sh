# shellcheck shell=bash disable=SC2154,SC2317 # 'script' and 'run_arguments'; traps call pass_on
# Sourced by hosts.sh and slurm.sbatch: runs mpirun or srun, repeats what matters of their messages in
# one line each, passes signals on, and ends with an exit code of tidemill.
#
# Functions use 'script' (the name in messages) and 'run_arguments' (those of tidemill run).

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
        report_cleanup
    elif [[ $message =~ 'unable to reliably start one or more daemons' ]]; then
        report "mpirun's daemon on a host did not start, or was lost: check the host, ssh and PATH there"
        report_cleanup
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

# Reads what the launcher and tidemill print on standard error, and repeats it.
repeat_lines() {
    local line block='' words='' inside=
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
        elif [[ ! $line =~ 'plm:rsh: Warning: setpgid'|^[0-9]+' total processes '|'mpirun: Forwarding signal' ]]; then
            printf '%s\n' "$line" >&2
        fi
    done
    printf '%s' "$block" >&2
}

# launch COMMAND...: never returns. A first SIGINT or SIGTERM is passed on as SIGUSR1: mpirun would kill
# its ranks a second after it, and passes SIGUSR1 to them. A second one is passed on as SIGTERM.
launch() {
    local child='' lines signalled='' code early=''
    notes=$(mktemp -d "${TMPDIR:-/tmp}/tidemill-launch.XXXXXX") || exit 1
    started=$notes/started refused=$notes/refused
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
    [ -z "$early" ] || kill -USR1 "$child"
    # A trapped signal ends "wait" early.
    while :; do
        wait "$child" && code=0 || code=$?
        [ -n "$signalled" ] || break
        signalled=
    done
    wait "$lines" || true
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
