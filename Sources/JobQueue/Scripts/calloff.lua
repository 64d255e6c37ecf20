#!lua flags=allow-oom
-- CALL OFF: ends jobs of which the contact book has learned otherwise that they are over.
-- ARGV: 1 mailing, then ordinals
-- Result: how many were open or held.
-- Guarantees: no copy of them is claimed any more, and none is held. The book knows why, so nothing enters the stream.
local m, ended = ARGV[1], 0
if not state_of(m) then return 0 end
for i = 2, #ARGV do
  local ordinal = ARGV[i]
  redis.call('HDEL', key_again(m), ordinal)
  local held = redis.call('HDEL', key_held('doubt', m), ordinal) + redis.call('HDEL', key_held('dead', m), ordinal)
  if redis.call('SETBIT', key_done(m), ordinal, 1) == 0 or held > 0 then ended = ended + 1 end
end
if ended > 0 then count(m, 'settled', ended) end
return ended
