# Shared by the scripts in this folder; sourced, never run. shellcheck shell=bash

# Numbers with a decimal point and text in byte order, wherever this runs.
export LC_ALL=C.UTF-8

if [[ -t 1 && ${TERM:-dumb} != dumb && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
    bold='' dim='' green='' red='' plain=''
fi

# A heading of what comes next.
headline() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s   %s%s\n' "$dim" "$*" "$plain"; }
passed() { printf '   %sok%s  %s\n' "$green" "$plain" "$*"; }
failed() { printf '   %sNO%s  %s\n' "$red" "$plain" "$*"; }
warn() { printf '%s\n' "$@" >&2; }
die() {
    printf '%s%s%s\n' "$red" "$1" "$plain" >&2
    shift
    (($# == 0)) || printf '%s\n' "$@" >&2
    exit 1
}

# Prints the comment block at the head of a script, without the shebang line.
usage() { sed -n '2,/^[^#]/{/^#/!q;s/^# \{0,1\}//;p}' "$1"; }

# A loopback port on which nobody listens.
free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 12000))
        listening "$port" || break
    done
    echo "$port"
}

# Whether something accepts connections on a loopback port.
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# wait_until SECONDS COMMAND…: asks ten times a second; fails when the time is over.
wait_until() {
    local tries=$(($1 * 10))
    shift
    while ((tries-- > 0)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    return 1
}

# What this script started: names and process ids, in order.
started_names=()
started_pids=()

# start NAME LOGFILE COMMAND…: runs it in the background and remembers it. Ctrl-C reaches this script only: a child in its
# own process group is stopped by stop_all, in the right order.
start() {
    local name=$1 log=$2
    shift 2
    set -m
    "$@" </dev/null >>"$log" 2>&1 &
    started_names+=("$name")
    started_pids+=("$!")
    set +m
}

is_running() { kill -0 "$1" 2>/dev/null; }

# The process id of what was started under a name (the last one, if several).
pid_of() {
    local i
    for ((i = ${#started_names[@]} - 1; i >= 0; i--)); do
        [[ ${started_names[i]} == "$1" ]] && echo "${started_pids[i]}" && return
    done
    return 1
}

# stop NAME [SECONDS]: asks one process to end, waits, and kills it only if it does not.
stop() {
    local i pid
    for i in "${!started_names[@]}"; do
        [[ ${started_names[i]} == "$1" ]] || continue
        pid=${started_pids[i]}
        unset "started_names[i]" "started_pids[i]"
        is_running "$pid" || continue
        kill -TERM "$pid" 2>/dev/null || true
        if ! wait_until "${2:-30}" eval "! kill -0 $pid"; then
            warn "$1 (pid $pid) did not stop in time and was killed"
            kill -KILL "$pid" 2>/dev/null || true
        fi
        wait "$pid" 2>/dev/null || true
    done
    # Close the gaps that unset leaves.
    started_names=("${started_names[@]}")
    started_pids=("${started_pids[@]}")
}

# kill_group NAME: ends a process and its children at once, in whatever state they are.
kill_group() {
    local i pid
    for i in "${!started_names[@]}"; do
        [[ ${started_names[i]} == "$1" ]] || continue
        pid=${started_pids[i]}
        unset "started_names[i]" "started_pids[i]"
        kill -KILL -- "-$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    started_names=("${started_names[@]}")
    started_pids=("${started_pids[@]}")
}

# Stops everything that was started, the newest first.
stop_all() {
    local i
    for ((i = ${#started_names[@]} - 1; i >= 0; i--)); do
        [[ -n ${started_names[i]:-} ]] && stop "${started_names[i]}" 30
    done
}

# Builds the release binary, unless POSTRIDER names one, and leaves its path in $postrider. Settings of the caller's own
# Postrider must not reach the processes of a script.
build_postrider() {
    local setting
    for setting in "${!POSTRIDER_@}"; do unset "$setting"; done
    if [[ -n ${POSTRIDER:-} ]]; then
        postrider=$POSTRIDER
    else
        note "swift build -c release --product postrider (several minutes the first time)"
        swift build -c release --product postrider </dev/null
        postrider=$(swift build -c release --show-bin-path </dev/null)/postrider
    fi
    [[ -x $postrider ]] || die "there is no executable at $postrider"
}
