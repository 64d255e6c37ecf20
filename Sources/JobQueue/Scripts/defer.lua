#!lua flags=allow-oom
-- DEFER: puts jobs aside until their next attempt, or, with a delay of -1, until a person decides whether they were sent.
-- ARGV: 1 worker, then per job, of at most 500: m, ordinal, site, delay in ms, payload (with the attempt counted), status change
-- Result: how many were put aside.
-- Guarantees: only what is still in this worker's flight moves (a reaped job has gone back already, uncharged); the job and
--   its status change move together. Granularity of the delay: one second.
local flight, now, moved, seconds, aside, changes = key_flight(ARGV[1]), now_ms(), 0, {}, {}, {}

-- Puts a job into the bucket of the second at which it is due.
local function put_aside(m, site, payload, delay)
  local second = math.ceil((now + delay) / 1000)
  redis.call('RPUSH', key_bucket(second), with_place(m, site, payload))
  seconds[#seconds + 1] = second * 1000
  seconds[#seconds + 1] = second
  aside[m] = (aside[m] or 0) + 1
end

local fields = {}
for i = 2, #ARGV, 6 do fields[#fields + 1] = ARGV[i] .. ':' .. ARGV[i + 1] end
free_connections(ARGV[1], counted_in(flight, fields), now)
for k, field in ipairs(fields) do
  local m, ordinal, site, delay, payload, change = unpack(ARGV, 6 * k - 4, 6 * k + 1)
  if redis.call('HDEL', flight, field) == 1 then
    if delay == '-1' then
      hold('doubt', m, site, payload, change)
    elseif redis.call('GETBIT', key_done(m), ordinal) == 1 then
      count(m, 'closed', 1)
    else
      if takes_jobs(m) then
        put_aside(m, site, payload, delay)
      else
        count(m, 'closed', 1)
      end
      changes[m] = changes[m] or {}
      table.insert(changes[m], change)
    end
    moved = moved + 1
  end
end
add_scores(due_key, seconds)
for m, n in pairs(aside) do count(m, 'due', n) end
for m, list in pairs(changes) do tell(m, table.concat(list)) end
return moved
