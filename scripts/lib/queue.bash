# Measures the queue alone; sourced by scripts/bench. Uses $work, $scale and $format. shellcheck shell=bash
# shellcheck disable=SC2154

# Builds the release binary of the instrument, unless QUEUE_BENCH names one, and leaves its path in $instrument.
build_instrument() {
    if [[ -n ${QUEUE_BENCH:-} ]]; then
        instrument=$QUEUE_BENCH
    else
        note "swift build -c release --product queue-bench (several minutes the first time)"
        swift build -c release --product queue-bench </dev/null
        instrument=$(swift build -c release --show-bin-path </dev/null)/queue-bench
    fi
    [[ -x $instrument ]] || die "there is no executable at $instrument"
}

redis_answers() { [[ $(redis-cli -s "$data/redis.sock" ping 2>/dev/null) == PONG ]]; }

# measure_queue yes|no [OPTION…]: on a new redis-server with an append-only file or without; prints JSON. Its other settings
# are those of the coordinator's own Redis.
measure_queue() {
    local append=$1 report
    shift
    data=$work/append-$append
    mkdir "$data"
    start redis "$data/redis.log" redis-server --port 0 --unixsocket "$data/redis.sock" --dir "$data" \
        --hash-max-listpack-entries 16 --appendonly "$append" --appendfsync everysec --save '' \
        --maxmemory-policy noeviction
    wait_until 10 redis_answers || die "bench: redis-server does not answer"
    note "the queue on a redis-server with appendonly $append"
    report=$("$instrument" "unix://$data/redis.sock" --scale "$scale" "$@") || die "bench: queue-bench failed"
    stop redis
    rm -rf "$data"
    jq --arg append "$append" '{ appendonly: ($append == "yes") } + .' <<<"$report" >"$work/append-$append.json"
}

bench_queue() {
    build_instrument
    measure_queue yes
    measure_queue no --brief
    jq -n --slurpfile durable "$work/append-yes.json" --slurpfile volatile "$work/append-no.json" \
        --argjson scale "$scale" --argjson cores "$(nproc)" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        --arg redis "$(redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/')" '{
            parameters: { scale: $scale },
            machine: { cores: $cores, cpu: $cpu, redis: $redis },
            runs: ($durable + $volatile) }' >"$work/queue.json"
    if [[ $format == json ]]; then
        jq . "$work/queue.json" >&4
    else
        print_queue <"$work/queue.json" >&4
    fi
}

print_queue() {
    jq -r '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def left(n): tostring | . + " " * ([n - length, 0] | max);
        def right(n): tostring | " " * ([n - length, 0] | max) + .;
        # CPU: median (least–most); then calls and commands, both per job.
        def cpu: "\(.median | fixed(1)) (\(.least | fixed(1))–\(.most | fixed(1)))";
        def cost: if . == null then "" | left(31)
            else (.cpu | cpu | left(18)) + (.calls | fixed(3) | right(6)) + (.commands | fixed(2) | right(7)) end;
        def costs: map(cost) | join("   ");
        def trimmed: sub(" +$"; "");
        def thousands: tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(",");
        def heading(a; b): (a | left(20)) + (b | right(7)) + "   "
            + (["enqueue", "claim + settle", "defer"] | map(left(31)) | join("   "));
        def states: { waiting: "waiting", inFlight: "in flight", delayed: "delayed", due: "due" };
        ("\(.machine.cores) cores (\(.machine.cpu)), Redis \(.machine.redis); one connection, one call after the other",
        "Per job: microseconds of Redis CPU, median (least–most) of 5; calls of scripts; commands that these ran.",
        (.runs[] | "",
            "appendonly \(if .appendonly then "yes, appendfsync everysec" else "no" end); "
                + "payloads of \(.payloadBytes | fixed(1)) bytes; 100,000 jobs waiting, 1,000 sites unless it says otherwise",
            heading("setting"; "batch"),
            (.transitions[] | (.setting | left(20)) + (.batch | right(7)) + "   "
                + ([.enqueue, .claimAndSettle, .defer] | costs)),
            "",
            "feeding in pushes of 1,000: \(.feeding.jobsPerSecond.median | floor | thousands) jobs/s "
                + "(\(.feeding.jobsPerSecond.least | floor | thousands)–\(.feeding.jobsPerSecond.most | floor | thousands)), "
                + "\(.feeding.cost.cpu | cpu) µs of Redis CPU a job",
            (select(.memory | length > 0) | "",
                "bytes of Redis memory per job" + ("waiting" | right(12)) + ("in flight" | right(12)) + ("delayed" | right(12)),
                (.memory[] | ("  \({ uneven: "1,000 sites", single: "one site" }[.sites]), \(.jobs | thousands) jobs" | left(29))
                    + ([.waiting, .inFlight, .delayed] | map(fixed(1) | right(12)) | join("")))),
            (select(.scale | length > 0) | "",
                "with many others; enqueue in pushes of 1,000, claim + settle and defer at 20; where jobs are due, at 200",
                heading("others"; ""),
                (. as $run | ("waiting", "inFlight", "delayed", "due") as $state | $run.scale[] | select(.state == $state)
                    | ("\(.jobs | thousands | right(9)) \(states[.state])" | left(27)) + "   "
                    + ([.enqueue, .claimAndSettle, .defer] | costs)))))
        | trimmed'
}
