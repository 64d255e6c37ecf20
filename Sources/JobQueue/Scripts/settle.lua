#!lua flags=allow-oom
-- SETTLE: ends jobs for good and hands their status changes to the coordinator.
-- ARGV: 1 worker, 2… what paced sites accepted (see note_accepted), then per mailing: m, n, (ordinal, status change) × n with n ≤ 100
-- Result: how many of them were news.
-- Guarantees: a status change enters the stream only if its job had not been settled before. A worker whose lease is lost
--   may still settle: a late Sent wins over the job's return to its lane, where its done bit makes it be skipped, and over its
--   being held.
local flight, news = key_flight(ARGV[1]), 0
local now = (counting or ARGV[2] ~= '0') and now_ms()
local i = note_accepted(2, now)
while i <= #ARGV do
  local m, n = ARGV[i], tonumber(ARGV[i + 1])
  local bits, fields = {}, {}
  for k = 1, n do
    local ordinal = ARGV[i + 2 * k]
    local b = 4 * k
    bits[b - 3], bits[b - 2], bits[b - 1], bits[b] = 'SET', 'u1', ordinal, '1'
    fields[k] = m .. ':' .. ordinal
  end
  local before = redis.call('BITFIELD', key_done(m), unpack(bits))
  local freed = counted_in(flight, fields)
  local closed = redis.call('HDEL', flight, unpack(fields))
  free_connections(ARGV[1], freed, now)
  local changes = {}
  for k = 1, n do
    local ordinal = ARGV[i + 2 * k]
    if
      before[k] == 0
      or redis.call('HDEL', key_held('doubt', m), ordinal) == 1
      or redis.call('HDEL', key_held('dead', m), ordinal) == 1
    then
      changes[#changes + 1] = ARGV[i + 2 * k + 1]
    end
  end
  if closed > 0 then count(m, 'closed', closed) end
  if #changes > 0 then
    redis.call('XADD', outcomes_key, '*', 'm', m, 'c', table.concat(changes))
    count(m, 'settled', #changes)
    news = news + #changes
  end
  i = i + 2 + 2 * n
end
return news
