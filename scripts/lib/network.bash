# Links between processes that can be cut, silenced and healed; sourced by scripts/chaos. A link is a forwarder (socat) on a
# loopback port of its own, in a process group of its own. shellcheck shell=bash
# shellcheck disable=SC2154

declare -A link_port=() link_target=() link_cuts=() link_silences=()

# make_link NAME PORT: a link to what listens on a loopback port; clients use ${link_port[NAME]}.
make_link() {
    link_port[$1]=$(free_port)
    link_target[$1]=$2
    link_cuts[$1]=0
    link_silences[$1]=0
    open_link "$1"
    wait_until 5 listening "${link_port[$1]}" || die "chaos: socat does not listen for the link $1"
}

open_link() {
    start "$1" "$data/logs/links.log" socat \
        "TCP4-LISTEN:${link_port[$1]},bind=127.0.0.1,reuseaddr,fork,backlog=64,nodelay" "TCP4:127.0.0.1:${link_target[$1]},nodelay"
}

# Makes a link be as the interruptions want it that are on it at this moment: several may overlap.
adjust_link() {
    local link=$1 pid=
    pid=$(pid_of "$link") || true
    if ((link_cuts[$link] > 0)); then
        [[ -z $pid ]] || kill_group "$link"
        return
    fi
    if [[ -z $pid ]]; then
        open_link "$link"
        pid=$(pid_of "$link")
    fi
    if ((link_silences[$link] > 0)); then
        # A connection that is being accepted just then would escape: the second time hits its forwarder.
        kill -STOP -- "-$pid" 2>/dev/null || true
        kill -STOP -- "-$pid" 2>/dev/null || true
    else
        kill -CONT -- "-$pid" 2>/dev/null || true
    fi
}

# interrupt_link cut|silence LINK, and its end.
interrupt_link() {
    if [[ $1 == cut ]]; then link_cuts[$2]=$((link_cuts[$2] + 1)); else link_silences[$2]=$((link_silences[$2] + 1)); fi
    adjust_link "$2"
}
heal_link() {
    if [[ $1 == cut ]]; then link_cuts[$2]=$((link_cuts[$2] - 1)); else link_silences[$2]=$((link_silences[$2] - 1)); fi
    adjust_link "$2"
}

link_is_open() { ((link_cuts[$1] == 0 && link_silences[$1] == 0)); }

# Prints how many bytes the connections that a link has now have carried, in both directions.
link_traffic() {
    local pid child sum=0 name value
    pid=$(pid_of "$1") || { echo 0 && return; }
    for child in $(pgrep -P "$pid"); do
        while read -r name value; do
            if [[ $name == rchar: ]]; then sum=$((sum + value)); fi
        done 2>/dev/null <"/proc/$child/io" || true
    done
    echo "$sum"
}
