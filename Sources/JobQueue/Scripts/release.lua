#!lua flags=allow-oom
-- RELEASE: gives claimed jobs back to the head of their lanes, with no attempt charged.
-- ARGV: 1 worker, then per job: m, ordinal
-- Result: how many went back.
-- Guarantees: only what is still in this worker's flight moves, exactly as it was claimed; jobs of a cancelled mailing are dropped.
local flight, now, moved = key_flight(ARGV[1]), now_ms(), 0
for i = 2, #ARGV, 2 do
  local field = ARGV[i] .. ':' .. ARGV[i + 1]
  local text = redis.call('HGET', flight, field)
  if text then
    redis.call('HDEL', flight, field)
    local m, site, payload = split_place(text)
    if put_back(m, site, payload, now) then moved = moved + 1 end
  end
end
return moved
