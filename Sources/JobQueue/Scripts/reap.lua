#!lua flags=allow-oom
-- REAP: returns the jobs of one worker whose lease has run out, or of a flight that has no lease at all.
-- ARGV: 1 most jobs to move, 2 most recoveries of one job
-- Result: {worker or "", jobs returned, jobs given up as dead, more}: more is 1 when there is something left to reap.
-- Guarantees: any process may run it at any time; a crash consumes no attempt; a job that was recovered too often goes to the
--   mailing's dead list instead of taking down one worker after another; a worker that leaves cleanly leaves nothing here.
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
local flight, returned, dead = key_flight(worker), 0, 0
local page = redis.call('HSCAN', flight, 0, 'COUNT', limit)[2]
for i = 1, #page, 2 do
  local m, site, payload = split_place(page[i + 1])
  redis.call('HDEL', flight, page[i])
  local state, ordinal = state_of(m), ordinal_of(payload)
  if state and state ~= 'cancelled' and redis.call('GETBIT', key_done(m), ordinal) == 0 then
    local recoveries = string.byte(payload, 5) + 1
    payload = string.sub(payload, 1, 4) .. string.char(math.min(recoveries, 255)) .. string.sub(payload, 6)
    if recoveries > most then
      redis.call('RPUSH', key_dead(m), with_place(m, site, payload))
      redis.call('HINCRBY', key_counts(m), 'dead', 1)
      dead = dead + 1
    else
      redis.call('LPUSH', key_lane(m, site), payload)
      redis.call('ZADD', key_ready(m), 'NX', now, site)
      redis.call('HINCRBY', key_counts(m), 'waiting', 1)
      if state == 'running' then activate(m) end
      returned = returned + 1
    end
  end
end
if redis.call('EXISTS', flight) == 0 then
  redis.call('ZREM', leases_key, worker)
  redis.call('HDEL', workers_key, worker)
end
return { worker, returned, dead, 1 }
