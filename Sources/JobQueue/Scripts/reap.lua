#!lua flags=allow-oom
-- REAP: returns the jobs of one worker whose lease has run out, or of a flight that has no lease at all.
-- ARGV: 1 most jobs to move, 2 recoveries after which a job rests, 3 seconds of rest
-- Result: {worker or "", jobs returned, jobs put to rest, more}: more is 1 when there is something left to reap.
-- Guarantees: any process may run it at any time; a crash consumes no attempt; a job that was recovered often rests, longer each
--   time up to an hour, so that one which kills its workers does not take down one after another, and one which was only there
--   when they died is still delivered; a worker that leaves cleanly leaves nothing here.
local now, limit, most = now_ms(), tonumber(ARGV[1]), tonumber(ARGV[2])
local worker = redis.call('ZRANGEBYSCORE', leases_key, '-inf', now, 'LIMIT', 0, 1)[1]
if not worker then
  for _, known in ipairs(redis.call('HKEYS', workers_key)) do
    if not redis.call('ZSCORE', leases_key, known) then
      worker = known
      break
    end
  end
end
if not worker then return { '', 0, 0, 0 } end
local flight, returned, rested = key_flight(worker), 0, 0
local page = redis.call('HSCAN', flight, 0, 'COUNT', limit)[2]
for i = 1, #page, 2 do
  local m, site, payload = split_place(page[i + 1])
  redis.call('HDEL', flight, page[i])
  if redis.call('GETBIT', key_done(m), ordinal_of(payload)) == 0 then
    local recoveries = math.min(string.byte(payload, 5) + 1, 255)
    payload = string.sub(payload, 1, 4) .. string.char(recoveries) .. string.sub(payload, 6)
    local state = state_of(m)
    if recoveries > most and state and state ~= 'cancelled' then
      put_aside(m, site, payload, math.ceil(now / 1000) + tonumber(ARGV[3]) * math.min(recoveries - most, 60))
      rested = rested + 1
    elseif put_back(m, site, payload, now) then
      returned = returned + 1
    end
  end
end
if redis.call('EXISTS', flight) == 0 then
  redis.call('ZREM', leases_key, worker)
  redis.call('HDEL', workers_key, worker)
end
return { worker, returned, rested, 1 }
