#!lua
-- PUBLISH: makes a mailing known to the workers, or replaces its content.
-- ARGV: 1 mailing, 2 content (opaque, read by workers), 3 version of the content, 4 weight, 5 state, used when the mailing is new
-- Result: the state that stands.
-- Guarantees: a state that is already there stays: publishing again after a restart never resumes what was paused.
local m = ARGV[1]
redis.call('HSET', key_mailing(m), 'content', ARGV[2], 'version', ARGV[3], 'weight', ARGV[4])
redis.call('HSETNX', key_mailing(m), 'state', ARGV[5])
return state_of(m)
