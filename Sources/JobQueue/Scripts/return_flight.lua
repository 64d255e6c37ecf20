#!lua flags=allow-oom
-- RETURN FLIGHT: gives back everything in a living worker's flight, with no attempt charged.
-- ARGV: 1 worker, 2 most jobs to move, 3 what the status change of a job in doubt says
-- Result: how many are left; call again until it is 0.
-- Guarantees: for a worker that has nothing in hand and may have claimed without hearing the answer; what it gives back is as it
--   was claimed, at the head of its lane. What AIR marked, in a Redis that has come back older, may have been sent: under the
--   policy "hold" it is held.
local flight, now = key_flight(ARGV[1]), now_ms()
local page = redis.call('HSCAN', flight, 0, 'COUNT', ARGV[2])[2]
for i = 1, #page, 2 do
  redis.call('HDEL', flight, page[i])
  local m, site, payload, is_counted = split_place(page[i + 1])
  if is_counted then free_connections(ARGV[1], { [site] = 1 }, now) end
  local ordinal, recoveries, strikes, flags = struct.unpack('>I4BBB', payload)
  if flags >= 2 and redis.call('HGET', key_mailing(m), 'policy') == 'hold' then
    hold('doubt', m, site, payload, change_of(ordinal, now, ARGV[3]))
  else
    local head = string.sub(payload, 1, 4) .. string.char(recoveries, strikes, flags % 2)
    put_back(m, site, head .. string.sub(payload, 8), now)
  end
end
return redis.call('HLEN', flight)
