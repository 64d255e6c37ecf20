#!lua flags=allow-oom
-- DEFER: puts jobs aside until their next attempt, or, with a delay of -1, until a person decides whether they were sent.
-- ARGV: 1 worker, 2… the sites that want to hear of it (see pace.lua), then per job: m, ordinal, site, delay in ms, payload
--   (with the attempt counted), status change
-- Result: how many were put aside.
-- Guarantees: only what is still in this worker's flight moves (a reaped job has gone back already, uncharged); the job and
--   its status change move together. Granularity of the delay: one second.
local flight, now, moved, changes = key_flight(ARGV[1]), now_ms(), 0, {}
for i = note_sites(2, now), #ARGV, 6 do
  local m, ordinal, site, delay, payload, change = unpack(ARGV, i, i + 5)
  if redis.call('HDEL', flight, m .. ':' .. ordinal) == 1 then
    if delay == '-1' then
      hold('doubt', m, site, payload, change)
    elseif redis.call('GETBIT', key_done(m), ordinal) == 1 then
      count(m, 'closed', 1)
    else
      local state = state_of(m)
      if state and state ~= 'cancelled' then
        put_aside(m, site, payload, math.ceil((now + delay) / 1000))
      else
        count(m, 'closed', 1)
      end
      changes[m] = changes[m] or {}
      table.insert(changes[m], change)
    end
    moved = moved + 1
  end
end
for m, list in pairs(changes) do tell(m, table.concat(list)) end
return moved
