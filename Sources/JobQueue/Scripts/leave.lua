#!lua flags=allow-oom
-- LEAVE: a worker that has nothing in flight gives up its lease.
-- ARGV: 1 worker
-- Result: 1 gone; 0 when something is still in its flight (its lease is left to run out, the reaper returns the jobs).
if redis.call('EXISTS', key_flight(ARGV[1])) == 1 then return 0 end
redis.call('ZREM', leases_key, ARGV[1])
redis.call('HDEL', prefix .. 'workers', ARGV[1])
return 1
