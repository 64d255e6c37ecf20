#!lua flags=allow-oom
-- REAP: returns the jobs of one worker whose lease has run out, or of a flight that has no lease at all.
-- ARGV: 1 most jobs to move, 2 recoveries that a job may have, 3 and 4 what the status changes of a job in doubt and of one
--   recovered too often say
-- Result: {worker or "", jobs returned, jobs held in doubt, jobs dead, more}: more is 1 when there is something left to reap.
-- Guarantees: any process may run it at any time; a crash consumes no attempt. Only what AIR marked can be in doubt or dead: a
--   job that merely waited in the hands of a worker that died goes back to the head of its lane, however often. Under the
--   policy "hold" what may have been sent is held; else a job that was about to be sent when its worker died, and that after
--   so many recoveries, is dead. A worker that leaves cleanly leaves nothing here.
local now, limit, most = now_ms(), tonumber(ARGV[1]), tonumber(ARGV[2])
local worker = redis.call('ZRANGEBYSCORE', leases_key, '-inf', now, 'LIMIT', 0, 1)[1]
if not worker then
  for _, known in ipairs(redis.call('HKEYS', prefix .. 'workers')) do
    if not redis.call('ZSCORE', leases_key, known) then
      worker = known
      break
    end
  end
end
if not worker then return { '', 0, 0, 0, 0 } end
local flight, returned, doubtful, dead = key_flight(worker), 0, 0, 0
local page = redis.call('HSCAN', flight, 0, 'COUNT', limit)[2]
for i = 1, #page, 2 do
  local m, site, payload, is_counted = split_place(page[i + 1])
  local ordinal, recoveries, strikes, flags = struct.unpack('>I4BBB', payload)
  if is_counted then free_connections(worker, { [site] = 1 }, now) end
  redis.call('HDEL', flight, page[i])
  local aired = flags >= 2
  if redis.call('GETBIT', key_done(m), ordinal) == 1 then
    count(m, 'closed', 1)
  elseif aired and redis.call('HGET', key_mailing(m), 'policy') == 'hold' then
    hold('doubt', m, site, payload, change_of(ordinal, now, ARGV[3]))
    doubtful = doubtful + 1
  elseif aired and recoveries > most then
    hold('dead', m, site, payload, change_of(ordinal, now, ARGV[4]))
    dead = dead + 1
  else
    local head = string.sub(payload, 1, 4) .. string.char(math.max(recoveries, 1), strikes, flags % 2)
    if put_back(m, site, head .. string.sub(payload, 8), now) then returned = returned + 1 end
  end
end
if redis.call('EXISTS', flight) == 0 then
  redis.call('ZREM', leases_key, worker)
  redis.call('HDEL', prefix .. 'workers', worker)
end
return { worker, returned, doubtful, dead, 1 }
