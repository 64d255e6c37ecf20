#!lua flags=allow-oom
-- REGISTER: gives a worker its identity and its first lease.
-- ARGV: 1 name, or the identity that another shard gave, 2 lease in ms, 3 description (JSON, shown by the queue's status)
-- Result: the identity, "name#epoch".
-- Guarantees: an identity is never given twice, so a worker that lost its lease can never pass for its later self.
local worker = ARGV[1]
if not string.find(worker, '#', 1, true) then
  -- Not below the time, so that a Redis that lost its data gives none of its former epochs again.
  local epoch = text_of(math.max(tonumber(redis.call('GET', prefix .. 'epoch') or 0) + 1, now_ms()))
  redis.call('SET', prefix .. 'epoch', epoch)
  worker = worker .. '#' .. epoch
end
redis.call('ZADD', leases_key, now_ms() + ARGV[2], worker)
redis.call('HSET', prefix .. 'workers', worker, ARGV[3])
return worker
