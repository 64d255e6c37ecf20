#!lua flags=allow-oom
-- SUPPRESS: tells of addresses that were suppressed after they may have been fed.
-- ARGV: address, why, address, why, … (at most 250 pairs)
-- Result: how many were ever told of.
-- Guarantees: whoever claims from now on finds them under "suppressed"; whoever has claimed before hears of them as news, of which
--   the last 500 are kept. A full Redis takes them, too: who has left the list gets no more mail (allow-oom).
local KEPT = 500
local news, pairs_given = prefix .. 'news', #ARGV / 2
local told = redis.call('HINCRBY', news, 'told', text_of(pairs_given))
local before, fields, old = told - pairs_given, {}, {}
for i = 1, pairs_given do
  fields[2 * i - 1] = text_of(before + i)
  fields[2 * i] = ARGV[2 * i - 1]
  old[i] = text_of(before + i - KEPT)
end
redis.call('HSET', prefix .. 'suppressed', unpack(ARGV))
redis.call('HSET', news, unpack(fields))
redis.call('HDEL', news, unpack(old))
return told
