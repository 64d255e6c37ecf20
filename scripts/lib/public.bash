# Measures what readers reach: unsubscribing, its page, the picture of opens and the links of clicks; sourced by scripts/bench.
# Uses $work, $count, $connections, $seconds and $format. shellcheck shell=bash
# shellcheck disable=SC2154,SC2034

responses() { "$postrider" campaign stats read --format json | jq ".mailings[0].$1"; }
at_least() { (($(responses "$1") >= $2)); }

# measure_public NAME METHOD PURPOSE PATH BEHIND: asks for that of one contact after the other, over all connections at once.
measure_public() {
    local name=$1 method=$2 purpose=$3 path=$4 behind=$5 before after cpu
    local TIMEFORMAT='%U %S'
    note "$name: ${seconds} s over $connections connections" >&2
    python3 scripts/lib/tokens.py "$data/tokens.key" "$purpose" 1 "$count" >"$work/tokens"
    before=("$(cpu_seconds "$coordinator")" "$(cpu_seconds "$redis")" "$(machine_seconds)")
    cpu=$({ time wrk -t 2 -c "$connections" -d "${seconds}s" --timeout 10s --latency -s scripts/lib/public.lua "$public" -- \
        "$work/tokens" "$method" "$path" "$behind" "$work/wrk.json" >"$data/wrk.log" 2>&1; } 2>&1)
    after=("$(cpu_seconds "$coordinator")" "$(cpu_seconds "$redis")" "$(machine_seconds)")
    [[ -s $work/wrk.json ]] || die "bench: wrk says nothing: $(<"$data/wrk.log")"
    jq -e '.failed == 0 and .refused == 0' "$work/wrk.json" >/dev/null || die "bench: $name failed: $(<"$work/wrk.json")"
    jq -c --arg name "$name" --argjson cores "$(nproc)" --argjson cpu "$(awk '{ print $1 + $2 }' <<<"$cpu")" \
        --argjson before "[$(IFS=, && echo "${before[*]}")]" --argjson after "[$(IFS=, && echo "${after[*]}")]" \
        --argjson memory "$(peak_memory "$coordinator")" '
        def used(i): $after[i] - $before[i];
        { name: $name, requests, contacts, seconds, requestsPerSecond: (.requests / .seconds),
          milliseconds: { p50, p99, most },
          cpuSecondsPer1000: {
            coordinator: (used(0) * 1000 / .requests), redis: (used(1) * 1000 / .requests), wrk: ($cpu * 1000 / .requests) },
          machineShareOfOthers: ((used(2) - used(0) - used(1) - $cpu) / (.seconds * $cores)),
          peakMemoryBytes: { coordinator: $memory } }' "$work/wrk.json" >>"$work/public.ndjson"
    mv "$work/wrk.json" "$work/last.json"
}

# A campaign that the discarding simulator takes, then its readers, all at once.
bench_public() {
    command -v wrk >/dev/null || die "bench: there is no wrk; scripts/bootstrap installs it"
    make_input
    data=$work/public
    mkdir "$data"
    export POSTRIDER_DATA=$data
    local public_port public coordinator redis
    public_port=$(free_port)
    public=http://127.0.0.1:$public_port
    start_receiver simulator
    start coordinator "$data/coordinator.log" "$postrider" coordinator --data "$data" --listen 127.0.0.1:0 \
        --public-listen "127.0.0.1:$public_port"
    wait_until 30 "$postrider" queue status || die "bench: the coordinator does not answer"
    wait_until 10 listening "$public_port" || die "bench: the public server does not listen"
    api=$(<"$data/address")
    token=$(<"$data/token")
    "$postrider" contacts import "$work/contacts.csv" --list bench >/dev/null
    "$postrider" licences add "$count" >/dev/null
    # shellcheck disable=SC2016
    printf '<p>Dear {{first_name}}, <a href="https://survey.example/%s?points={{points}}">five questions</a></p>\n' start >"$work/message.html"
    "$postrider" campaign create read --list bench --from 'Bench <bench@postrider.example>' --subject 'Points for {{first_name}}' \
        --text "$work/message.txt" --html "$work/message.html" --unsubscribe-url https://news.example.org/u \
        --tracking-url https://news.example.org --track-opens --track-clicks >/dev/null
    start worker "$data/worker.log" "$postrider" worker --data "$data" "${relay[@]}"
    "$postrider" campaign start read >/dev/null
    note "sending the campaign that will be read: $count messages" >&2
    wait_until 3600 mailing_state_is read finished || die "bench: the mailing did not finish within an hour"
    stop worker
    stop receiver
    coordinator=$(pid_of coordinator) redis=$(<"$data/redis.pid")

    # Whoever asked must be in the book in the end, however fast it went: nothing is dropped under load.
    measure_public "page (GET /u)" GET unsubscribe /u/ ""
    measure_public "open (GET /o)" GET open /o/ ""
    wait_until 60 at_least responses.opened "$(jq '[.contacts, .requests] | min' "$work/last.json")" ||
        die "bench: only $(responses responses.opened) contacts have opened: $(<"$work/last.json")"
    measure_public "click (GET /c)" GET click /c/ /0
    wait_until 60 at_least responses.clicked "$(jq '[.contacts, .requests] | min' "$work/last.json")" ||
        die "bench: only $(responses responses.clicked) contacts have clicked: $(<"$work/last.json")"
    measure_public "unsubscribe (POST /u)" POST unsubscribe /u/ ""
    wait_until 60 at_least outcomes.Unsubscribed "$(jq '[.contacts, .requests] | min' "$work/last.json")" ||
        die "bench: only $(responses outcomes.Unsubscribed) contacts are Unsubscribed: $(<"$work/last.json")"
    "$postrider" audit >/dev/null || die "bench: the book does not add up"

    jq -s --argjson count "$count" --argjson connections "$connections" --argjson cores "$(nproc)" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        --arg wrk "$(wrk --version 2>&1 | awk 'NR == 1 { sub(".*/", "", $2); print $2 }')" '{
            parameters: { contacts: $count, connections: $connections },
            machine: { cores: $cores, cpu: $cpu, wrk: $wrk }, requests: . }' "$work/public.ndjson" >"$work/public.json"
    if [[ $format == json ]]; then
        jq . "$work/public.json" >&4
        return
    fi
    jq -r '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def left(n): tostring | . + " " * ([n - length, 0] | max);
        def right(n): tostring | " " * ([n - length, 0] | max) + .;
        def line: (.[0] | left(24)) + (.[1:] | map(right(12)) | join(""));
        "\(.parameters.contacts) contacts, \(.parameters.connections) connections at once, each asking again when it is answered; "
            + "\(.machine.cores) cores (\(.machine.cpu)), wrk \(.machine.wrk)",
        "",
        (["", "requests/s", "p50 ms", "p99 ms", "CPU s/1,000", "Redis", "wrk", "others"] | line),
        (.requests[] | [.name, (.requestsPerSecond | fixed(0)), (.milliseconds.p50 | fixed(1)), (.milliseconds.p99 | fixed(1)),
            (.cpuSecondsPer1000.coordinator | fixed(3)), (.cpuSecondsPer1000.redis | fixed(3)),
            (.cpuSecondsPer1000.wrk | fixed(3)), "\(.machineShareOfOthers * 100 | fixed(0)) %"] | line),
        "",
        "peak memory of the coordinator: \(.requests[-1].peakMemoryBytes.coordinator / 1048576 | fixed(0)) MiB; no request failed"
        ' "$work/public.json" >&4
}
