#!lua
-- PUBLISH: makes a mailing known to the workers, or replaces its content and its terms.
-- ARGV: 1 mailing, 2 content (opaque, read by workers) or "" to leave it, 3 version of the content, 4 weight, 5 "resend" or "hold" for what is in
--   doubt, 6 when it may be served: "from-until from-until …" in ms, or "" for always, 7 and 8 interval in ms and burst of its
--   quota, or "" for none, 9 state, used when the mailing is new
-- Result: the state that stands.
-- Guarantees: a state that is already there stays: publishing again after a restart never resumes what was paused.
local m, key = ARGV[1], key_mailing(ARGV[1])
if ARGV[2] ~= '' then redis.call('HSET', key, 'content', ARGV[2], 'version', ARGV[3]) end
redis.call('HSET', key, 'weight', ARGV[4], 'policy', ARGV[5])
for field, value in pairs({ window = ARGV[6], quota_interval = ARGV[7], quota_burst = ARGV[8] }) do
  if value == '' then
    redis.call('HDEL', key, field)
  else
    redis.call('HSET', key, field, value)
  end
end
redis.call('HSETNX', key, 'state', ARGV[9])
-- It may have been resting until a time of its former terms.
if redis.call('ZSCORE', resting_key, m) then activate(m) end
return state_of(m)
