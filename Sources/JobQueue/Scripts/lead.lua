#!lua flags=allow-oom
-- LEAD: one coordinator per Redis.
-- ARGV: 1 id of the contact book, 2 the coordinator's description, 3 lease in ms
-- Result: "" when it leads, else the description of the coordinator that does.
-- Guarantees: a coordinator of the same book takes over at once (the lock on its data directory says that it is alone);
--   another book's coordinator is refused while the holder renews its lease.
local key = prefix .. 'coordinator'
local holder = redis.call('HMGET', key, 'book', 'description')
if holder[1] and holder[1] ~= ARGV[1] then return holder[2] end
redis.call('HSET', key, 'book', ARGV[1], 'description', ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
return ''
