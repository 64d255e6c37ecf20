#!lua flags=allow-oom
-- CALL OFF: ends jobs of which the contact book has learned otherwise that they are over.
-- ARGV: 1 mailing, then ordinals, at most 500
-- Result: the ordinals of those that a worker has in flight: call again later.
-- Guarantees: no copy of the others is claimed any more, and none is held. The book knows why, so nothing enters the stream. What is
--   in flight is left alone: its result is news.
local m, ended, left = ARGV[1], 0, {}
if not state_of(m) then return left end
local fields, flying = {}, {}
for i = 2, #ARGV do fields[i - 1] = m .. ':' .. ARGV[i] end
for _, worker in ipairs(redis.call('HKEYS', prefix .. 'workers')) do
  for k, text in ipairs(redis.call('HMGET', key_flight(worker), unpack(fields))) do
    if text then flying[k] = true end
  end
end
for k = 1, #fields do
  local ordinal = ARGV[k + 1]
  if flying[k] then
    left[#left + 1] = tonumber(ordinal)
  else
    redis.call('HDEL', key_again(m), ordinal)
    local held = redis.call('HDEL', key_held('doubt', m), ordinal) + redis.call('HDEL', key_held('dead', m), ordinal)
    if redis.call('SETBIT', key_done(m), ordinal, 1) == 0 or held > 0 then ended = ended + 1 end
  end
end
if ended > 0 then count(m, 'settled', ended) end
return left
