#!lua flags=allow-oom
-- CONTROL: pauses or resumes a mailing.
-- ARGV: 1 mailing, 2 "paused" or "running"
-- Result: 1, or 0 when the mailing is not known here or is cancelled.
-- Guarantees: O(1); what is in flight finishes; a paused mailing costs nothing.
local m, wanted = ARGV[1], ARGV[2]
local state = state_of(m)
if not state or state == 'cancelled' then return 0 end
redis.call('HSET', key_mailing(m), 'state', wanted)
if wanted == 'paused' then
  redis.call('ZREM', mailings_key, m)
  redis.call('ZREM', resting_key, m)
elseif redis.call('EXISTS', key_ready(m)) == 1 then
  activate(m)
end
return 1
