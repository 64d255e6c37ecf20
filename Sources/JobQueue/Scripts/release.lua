#!lua flags=allow-oom
-- RELEASE: gives claimed jobs back to the head of their lanes, with no attempt charged.
-- ARGV: 1 worker, then per job, of at most 500: m, ordinal
-- Result: how many went back.
-- Guarantees: only what is still in this worker's flight moves; it was not sent, so what AIR marked is unmarked; jobs of a
--   cancelled mailing are dropped.
local flight, now, moved = key_flight(ARGV[1]), now_ms(), 0
local fields = {}
for i = 2, #ARGV, 2 do fields[#fields + 1] = ARGV[i] .. ':' .. ARGV[i + 1] end
free_connections(ARGV[1], counted_in(flight, fields), now)
for _, field in ipairs(fields) do
  local text = redis.call('HGET', flight, field)
  if text then
    redis.call('HDEL', flight, field)
    local m, site, payload = split_place(text)
    local recoveries, strikes, flags = string.byte(payload, 5, 7)
    if flags >= 2 then
      if recoveries > 1 then recoveries = recoveries - 1 end
      payload = string.sub(payload, 1, 4) .. string.char(recoveries, strikes, flags % 2) .. string.sub(payload, 8)
    end
    if put_back(m, site, payload, now) then moved = moved + 1 end
  end
end
return moved
