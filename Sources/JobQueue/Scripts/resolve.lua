#!lua flags=allow-oom
-- RESOLVE: carries out what a person decided about held jobs.
-- ARGV: 1 mailing, 2 "doubt" or "dead", 3 "resend" or "settle", 4 what the status change says, then ordinals
-- Result: how many of them were held.
-- Guarantees: a job leaves its list, and its status change enters the stream, in one step; repeating it does nothing.
local m, now, found = ARGV[1], now_ms(), 0
local held = key_held(ARGV[2], m)
for i = 5, #ARGV do
  local ordinal = ARGV[i]
  local text = redis.call('HGET', held, ordinal)
  if text then
    redis.call('HDEL', held, ordinal)
    if ARGV[3] == 'resend' then
      local newline = string.find(text, '\n', 1, true)
      redis.call('SETBIT', key_done(m), ordinal, 0)
      count(m, 'closed', -1)
      put_back(m, string.sub(text, 1, newline - 1), string.sub(text, newline + 1), now)
    else
      count(m, 'settled', 1)
    end
    tell(m, change_of(tonumber(ordinal), now, ARGV[4]))
    found = found + 1
  end
end
return found
