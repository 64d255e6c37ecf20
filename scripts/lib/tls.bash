# Measures what TLS costs: the same mailing to the simulator in clear and with STARTTLS; sourced by scripts/bench.
# shellcheck shell=bash
# shellcheck disable=SC2154

# A certificate for this machine that is its own authority, as $work/server.pem and $work/server.key.
make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=bench \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$work/server.key" -out "$work/server.pem" 2>/dev/null
}

# CPU seconds that openssl's own measure gives for encrypting 1,000 messages of so many bytes with AES-128-GCM.
openssl_encrypt() {
    openssl speed -seconds 2 -bytes "$1" -evp aes-128-gcm 2>/dev/null | tail -n 1 |
        awk -v bytes="$1" '{ sub(/k$/, "", $NF); printf "%.5f\n", bytes / $NF }'
}

bench_tls() {
    make_input
    measure_mailing simulator >"$work/clear.json"
    measure_mailing simulator-tls >"$work/secured.json"
    jq -n --slurpfile clear "$work/clear.json" --slurpfile secured "$work/secured.json" --argjson count "$count" \
        --argjson workers "$workers" --argjson connections "$connections" --argjson cores "$(nproc)" \
        --arg cpu "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" --arg version "$(openssl version | cut -d " " -f 1-2)" \
        --argjson openssl "$(openssl_encrypt "$(jq .messageBytes "$work/clear.json")")" '{
            parameters: { count: $count, workers: $workers, connections: $connections },
            machine: { cores: $cores, cpu: $cpu }, clear: $clear[0], tls: $secured[0],
            openssl: { version: $version, aes128gcmSecondsPer1000: $openssl } }' >"$work/tls.json"
    if [[ $format == json ]]; then
        jq . "$work/tls.json" >&4
        return
    fi
    jq -r '
        def fixed(digits): . * pow(10; digits) + 0.5 | floor / pow(10; digits);
        def left(n): tostring | . + " " * ([n - length, 0] | max);
        def row(title; f): "  " + (title | left(34)) + (.clear | f | left(12)) + (.tls | f | left(12));
        "\(.parameters.count) messages of \(.clear.messageBytes) bytes to the simulator, \(.parameters.workers) workers, "
            + "\(.parameters.connections) connections each; \(.machine.cores) cores (\(.machine.cpu))",
        "",
        "  " + ("" | left(34)) + ("in clear" | left(12)) + "STARTTLS",
        row("messages/s"; .messagesPerSecond | fixed(0)),
        row("CPU s per 1,000: workers"; .cpuSecondsPer1000.workers | fixed(4)),
        row("CPU s per 1,000: receiver"; .cpuSecondsPer1000.receiver | fixed(4)),
        row("other programs used"; "\(.machineShareOfOthers * 100 | fixed(0)) %"),
        "",
        "AES-128-GCM for 1,000 messages by openssl speed (\(.openssl.version)): \(.openssl.aes128gcmSecondsPer1000 | fixed(4)) CPU s"
        | sub(" +$"; "")' "$work/tls.json" >&4
}
