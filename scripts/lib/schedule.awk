# Draws what shall happen to whom and when: the same arguments always give the same events, with any awk.
#
#   awk -v seconds=600 -v seed=1 -v workers=4 -v lease=15 -f schedule.awk
#
# One event a line: when it begins (ms from the start), its target, what happens, the link it happens to ("-": the process
# itself), and for how long (ms).

# The minimal standard generator (Park and Miller, 1988): its products fit into a double exactly.
function random(n) {
    state = (state * 16807) % 2147483647
    return state % n
}
function between(least, most) { return least + random(most - least + 1) }

function may(role, perCent, what, link) {
    choices[role]++
    share[role, choices[role]] = perCent
    choice[role, choices[role]] = what "\t" link
}

function draw(role,   i, r) {
    r = random(100)
    for (i = 1; i < choices[role]; i++) {
        r -= share[role, i]
        if (r < 0) break
    }
    return choice[role, i]
}

# Stops always outlast the lease. Every fourth interruption of a network does, too.
function duration(what) {
    if (what == "kill") return between(200, 3000)
    if (what == "restart") return 0
    if (what == "stop" || random(4) == 0) return between(lease * 1000 + 1000, lease * 1000 + 5000)
    return between(300, 8000)
}

BEGIN {
    # "cut" resets the connections of a link and refuses new ones; "silence" lets nothing through and closes nothing.
    may("worker", 55, "kill", "-")
    may("worker", 12, "stop", "-")
    may("worker", 12, "restart", "-")
    may("worker",  6, "cut", "redis")
    may("worker",  5, "cut", "smtp")
    may("worker",  5, "silence", "redis")
    may("worker",  5, "silence", "smtp")
    may("coordinator", 60, "kill", "-")
    may("coordinator", 10, "stop", "-")
    may("coordinator", 12, "restart", "-")
    may("coordinator",  9, "cut", "redis")
    may("coordinator",  9, "silence", "redis")
    may("inbound", 60, "kill", "-")
    may("inbound",  8, "stop", "-")
    may("inbound", 12, "restart", "-")
    may("inbound", 10, "cut", "redis")
    may("inbound", 10, "silence", "redis")
    # Of Redis, "cut" and "silence" are those of all who talk to it.
    may("redis", 60, "kill", "-")
    may("redis",  6, "stop", "-")
    may("redis", 14, "restart", "-")
    may("redis", 10, "cut", "redis")
    may("redis", 10, "silence", "redis")

    state = (seed % 2147483646) + 1
    for (i = 0; i < 20; i++) random(2)
    for (at = between(500, 1500); at < seconds * 1000; at += between(400, 4000)) {
        # Somebody to whom nothing is happening; where the lot falls on others too often, this moment passes.
        for (tries = 0; tries < 8; tries++) {
            r = random(100)
            role = r < 68 ? "worker" : r < 80 ? "coordinator" : r < 88 ? "inbound" : "redis"
            target = role == "worker" ? "worker-" (1 + random(workers)) : role
            if (at >= freeAt[target]) break
        }
        if (at < freeAt[target]) continue
        what = draw(role)
        split(what, part, "\t")
        long = duration(part[1])
        print at "\t" target "\t" what "\t" long
        # What is hit again before it is up tells nothing new.
        freeAt[target] = at + long + 3000
    }
}
