#!lua flags=allow-oom
-- SETTLE: ends jobs for good and hands their status changes to the coordinator.
-- ARGV: 1 worker, then per mailing: m, n, (ordinal, status change) × n with n ≤ 100
-- Result: how many of them were news.
-- Guarantees: a status change enters the stream only if its job had not been settled before. A worker whose lease is lost
--   may still settle: a late Sent wins over the job's return to its lane, where its done bit makes it be skipped.
local flight, i, news = key_flight(ARGV[1]), 2, 0
while i <= #ARGV do
  local m, n = ARGV[i], tonumber(ARGV[i + 1])
  local bits, fields = {}, {}
  for k = 1, n do
    local ordinal = ARGV[i + 2 * k]
    bits[#bits + 1] = 'SET'
    bits[#bits + 1] = 'u1'
    bits[#bits + 1] = ordinal
    bits[#bits + 1] = 1
    fields[k] = m .. ':' .. ordinal
  end
  local before = redis.call('BITFIELD', key_done(m), unpack(bits))
  redis.call('HDEL', flight, unpack(fields))
  local changes = {}
  for k = 1, n do
    if before[k] == 0 then changes[#changes + 1] = ARGV[i + 2 * k + 1] end
  end
  if #changes > 0 then
    redis.call('XADD', outcomes_key, '*', 'm', m, 'c', table.concat(changes))
    redis.call('HINCRBY', key_counts(m), 'settled', #changes)
    news = news + #changes
  end
  i = i + 2 + 2 * n
end
return news
