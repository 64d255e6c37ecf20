#!lua flags=allow-oom
-- CANCEL: drops what a mailing has waiting, a bounded number of lanes a call.
-- ARGV: 1 mailing, 2 most lanes to drop
-- Result: how many lanes are left; call again until it is 0.
-- Guarantees: from the first call on nothing more of the mailing is claimed or put aside; what is in the air finishes.
local m = ARGV[1]
redis.call('HSET', key_mailing(m), 'state', 'cancelled')
redis.call('ZREM', mailings_key, m)
for _, site in ipairs(redis.call('ZRANGE', key_ready(m), 0, ARGV[2] - 1)) do
  redis.call('UNLINK', key_lane(m, site))
  redis.call('ZREM', key_ready(m), site)
end
local left = redis.call('ZCARD', key_ready(m))
if left == 0 then redis.call('HSET', key_counts(m), 'waiting', 0) end
return left
