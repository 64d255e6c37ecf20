#!lua flags=allow-oom
-- BEAT: extends a worker's lease.
-- ARGV: 1 worker, 2 lease in ms, 3 description (JSON, shown by the queue's status)
-- Result: 1 extended, 0 lost (the lease had run out, or Redis no longer knows it).
-- Guarantees: a lost worker never resurrects; it must register anew.
local now = now_ms()
if not lease_holds(ARGV[1], now) then return 0 end
redis.call('ZADD', leases_key, now + ARGV[2], ARGV[1])
redis.call('HSET', prefix .. 'workers', ARGV[1], ARGV[3])
return 1
