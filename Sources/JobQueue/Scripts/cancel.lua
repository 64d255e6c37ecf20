#!lua flags=allow-oom
-- CANCEL: drops what a mailing has waiting, a bounded number of lanes a call.
-- ARGV: 1 mailing, 2 most lanes to drop
-- Result: how many lanes are left; call again until it is 0.
-- Guarantees: from the first call on nothing more of the mailing is claimed or put aside; what is in the air finishes.
local m, dropped = ARGV[1], 0
redis.call('HSET', key_mailing(m), 'state', 'cancelled')
redis.call('ZREM', mailings_key, m)
redis.call('ZREM', resting_key, m)
for _, site in ipairs(redis.call('ZRANGE', key_ready(m), 0, ARGV[2] - 1)) do
  dropped = dropped + redis.call('LLEN', key_lane(m, site))
  redis.call('UNLINK', key_lane(m, site))
  redis.call('ZREM', key_ready(m), site)
end
count(m, 'waiting', -dropped)
count(m, 'closed', dropped)
return redis.call('ZCARD', key_ready(m))
