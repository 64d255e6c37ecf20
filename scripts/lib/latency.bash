# Measures mailings over one connection with a round trip in between; sourced by scripts/bench. Sender and receiver stand in
# network namespaces of their own, and nothing leaves these. shellcheck shell=bash
# shellcheck disable=SC2154

sender=postrider-$$-sender receiver=postrider-$$-receiver
# What delays packets: netem, or scripts/lib/delay.py where the kernel has no netem.
delayed_by=

in_sender() { ip netns exec "$sender" "$@"; }
in_receiver() { ip netns exec "$receiver" "$@"; }

make_namespaces() {
    ((EUID == 0)) || die "bench: --latency makes network namespaces, which only root may: sudo scripts/bench --latency"
    local space
    for space in "$sender" "$receiver"; do
        ip netns add "$space" || die "bench: network namespaces cannot be made here"
        ip -n "$space" link set lo up
    done
    if in_sender tc qdisc add dev lo root netem delay 1ms 2>/dev/null; then
        in_sender tc qdisc del dev lo root
        delayed_by=netem
    else
        delayed_by=scripts/lib/delay.py
    fi
}

# Called at the end, whatever the end was; processes are stopped before.
remove_namespaces() {
    local space
    for space in "$sender" "$receiver"; do ip netns del "$space" 2>/dev/null || true; done
}

line_is_ready() { grep -q ready "$work/line.log"; }

# open_path MS: the sender, 192.0.2.1, reaches the receiver, 192.0.2.2, with a round trip of so many milliseconds.
open_path() {
    local half device
    half=$(awk -v ms="$1" 'BEGIN { print ms / 2 }')
    if [[ $delayed_by == netem ]]; then
        ip link add path netns "$sender" type veth peer name path netns "$receiver"
    else
        : >"$work/line.log"
        start line "$work/line.log" python3 scripts/lib/delay.py "pr$$a" "pr$$b" "$half"
        wait_until 10 line_is_ready || die "bench: scripts/lib/delay.py does not work: $(tail -n 1 "$work/line.log")"
        device=pr$$a && ip link set "$device" netns "$sender" name path
        device=pr$$b && ip link set "$device" netns "$receiver" name path
    fi
    ip -n "$sender" addr add 192.0.2.1/30 dev path
    ip -n "$receiver" addr add 192.0.2.2/30 dev path
    ip -n "$sender" link set path txqueuelen 100000 up
    ip -n "$receiver" link set path txqueuelen 100000 up
    if [[ $delayed_by == netem && $1 != 0 ]]; then
        in_sender tc qdisc add dev path root netem delay "${half}ms" limit 100000
        in_receiver tc qdisc add dev path root netem delay "${half}ms" limit 100000
    fi
}

close_path() {
    if [[ $delayed_by == netem ]]; then ip -n "$sender" link del path; else stop line; fi
}

# How many messages a case gets: enough to measure, and in about ten seconds.
count_of() {
    local n=$count most
    case $1 in
    stepwise) n=$(($2 == 0 ? 5000 : 2500 / $2)) most=5000 ;;
    grouped) n=$(($2 == 0 ? 10000 : 10000 / $2)) most=10000 ;;
    chunked) most=$count ;;
    esac
    n=$((n < most ? n : most))
    n=$((n < count ? n : count))
    echo $((n < 20 ? 20 : n))
}

mailing_is_finished() {
    in_sender curl -fsS -H "Authorization: Bearer $token" "$api/api/v1/campaigns/$1" | grep -q '"state" *: *"finished"'
}
receiver_listens() { in_receiver bash -c 'exec 3<>/dev/tcp/192.0.2.2/2525'; }
worker_lives() { (($(in_sender "$postrider" queue status --format json | jq '.workers | length') == 1)); }

# measure_case stepwise|grouped|chunked MS: appends a line of JSON to $work/cases.
measure_case() {
    local conversation=$1 round_trip=$2 name=$1-$2 n from to sent cpu
    local without=()
    case $conversation in
    stepwise) without=(--without 'PIPELINING,CHUNKING') ;;
    grouped) without=(--without CHUNKING) ;;
    esac
    n=$(count_of "$conversation" "$round_trip")
    note "$conversation, $round_trip ms: $n messages over one connection"
    start receiver "$data/receiver.log" ip netns exec "$receiver" "$postrider" simulator --listen 192.0.2.2:2525 --discard \
        "${without[@]}"
    wait_until 10 receiver_listens || die "bench: the receiver does not listen"
    head -n $((n + 1)) "$work/contacts.csv" >"$work/part.csv"
    in_sender "$postrider" contacts import "$work/part.csv" --list "$name" >/dev/null
    in_sender "$postrider" licences add "$n" >/dev/null
    in_sender "$postrider" campaign create "$name" --list "$name" --from 'Bench <bench@postrider.example>' \
        --subject 'Points for {{first_name}}' --text "$work/message.txt" >/dev/null
    bytes=$(in_sender "$postrider" campaign preview "$name" --contact ok.1@site1.example | wc -c)
    start worker "$data/worker.log" ip netns exec "$sender" "$postrider" worker --data "$data" --name worker \
        --relay smtp://192.0.2.2:2525 --connections 1
    wait_until 15 worker_lives || die "bench: the worker did not register"
    cpu=$(cpu_seconds "$(pid_of worker)")
    from=$EPOCHREALTIME
    in_sender "$postrider" campaign start "$name" >/dev/null
    wait_until 600 mailing_is_finished "$name" || die "bench: the mailing did not finish within ten minutes"
    to=$EPOCHREALTIME
    cpu=$(seconds_between "$cpu" "$(cpu_seconds "$(pid_of worker)")")
    sent=$(in_sender "$postrider" campaign stats "$name" --format json | jq '.mailings[0].outcomes.Sent')
    ((sent == n)) || die "bench: only $sent of $n contacts are Sent"
    stop worker
    stop receiver
    jq -nc --arg conversation "$conversation" --argjson ms "$round_trip" --argjson n "$n" --argjson cpu "$cpu" \
        --argjson seconds "$(seconds_between "$from" "$to")" '{ conversation: $conversation, roundTripMilliseconds: $ms,
            messages: $n, seconds: $seconds, messagesPerSecond: ($n / $seconds), workerCPUSecondsPer1000: ($cpu * 1000 / $n) }' \
        >>"$work/cases"
}

bench_latency() {
    local conversation ms bytes=0
    make_namespaces
    make_input
    data=$work/latency
    mkdir "$data"
    export POSTRIDER_DATA=$data
    start coordinator "$data/coordinator.log" ip netns exec "$sender" "$postrider" coordinator --data "$data" \
        --listen 127.0.0.1:0
    wait_until 30 in_sender "$postrider" queue status || die "bench: the coordinator does not answer"
    api=$(<"$data/address")
    token=$(<"$data/token")
    for ms in 0 "$latency"; do
        open_path "$ms"
        for conversation in stepwise grouped chunked; do measure_case "$conversation" "$ms"; done
        close_path
    done
    jq -s --argjson bytes "$bytes" --argjson cores "$(nproc)" --arg delayed "$delayed_by" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" '{
            machine: { cores: $cores, cpu: $cpu }, delayedBy: $delayed, messageBytes: $bytes, cases: .,
            ratios: (group_by(.conversation) | map({
                key: .[0].conversation,
                value: ((map(select(.roundTripMilliseconds > 0))[0].messagesPerSecond)
                    / (map(select(.roundTripMilliseconds == 0))[0].messagesPerSecond)) }) | from_entries) }' \
        "$work/cases" >"$work/latency.json"
    if [[ $format == json ]]; then
        jq . "$work/latency.json" >&4
        return
    fi
    jq -r --arg ms "$latency" '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def right(n): tostring | " " * ([n - length, 0] | max) + .;
        def rate(name; ms): .cases[] | select(.conversation == name and .roundTripMilliseconds == ms)
            | .messagesPerSecond | if . < 100 then fixed(1) else fixed(0) end;
        def row(title; name): "  " + (title | . + " " * (34 - length)) + (rate(name; 0) | right(8))
            + (rate(name; $ms | tonumber) | right(12)) + ("\(.ratios[name] * 100 | fixed(1)) %" | right(12));
        "One connection, \(.messageBytes) bytes a message; \(.machine.cores) cores (\(.machine.cpu)); delayed by \(.delayedBy)",
        "",
        "  messages/s, round trip" + ("0 ms" | right(20)) + ("\($ms) ms" | right(12)) + ("of it" | right(12)),
        row("one command at a time"; "stepwise"), row("PIPELINING"; "grouped"), row("BDAT"; "chunked")' \
        "$work/latency.json" >&4
}
