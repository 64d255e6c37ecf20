#!lua
-- TLS: adds to what was counted of TLS on this day in UTC.
-- ARGV: 1 the most counts that are kept of a day, 2 for how many ms they are kept, then {"<domain> <policy> <result> <host>", number}…
-- Result: the day, counted from 1970-01-01.
-- Guarantees: bounded; once there are too many counts, new ones are added up over all domains. They are for reports only: that they
--   go after a while costs nothing.
local day = math.floor(now_ms() / 86400000)
local key = prefix .. 'tls:' .. text_of(day)
local kept = redis.call('HLEN', key)
for i = 3, #ARGV, 2 do
  local field = ARGV[i]
  if kept >= tonumber(ARGV[1]) and redis.call('HEXISTS', key, field) == 0 then
    field = string.gsub(field, '^%S+ (%S+) (%S+) %S+$', '* %1 %2 -')
  end
  if redis.call('HINCRBY', key, field, ARGV[i + 1]) == tonumber(ARGV[i + 1]) then kept = kept + 1 end
end
redis.call('PEXPIRE', key, ARGV[2])
return day
