# Measures how fast bounce messages are taken and booked; sourced by scripts/bench. Uses $work, $count, $connections and $format.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

# Builds the release binary of the sender, unless INBOUND_BENCH names one, and leaves its path in $sender.
build_sender() {
    if [[ -n ${INBOUND_BENCH:-} ]]; then
        sender=$INBOUND_BENCH
    else
        note "swift build -c release --product inbound-bench (several minutes the first time)"
        swift build -c release --product inbound-bench </dev/null
        sender=$(swift build -c release --show-bin-path </dev/null)/inbound-bench
    fi
    [[ -x $sender ]] || die "there is no executable at $sender"
}

bounced() { "$postrider" campaign stats returned --format json | jq '.mailings[0].outcomes.Bounced'; }
all_bounced() { (($(bounced) >= count)); }

# A campaign that the discarding simulator takes, then a bounce message for each contact, over $connections connections.
bench_inbound() {
    build_sender
    make_input
    data=$work/inbound
    mkdir "$data"
    export POSTRIDER_DATA=$data
    start_receiver simulator
    start coordinator "$data/coordinator.log" "$postrider" coordinator --data "$data" --listen 127.0.0.1:0
    wait_until 30 "$postrider" queue status || die "bench: the coordinator does not answer"
    api=$(<"$data/address")
    token=$(<"$data/token")
    "$postrider" contacts import "$work/contacts.csv" --list bench >/dev/null
    "$postrider" licences add "$count" >/dev/null
    create_campaign returned
    start worker "$data/worker.log" "$postrider" worker --data "$data" "${relay[@]}"
    "$postrider" campaign start returned >/dev/null
    note "sending the campaign that will bounce: $count messages" >&2
    wait_until 3600 mailing_state_is returned finished || die "bench: the mailing did not finish within an hour"
    stop worker
    stop receiver

    local inbound_port inbound coordinator redis before after from to taken
    inbound_port=$(free_port)
    start inbound "$data/inbound.log" "$postrider" inbound --data "$data" --listen "127.0.0.1:$inbound_port" \
        --domain bounce.example.org
    wait_until 10 listening "$inbound_port" || die "bench: postrider inbound does not listen"
    inbound=$(pid_of inbound) coordinator=$(pid_of coordinator) redis=$(<"$data/redis.pid")
    note "bounce messages: $count over $connections connections" >&2
    before=("$(cpu_seconds "$inbound")" "$(cpu_seconds "$coordinator")" "$(cpu_seconds "$redis")" "$(machine_seconds)")
    from=$EPOCHREALTIME
    taken=$("$sender" "$inbound_port" --token-key-file "$data/tokens.key" --count "$count" --connections "$connections")
    jq -e --argjson count "$count" '.accepted == $count' <<<"$taken" >/dev/null || die "bench: not all were taken: $taken"
    wait_until 600 all_bounced || die "bench: only $(bounced) of $count were booked within ten minutes"
    to=$EPOCHREALTIME
    after=("$(cpu_seconds "$inbound")" "$(cpu_seconds "$coordinator")" "$(cpu_seconds "$redis")" "$(machine_seconds)")
    jq -n --argjson count "$count" --argjson connections "$connections" --argjson cores "$(nproc)" --argjson taken "$taken" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        --argjson booked "$(seconds_between "$from" "$to")" \
        --argjson before "[$(IFS=, && echo "${before[*]}")]" --argjson after "[$(IFS=, && echo "${after[*]}")]" \
        --argjson inbound "$(peak_memory "$inbound")" --argjson coordinator "$(peak_memory "$coordinator")" \
        --argjson redis "$(peak_memory "$redis")" '
        def used(i): $after[i] - $before[i];
        def per1000(i): used(i) * 1000 / $count;
        {
            parameters: { count: $count, connections: $connections },
            machine: { cores: $cores, cpu: $cpu },
            messageBytes: $taken.messageBytes,
            messagesPerSecond: ($count / $taken.seconds),
            bookedPerSecond: ($count / $booked),
            cpuSecondsPer1000: {
                inbound: per1000(0), coordinator: per1000(1), redis: per1000(2), sender: ($taken.cpuSeconds * 1000 / $count) },
            machineShareOfOthers: ((used(3) - used(0) - used(1) - used(2) - $taken.cpuSeconds) / ($booked * $cores)),
            peakMemoryBytes: { inbound: $inbound, coordinator: $coordinator, redis: $redis }
        }' >"$work/inbound.json"
    if [[ $format == json ]]; then
        jq . "$work/inbound.json" >&4
        return
    fi
    jq -r '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def mib: . / 1048576 | fixed(0) | "\(.) MiB";
        def row: "  \(.[0] + " " * (34 - (.[0] | length)))\(.[1])";
        "\(.parameters.count) bounce messages of \(.messageBytes) bytes over \(.parameters.connections) connections; "
            + "\(.machine.cores) cores (\(.machine.cpu))",
        (["messages/s taken", (.messagesPerSecond | fixed(0))] | row),
        (["messages/s booked", (.bookedPerSecond | fixed(0))] | row),
        (["CPU s per 1,000: inbound", (.cpuSecondsPer1000.inbound | fixed(3))] | row),
        (["CPU s per 1,000: coordinator", (.cpuSecondsPer1000.coordinator | fixed(3))] | row),
        (["CPU s per 1,000: Redis", (.cpuSecondsPer1000.redis | fixed(3))] | row),
        (["CPU s per 1,000: sender", (.cpuSecondsPer1000.sender | fixed(3))] | row),
        (["other programs used", "\(.machineShareOfOthers * 100 | fixed(0)) % of the machine meanwhile"] | row),
        (["peak memory: inbound", (.peakMemoryBytes.inbound | mib)] | row),
        (["peak memory: coordinator", (.peakMemoryBytes.coordinator | mib)] | row),
        (["peak memory: Redis", (.peakMemoryBytes.redis | mib)] | row)' "$work/inbound.json" >&4
}
